"""Area under the ROC curve with an interval that holds at the edges."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.checks import alike, enough
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import Z95


def auc(scores: NDArray[np.generic], positive: NDArray[np.bool_]) -> Estimate:
    """Chance that a positive scores above a negative, ties counting half; (N,) and (N,).

    Interval: method 5 of Newcombe 2006 (Stat. Med. 25, 559), a score interval that stays
    within 0 and 1 and has width even when the value is 1.
    """
    alike(np.asarray(scores), np.asarray(positive), "scores")
    positives, negatives = int(positive.sum()), int((~positive).sum())
    enough(min(positives, negatives), 1, "positives or negatives")
    ranks = _ranks(np.asarray(scores, dtype=np.float64))
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    value = float(above / (positives * negatives))
    low, high = (_edge(value, positives, negatives, side) for side in (-1, 1))
    return Estimate(value=value, low=low, high=high, n=positives + negatives)


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, ties sharing their mean."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[place]
    return ranks


def _edge(value: float, positives: int, negatives: int, side: int) -> float:
    """The true area, below (-1) or above (+1), from which `value` is 1.96 errors away."""
    inner, outer = value, 0.0 if side < 0 else 1.0
    for _ in range(60):
        middle = (inner + outer) / 2
        if abs(value - middle) < Z95 * math.sqrt(_variance(middle, positives, negatives)):
            inner = middle
        else:
            outer = middle
    return (inner + outer) / 2


def _variance(area: float, positives: int, negatives: int) -> float:
    """Hanley and McNeil 1982 (Radiology 143, 29) with Newcombe's even group sizes."""
    even = (positives + negatives) / 2 - 1
    spread = 1 + even * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * spread / (positives * negatives)
