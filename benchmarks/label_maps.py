"""Hold a checkpoint of the label-map family against its bounds.

python benchmarks/label_maps.py painted --cohort DIR --segmenter DIR
python benchmarks/label_maps.py composed --cohort DIR --segmenter DIR --classifier DIR
python benchmarks/label_maps.py composed --cohort DIR --segmenter DIR --classifier DIR --asked as-real
python benchmarks/label_maps.py lesions
python benchmarks/label_maps.py impacted --steps 800

`painted` paints the label maps of the real validation rows. `composed` asks for composed layouts, with every
tooth and finding there as often as not, or with `--asked as-real` for what validation rows show. `lesions`
and `impacted` train a segmenter on phantoms, of findings or of teeth, and let it find what the checkpoint
painted of other phantoms. Judges of real images are made by benchmarks/judges.py from the real training rows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.base.progress import track
from diptych.downstream.arrays import Pairs
from diptych.downstream.recipes import layer_segmenter
from diptych.downstream.segmenter import Segmenter, fit_segmenter
from diptych.downstream.store import load_classifier, load_segmenter
from diptych.evaluation.acceptance import LAYERS
from diptych.evaluation.extractors import EXTRACTORS
from diptych.evaluation.stacks import heldout_part
from diptych.generation.painting import Painter
from diptych.layouts import Layout, Request, compose, load_model, make_request
from diptych.metrics.agreement import agreement, agreement_ratio, overlaps
from diptych.metrics.auc import auc
from diptych.metrics.dice import dice_table
from diptych.metrics.kid import kid
from diptych.models.gan.gan import Gan
from diptych.phantoms import draw_many
from diptych.records.cohort import Cohort
from diptych.records.finding import Finding
from diptych.records.labels import LABELS
from diptych.records.sample import Sample
from diptych.training import checkpoint
from diptych.training.examples import Examples, gather
from diptych.training.loop import address
from diptych.training.slotgrid import SlotGrid
from printing import print_lines

LEARN, TEST = 42_000_000, 43_000_000
"""Seeds of phantoms that no recipe draws."""
LEAST = 3
"""Images with and without a tooth that real rows must hold for its AUC."""
BODY_WIDE = ("restoration", "appliance", "implant")
"""Findings that real rows label for the whole image."""


@dataclass(frozen=True, kw_only=True)
class LabelMaps:
    """Measure what a label-map generator paints."""

    what: tyro.conf.Positional[Literal["painted", "composed", "lesions", "impacted"]]
    """Which bounds."""
    checkpoint: str = "panoramic-gan"
    cohort: Path | None = None
    """Folder of a real cohort with the splits train and val."""
    segmenter: Path | None = None
    """Folder of a segmenter trained on the real training rows."""
    classifier: Path | None = None
    """Folder of a classifier of findings of the whole image, trained on the real training rows."""
    asked: Literal["apart", "as-real"] = "apart"
    """What layouts are composed of: every finding by itself, or together as the validation rows have them."""
    count: int = 128
    """Composed layouts, or phantoms, to judge on."""
    learn: int = 1200
    """Phantoms that the lesions' segmenter learns from."""
    steps: int = 1200
    """Its steps."""

    def lines(self) -> Iterator[str]:
        """Measure and report."""
        brush = Brush(self.checkpoint)
        if self.what in ("lesions", "impacted"):
            yield from (_lesions if self.what == "lesions" else _impacted)(brush, self)
            return
        if self.cohort is None or self.segmenter is None:
            raise DiptychError.of(self.what, "needs real images and a judge", "give --cohort and --segmenter")
        val, judge = heldout_part(Cohort.open(self.cohort)), load_segmenter(self.segmenter)
        if self.what == "painted":
            yield from _painted(brush, val, judge)
        else:
            yield from _composed(brush, val, judge, self)


class Brush:
    """A checkpoint that paints arrays."""

    def __init__(self, name: str) -> None:
        self.loaded = checkpoint.load(name)
        if not isinstance(self.loaded.model, Gan):
            raise DiptychError.of(name, "paints no label maps", "choose a checkpoint that does")
        self.model = self.loaded.model
        self.config = self.loaded.model.config
        self.grid = SlotGrid.of(self.config.body)

    def gather(self, samples: Sequence[Sample]) -> Examples:
        """Samples at the checkpoint's size, with its layers."""
        return gather(samples, tuple(x.name for x in self.config.layers), self.config.size, self.grid)

    def paint(self, rows: Examples, seed: int, *, phantom: bool = False) -> NDArray[np.uint8]:
        """Images (N, H, W) of the maps of N rows."""
        maps = torch.from_numpy(np.concatenate([rows.masks[:, None], rows.others], 1)).long()
        slots = torch.from_numpy(rows.slots).float()
        images = []
        for i in track(range(len(rows)), "painting", len(rows)):
            chance = torch.Generator().manual_seed(address("label maps", seed + i))
            images.append(self.model.paint(maps[i : i + 1], slots[i : i + 1], [chance], phantom=phantom)[0])
        return torch.stack(images).numpy()


