"""Learning to read: random findings, rendered by the grammar, and what they say."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from diptych.models.pair import Pair
from diptych.prompts.grammar import render
from diptych.prompts.words import Vocabulary
from diptych.records.finding import Finding
from diptych.records.vocabulary import AGE_GROUPS, SEXES, SITES, TEETH, VIEWS
from diptych.training.examples import WHOLE_IMAGE
from diptych.training.loop import Assignment
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import StageConfig

GROUPS = {"view": VIEWS, "sex": SEXES, "age_group": AGE_GROUPS}
WORDINGS = 100_000


def random_findings(body: str, rng: np.random.Generator) -> frozenset[Finding]:
    """Findings for a sentence, from none to many, every kind and site with a fair share."""
    pairs = [Finding(name, site) for name, sites in SITES[body].items() for site in sites]
    count = min(int(rng.geometric(0.3)) - 1, 12)
    chosen = {pairs[i] for i in rng.integers(0, len(pairs), count)}
    if body == "panoramic":
        chosen |= {Finding("missing", tooth) for tooth in _missing(rng)}
    return frozenset(chosen)


def _missing(rng: np.random.Generator) -> list[str]:
    """No tooth, a few, the wisdom teeth, or most."""
    way = rng.random()
    if way < 0.25:
        return []
    if way < 0.4:
        return [tooth for tooth in ("18", "28", "38", "48") if rng.random() < 0.8]
    count = int(rng.integers(1, 10)) if way < 0.85 else int(rng.integers(10, 33))
    return list(rng.choice(TEETH, count, replace=False))


def _wording(rng: np.random.Generator) -> int:
    """The plain wording every other time: generation puts every request into it."""
    return 0 if rng.random() < 0.5 else int(rng.integers(WORDINGS))


def wanted_slots(grid: SlotGrid, findings: frozenset[Finding], groups: dict[str, str]) -> np.ndarray:
    """The slot vector of findings; a finding on a tooth is also one of the image."""
    whole = {Finding(name) for name in WHOLE_IMAGE if any(f.name == name for f in findings)}
    body = grid.space.body
    return grid.space.encode(findings | whole if body == "panoramic" else findings, groups)


def learn_text(model: Pair, grid: SlotGrid, config: StageConfig) -> Assignment:
    """Slot prediction on sentences of the grammar."""
    vocabulary = Vocabulary(model.config.words)

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        words, wanted = [], []
        for _ in range(config.batch):
            findings = random_findings(grid.space.body, rng)
            groups = {k: str(rng.choice(v)) for k, v in GROUPS.items() if rng.random() < 0.4}
            text = render(grid.space.body, findings, groups, _wording(rng))
            words.append(vocabulary.encode(text))
            wanted.append(grid.table(wanted_slots(grid, findings, groups)))
        longest = max(int(np.count_nonzero(row)) for row in words)
        logits = model.text(torch.from_numpy(np.stack(words)[:, :longest]))
        target = torch.from_numpy(np.stack(wanted))
        said = ((logits > 0) == (target > 0.5)).flatten(1).all(1).float().mean()
        return F.binary_cross_entropy_with_logits(logits, target) * 50, {"exact": float(said)}

    return Assignment({"text": model.text}, loss, orthogonal=("layers.", "asks."))
