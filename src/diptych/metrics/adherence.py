"""Do masks show what was asked for: named structures absent, all others present?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import alike, images
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import rate
from diptych.records.finding import Finding

LEAST = 0.0006
"""Share of the image from which a structure counts as present: 20 of 128 x 256 pixels, where
the smallest annotated tooth of 352 real panoramics has 36; less is a stray fragment."""


def presence(masks: NDArray[np.uint8], codes: Sequence[int], least: float = LEAST) -> NDArray[np.bool_]:
    """Which codes fill at least the share `least` of each mask (N, H, W): (N, codes)."""
    images(masks, "masks")
    counts = np.stack([np.bincount(mask.ravel(), minlength=256) for mask in masks])
    shown: NDArray[np.bool_] = counts[:, list(codes)] >= max(1.0, least * masks[0].size)
    return shown


def named(
    findings: Iterable[Iterable[Finding]], codes: Sequence[int], name: str = "missing"
) -> NDArray[np.bool_]:
    """Which codes each sample's findings call `name`, sites being numbers: (N, codes).

    For teeth: the finding `missing 18` asks that code 18 be absent.
    """
    asked = [{finding.site for finding in sample if finding.name == name} for sample in findings]
    return np.array([[str(code) in sites for code in codes] for sites in asked], dtype=bool)


def absent_rate(shown: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Estimate:
    """Share of the structures asked to be absent that are, both (N, codes)."""
    return _share(~shown, asked, "no structure was asked to be absent")


def present_rate(shown: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Estimate:
    """Share of the structures not asked to be absent that are present, both (N, codes)."""
    return _share(shown, ~asked, "every structure was asked to be absent")


def all_absent_rate(shown: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Estimate:
    """Share of masks in which every structure that was asked to be absent is; Wilson interval."""
    alike(shown, asked, "presence")
    rows = asked.any(axis=1)
    if not rows.any():
        raise DiptychError.of("adherence", "no structure was asked to be absent", "name one in the prompts")
    return rate(int((~(shown & asked)[rows]).all(axis=1).sum()), int(rows.sum()))


def balanced_rate(
    shown: NDArray[np.bool_], asked: NDArray[np.bool_], subjects: Sequence[str] = (), seed: int = 0
) -> Estimate:
    """Mean of two shares, of structures asked to be absent that are, and of all others that are present.

    Both arrays are (N, codes). 1 is perfect, 0.5 is what masks score that know nothing of what was
    asked. Every structure counts alike, whichever image it is in; the interval is a bootstrap of
    subjects, or Wilson's for as many items as there are subjects where every draw is the same.
    """
    alike(shown, asked, "presence")
    for part, what in ((asked, "no structure was asked to be absent"), (~asked, "all of them were")):
        if not part.any():
            raise DiptychError.of("adherence", what, "ask for some structures to be absent")
    names = list(subjects) or [str(row) for row in range(len(shown))]
    counts = np.stack([part.sum(axis=1) for part in (asked & ~shown, asked, shown & ~asked, ~asked)], axis=1)

    def balanced(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        gone, absent, there, others = (weights @ counts).T
        # A draw without any absent structure, or without others, is left out by the interval.
        with np.errstate(invalid="ignore"):
            shares: NDArray[np.float64] = (gone / absent + there / others) / 2
        return shares

    value = float(balanced(np.ones((1, len(shown))))[0])
    low, high = interval(balanced, names, seed)
    if not low < high:
        units = len(set(names))
        flat = rate(value * units, units)
        low, high = flat.low, flat.high
    return Estimate(value=value, low=low, high=high, n=len(shown))


def _share(met: NDArray[np.bool_], asked: NDArray[np.bool_], nothing: str) -> Estimate:
    """Mean over images of the share within each; Wilson's interval with n images.

    That treats the structures of one image as if they all fell together, the widest case.
    """
    alike(met, asked, "presence")
    rows = asked.any(axis=1)
    if not rows.any():
        raise DiptychError.of("adherence", nothing, "change the prompts")
    shares = (met & asked)[rows].sum(axis=1) / asked[rows].sum(axis=1)
    return rate(float(shares.sum()), int(rows.sum()))