def _painted(brush: Brush, val: Cohort, judge: Segmenter) -> Iterator[str]:
    rows = brush.gather(list(val))
    once, again = brush.paint(rows, 0), brush.paint(rows, 10_000)
    _, codes = LAYERS[val.body]
    real = overlaps(judge(rows.images), rows.masks, codes)
    made = overlaps(judge(once), rows.masks, codes)
    yield f"agreement, real {agreement(real)}"
    yield f"agreement, painted {agreement(made)}"
    yield f"agreement, painted / real {agreement_ratio(made, real)}, wanted >= 0.85"
    gaps = _grey_gaps(rows, once, (0, *codes))
    worst = max(gaps, key=lambda code: gaps[code])
    mean = sum(gaps.values()) / len(gaps)
    yield f"grey level error a class, mean {mean:.3f}, worst {gaps[worst]:.3f} (class {worst}), wanted < 0.1"
    apart = np.abs(once.astype(float) - again).mean() / _spread(rows.images)
    yield f"two styles of one map, in distances of real images {apart:.3f}, wanted >= 0.3"
    extractor = EXTRACTORS["efficientnet-lite0"]()
    yield f"KID, painted {kid(extractor(once), extractor(rows.images))}"


def _grey_gaps(rows: Examples, painted: NDArray[np.uint8], codes: Sequence[int]) -> dict[int, float]:
    """Mean grey level of each class, painted against real, in shares of the range."""
    found = {}
    for code in codes:
        where = rows.masks == code
        if where.any():
            found[code] = abs(painted[where].mean() - rows.images[where].mean()) / 255
    return found


def _spread(images: NDArray[np.uint8]) -> float:
    """Mean absolute difference of two images, over all pairs."""
    wide = images.astype(np.float32)
    return float(np.mean([np.abs(wide[i] - wide[j]).mean() for i in range(len(wide)) for j in range(i)]))


def _composed(brush: Brush, val: Cohort, judge: Segmenter, asked: LabelMaps) -> Iterator[str]:
    requests = [_request(seed) for seed in range(asked.count)]
    if asked.asked == "as-real":
        findings = [record.findings for record in val.records]
        requests = [make_request("panoramic", findings[i % len(findings)]) for i in range(asked.count)]
    layouts = list(_layouts(brush, requests))
    painter = Painter(brush.loaded, lambda number, _seed: layouts[number])
    count = len(layouts)
    drawn = track(painter.draw(range(count), range(count)), "painting", count)
    images = np.stack([sample.image for sample in drawn])
    rows = brush.gather(list(val))
    _, codes = LAYERS[val.body]
    shares = []
    real_areas, made_areas = _areas(judge(rows.images), codes), _areas(judge(images), codes)
    masks = np.stack([layout.layers["teeth"] for layout in layouts])
    for column, code in enumerate(codes):
        there = (rows.masks == code).any((1, 2))
        if LEAST <= there.sum() <= len(there) - LEAST:
            real = auc(real_areas[:, column], there)
            made = auc(made_areas[:, column], (masks == code).any((1, 2)))
            shares.append((code, real, made))
            yield f"tooth {code}: AUC real {real}, composed {made}, share {_share(made.value, real.value)}"
    real_mean, made_mean = (np.mean([s[k].value for s in shares]) for k in (1, 2))
    yield f"presence of {len(shares)} teeth, mean share {_share(made_mean, real_mean)}, wanted >= 0.7"
    if asked.classifier:
        yield from _findings(load_classifier(asked.classifier), rows.images, val, images, requests)


def _findings(
    classifier: object,
    real: NDArray[np.uint8],
    val: Cohort,
    images: NDArray[np.uint8],
    requests: Sequence[Request],
) -> Iterator[str]:
    names = classifier.config.findings  # type: ignore[attr-defined]
    seen, ours = classifier(real), classifier(images)  # type: ignore[operator]
    for column, name in enumerate(names):
        there = np.array([any(f.name == name for f in r.findings) for r in val.records])
        wanted = np.array([any(f.name == name for f in r.findings) for r in requests])
        ceiling, made = auc(seen[:, column], there), auc(ours[:, column], wanted)
        yield f"{name}: AUC real {ceiling}, composed {made}, share {_share(made.value, ceiling.value)}"
        if name == "restoration":
            yield from _unbraced(seen[:, column], ours[:, column], val, requests)


def _unbraced(
    seen: NDArray[np.floating], ours: NDArray[np.floating], val: Cohort, requests: Sequence[Request]
) -> Iterator[str]:
    """Restorations where no appliance hides them: half of the layouts wear one, a fifth of real images."""
    values = []
    for scores, findings in (
        (seen, [r.findings for r in val.records]),
        (ours, [r.findings for r in requests]),
    ):
        names = [{f.name for f in own} for own in findings]
        bare = np.array(["appliance" not in own for own in names])
        values.append(auc(scores[bare], np.array(["restoration" in own for own in names])[bare]))
    real, made = values
    yield (
        f"restoration, no appliance: AUC real {real}, composed {made}, share {_share(made.value, real.value)}"
    )


