"""The card that goes with a checkpoint: what it is, what made it, what it is not for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from diptych.models.families import ModelConfig
from diptych.models.gan.gan import GanConfig
from diptych.models.pair import PairConfig
from diptych.records.cohort import Cohort
from diptych.training.run import Training

LIMITS = (
    "For research: too small and too coarse to read, and never for a diagnosis.",
    "Findings with a count of 0 real images below were learned from phantoms only; what they look like "
    "on real anatomy has not been seen by the model.",
)


def write_card(training: Training, cohort: Cohort, about: dict[str, Any]) -> str:
    """A model card in Markdown."""
    model = training.recipe.model
    licences = Counter(record.licence for record in cohort.select(split="train").records)
    sources = sorted({record.source for record in cohort.records})
    weights = training.model.packaged().values()
    lines = [
        f"# {training.recipe.name.replace('_', '-')}",
        "",
        f"{_what(model)} {sum(value.numel() for value in weights) / 1e6:.1f} M numbers.",
        "",
        "## Data",
        f"- {about['data']['images']} real images (split `train` of `{cohort.name}`, fingerprint "
        f"`{about['data']['fingerprint'][:16]}`) and {about['data']['phantoms']} phantoms.",
        *(f"- Licence of {n} images: {licence or 'not stated'}" for licence, n in licences.most_common()),
        *(f"- Source: {source}" for source in sources[:5] if source),
        "",
        "## Training",
        f"Seed {about['seed']}{', from ' + about['init'] if about['init'] else ''}.",
        "",
        "| stage | steps | batch | share of real images |",
        "|---|---|---|---|",
        *(f"| {s.task} | {s.steps} | {s.batch} | {s.real:.0%} |" for s in training.stages),
        "",
        "## Findings seen",
        "| finding | real images | phantoms |",
        "|---|---|---|",
        *_finding_rows(about["seen"]),
        "",
        "## Limits",
        *(f"- {limit}" for limit in LIMITS),
        "",
    ]
    return "\n".join(lines)


def _what(model: ModelConfig) -> str:
    height, width = model.size
    size = f"{height} x {width} pixels"
    if isinstance(model, GanConfig):
        layers = ", ".join(layer.name for layer in model.layers)
        kind = "A label-map-conditional GAN (docs/explanation/label-maps.md)."
        return f"Label maps ({layers}) to a {model.body} radiograph, {size}. {kind}"
    kind = "A rectified-flow diffusion model (docs/explanation/flow.md)."
    if isinstance(model, PairConfig):
        kind = "A dual-stream visual autoregressive model (docs/explanation/dual-stream.md)."
    return f"Text to a {model.body} radiograph and its {model.layer} mask, {size}. {kind}"


def _finding_rows(seen: dict[str, dict[str, int]]) -> list[str]:
    kinds: dict[str, list[int]] = {}
    for column, kind in enumerate(("real", "phantom")):
        for slot, count in seen[kind].items():
            kinds.setdefault(slot.partition(":")[0], [0, 0])[column] += count
    return [f"| {kind} | {real} | {phantom} |" for kind, (real, phantom) in kinds.items()]
