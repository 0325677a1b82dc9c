"""Is a synthetic cohort good enough? The bounds that Diptych sets its own checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.evaluation.audit import audit
from diptych.evaluation.extractors import Extractor
from diptych.evaluation.lines import Line
from diptych.evaluation.stacks import image_stack, mask_stack
from diptych.metrics.adherence import absent_rate, all_absent_rate, named, presence, present_rate
from diptych.metrics.agreement import Overlaps, agreement, agreement_ratio, overlaps
from diptych.metrics.auc import auc
from diptych.metrics.estimate import Estimate
from diptych.metrics.kid import kid
from diptych.metrics.spread import spread_ratio
from diptych.records.cohort import Cohort
from diptych.records.labels import FDI
from diptych.records.splits import subject_of

Judge = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""Images (N, H, W) -> masks (N, H, W): a trained segmenter, or anything that acts like one."""

Scorer = Callable[[NDArray[np.uint8]], NDArray[np.floating]]
"""Images (N, H, W) -> probabilities (N, findings): a trained classifier, or its like."""

LAYERS: dict[str, tuple[str, tuple[int, ...]]] = {"panoramic": ("teeth", FDI), "chest": ("lungs", (1, 2))}
"""The layer, and its codes, that decides for each body region."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """The cohorts that are compared, all of one body region."""

    synthetic: Cohort
    train: Cohort
    val: Cohort
    phantoms: Cohort | None = None

    def __post_init__(self) -> None:
        others = (self.train, self.val, self.phantoms)
        for cohort in others:
            if cohort is not None and cohort.body != self.synthetic.body:
                what = f"shows {cohort.body}, the synthetic cohort {self.synthetic.body}"
                raise DiptychError.of(str(cohort.path), what, "compare one body region")


def agreement_lines(parts: Parts, judge: Judge) -> list[Line]:
    """Do masks sit on their images as real ones do, corrected for chance?"""
    layer, _ = LAYERS[parts.synthetic.body]
    real, made = _overlaps(parts.val, judge), _overlaps(parts.synthetic, judge)
    lines = [
        Line(name=f"{layer} agreement, real validation", estimate=agreement(real)),
        Line(name=f"{layer} agreement, synthetic", estimate=agreement(made)),
    ]
    if parts.phantoms is not None:
        drawn = agreement(_overlaps(parts.phantoms, judge))
        lines.append(Line(name=f"{layer} agreement, phantoms", estimate=drawn))
    ratio = agreement_ratio(made, real)
    return [*lines, Line(name=f"{layer} agreement, synthetic / real", estimate=ratio, least=0.85)]


def adherence_lines(synthetic: Cohort, judge: Judge) -> list[Line]:
    """Are the structures that were named missing absent, and the others present?"""
    _, codes = LAYERS[synthetic.body]
    asked = named((record.findings for record in synthetic.records), codes)
    shown = presence(mask_stack(synthetic, LAYERS[synthetic.body][0]), codes)
    seen = presence(judge(image_stack(synthetic)), codes)
    lines = []
    if asked.any():
        lines = [
            Line(name="named absent, in masks", estimate=absent_rate(shown, asked), least=0.9),
            Line(name="named absent, as the judge sees images", estimate=absent_rate(seen, asked), least=0.7),
            Line(name="all named absent at once, in masks", estimate=all_absent_rate(shown, asked)),
            Line(name="all named absent at once, in images", estimate=all_absent_rate(seen, asked)),
        ]
    return [
        *lines,
        Line(name="others present, in masks", estimate=present_rate(shown, asked), least=0.8),
        Line(name="others present, as the judge sees images", estimate=present_rate(seen, asked)),
    ]


def fidelity_lines(parts: Parts, extractor: Extractor, seed: int = 0) -> list[Line]:
    """KID against validation images, beside that of other images at the same n.

    The floor is real training images; the bad references are the same blurred by one
    pixel, and phantoms. The synthetic value is to be at most that of the blurred images.
    """
    chance = np.random.default_rng(seed)
    cohorts = {"synthetic": parts.synthetic, "real train (floor)": parts.train}
    if parts.phantoms is not None:
        cohorts["phantoms"] = parts.phantoms
    n = min(len(cohort) for cohort in cohorts.values())
    stacks = {name: image_stack(_pick(cohort, n, chance)) for name, cohort in cohorts.items()}
    stacks["real train blurred by 1 px"] = blurred(stacks["real train (floor)"])
    real = extractor(image_stack(parts.val))
    found = {name: kid(extractor(stack), real) for name, stack in stacks.items()}
    bound = found["real train blurred by 1 px"].value
    rest = [Line(name=f"KID, {name}", estimate=found[name]) for name in found if name != "synthetic"]
    return [*rest, Line(name="KID, synthetic", estimate=found["synthetic"], most=bound)]


def copy_lines(parts: Parts) -> list[Line]:
    """Share of synthetic images that are copies of training images."""
    return [Line(name="copy rate", estimate=audit(parts.synthetic, parts.train, parts.val).copies, most=0.03)]


def spread_lines(parts: Parts, extractor: Extractor) -> list[Line]:
    """Mean pairwise distance against that of validation images, in pixels and in features."""
    made, real = image_stack(parts.synthetic), image_stack(parts.val)
    pixels = spread_ratio(made.reshape(len(made), -1), real.reshape(len(real), -1))
    features = spread_ratio(extractor(made), extractor(real))
    return [
        Line(name="spread of pixels, synthetic / real", estimate=pixels, least=0.7),
        Line(name="spread of features, synthetic / real", estimate=features, least=0.7),
    ]


def separation_lines(parts: Parts, scorer: Scorer, finding: str = "pneumonia") -> list[Line]:
    """Does a classifier tell synthetic images with a finding from those without, as on real ones?"""
    real, made = _area(parts.val, scorer, finding), _area(parts.synthetic, scorer, finding)
    if not real.value > 0.5:
        raise DiptychError.of("classifier", "does no better than chance on real images", "train another")
    scale = real.value - 0.5
    ratio = Estimate(
        value=(made.value - 0.5) / scale,
        low=(made.low - 0.5) / scale,
        high=(made.high - 0.5) / scale,
        n=made.n,
        notes=("the error of the real AUC is not in the interval",),
    )
    return [
        Line(name=f"AUC of {finding}, real validation", estimate=real),
        Line(name=f"AUC of {finding}, synthetic", estimate=made),
        Line(name="(AUC - 0.5), synthetic / real", estimate=ratio, least=0.6),
    ]


def blurred(stack: NDArray[np.uint8], sigma: float = 1.0) -> NDArray[np.uint8]:
    """Images (N, H, W) under a Gaussian of `sigma` pixels."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(stack.astype(np.float32), (0, sigma, sigma), mode="nearest")
    whole: NDArray[np.uint8] = np.clip(np.rint(smooth), 0, 255).astype(np.uint8)
    return whole


def _overlaps(cohort: Cohort, judge: Judge) -> Overlaps:
    layer, codes = LAYERS[cohort.body]
    part = _with_layer(cohort, layer)
    return overlaps(judge(image_stack(part)), mask_stack(part, layer), codes, _subjects(part))


def _area(cohort: Cohort, scorer: Scorer, finding: str) -> Estimate:
    positive = np.array([any(f.name == finding for f in r.findings) for r in cohort.records])
    if positive.all() or not positive.any():
        what = f"{int(positive.sum())} of {len(cohort)} images have {finding}"
        raise DiptychError.of(str(cohort.path), what, "give images with and without it")
    return auc(scorer(image_stack(cohort))[:, 0], positive)


def _pick(cohort: Cohort, n: int, chance: np.random.Generator) -> Cohort:
    rows = chance.choice(len(cohort), n, replace=False)
    return cohort.select(ids=[cohort.records[row].id for row in sorted(rows)])


def _with_layer(cohort: Cohort, layer: str) -> Cohort:
    return cohort.select(ids=[record.id for record in cohort.records if layer in record.layers])


def _subjects(cohort: Cohort) -> Sequence[str]:
    return [subject_of(record) for record in cohort.records]