def _request(seed: int) -> Request:
    """Every tooth missing in one of six, and each finding of the whole image in half of the requests."""
    chance = np.random.default_rng([seed, 4])
    _, codes = LAYERS["panoramic"]
    missing = [str(code) for code in codes if chance.random() < 1 / 6]
    findings = {Finding("missing", tooth) for tooth in missing}
    standing = [str(code) for code in codes if str(code) not in missing and code % 10 > 3]
    if chance.random() < 0.5:
        findings |= {Finding("restoration", t) for t in chance.choice(standing, 4, replace=False)}
    if chance.random() < 0.5:
        findings.add(Finding("appliance"))
    gaps = [tooth for tooth in missing if int(tooth) % 10 in (4, 5, 6)]
    if gaps and chance.random() < 0.7:
        findings.add(Finding("implant", str(chance.choice(gaps))))
    return make_request("panoramic", findings)


def _layouts(brush: Brush, requests: Sequence[Request]) -> Iterator[Layout]:
    path = brush.loaded.folder / checkpoint.SHAPES
    shapes = load_model(path) if path.is_file() else None
    name = "procedural" if shapes is None else "statistical"
    for seed, request in enumerate(track(requests, "composing", len(requests))):
        yield compose(name, request, brush.config.size, seed, shapes)


def _areas(masks: NDArray[np.uint8], codes: Sequence[int]) -> NDArray[np.float64]:
    """Share of the image that each code fills, (N, codes): a judge's evidence that a tooth is there."""
    return np.stack([(masks == code).mean((1, 2)) for code in codes], 1)


def _share(made: float, real: float) -> str:
    return f"{(made - 0.5) / (real - 0.5):.2f}" if real > 0.5 else "not estimable"


def _lesions(brush: Brush, asked: LabelMaps) -> Iterator[str]:
    size = brush.config.size
    judge = _phantom_judge(brush, asked, "findings")
    test = list(draw_many("panoramic", asked.count, TEST, size))
    rows = brush.gather(test)
    layer = [x.name for x in brush.config.layers[1:]].index("findings")
    masks = rows.others[:, layer]
    ceiling = dice_table(judge(rows.images), masks, judge.config.codes)
    found = dice_table(judge(brush.paint(rows, 0, phantom=True)), masks, judge.config.codes)
    for column, label in enumerate(LABELS["panoramic", "findings"].labels):
        real, made = ceiling[:, column], found[:, column]
        n = int(np.isfinite(real).sum())
        share = np.nanmean(made) / max(float(np.nanmean(real)), 1e-6)
        yield (
            f"{label.name}: Dice on phantoms {np.nanmean(real):.3f}, on painted {np.nanmean(made):.3f}, "
            f"share {share:.2f} (n = {n})"
        )


def _impacted(brush: Brush, asked: LabelMaps) -> Iterator[str]:
    """Impacted teeth, which lie askew in the bone, and all others, by a segmenter of teeth."""
    judge = _phantom_judge(brush, asked, "teeth")
    test = list(draw_many("panoramic", asked.count, TEST, brush.config.size))
    rows = brush.gather(test)
    sites = [{f.site for f in s.record.findings if f.name == "impacted"} for s in test]
    lies = np.array([[str(code) in own for code in judge.config.codes] for own in sites])
    ceiling = dice_table(judge(rows.images), rows.masks, judge.config.codes)
    found = dice_table(judge(brush.paint(rows, 0, phantom=True)), rows.masks, judge.config.codes)
    for name, those in (("impacted teeth", lies), ("other teeth", ~lies)):
        there = those & np.isfinite(ceiling) & np.isfinite(found)
        real, made = ceiling[there].mean(), found[there].mean()
        yield (
            f"{name}: Dice on phantoms {real:.3f}, on painted {made:.3f}, share {made / real:.2f} "
            f"(n = {there.sum()} teeth)"
        )


def _phantom_judge(brush: Brush, asked: LabelMaps, layer: str) -> Segmenter:
    config, fit_config = layer_segmenter("panoramic", layer)
    drawn = draw_many("panoramic", asked.learn, LEARN, brush.config.size)
    samples = list(track(drawn, "phantoms", asked.learn))
    whole = Pairs(
        images=np.stack([s.image for s in samples]),
        masks=np.stack([s.masks[layer] for s in samples]),
        subjects=tuple(s.record.id for s in samples),
    )
    fold = asked.learn // 8
    parts = [
        Pairs(images=whole.images[rows], masks=whole.masks[rows], subjects=whole.subjects[rows])
        for rows in (slice(fold, None), slice(fold))
    ]
    return fit_segmenter(parts[0], parts[1], config, replace(fit_config, steps=asked.steps))[0]


if __name__ == "__main__":
    sys.exit(print_lines(LabelMaps))
