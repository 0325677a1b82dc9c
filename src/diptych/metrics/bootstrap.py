"""Resampling of subjects: images of one subject are drawn together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

REPEATS = 2000
"""Draws for a 95 % percentile interval; its ends then wander by about 1 % of its width."""


def subject_weights(subjects: Sequence[str], repeats: int = REPEATS, seed: int = 0) -> NDArray[np.float64]:
    """How often each image counts in each draw, (repeats, N).

    Subjects are drawn with replacement (a cluster bootstrap; Field and Welsh 2007, JRSS B 69,
    369), so every image of a drawn subject has the same weight.
    """
    names, of_subject = np.unique(np.asarray(subjects), return_inverse=True)
    chance = np.random.default_rng(seed)
    counts = chance.multinomial(len(names), np.full(len(names), 1 / len(names)), size=repeats)
    weights: NDArray[np.float64] = counts[:, of_subject].astype(np.float64)
    return weights


def percentile_interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    """The middle 95 % of the draws; draws that are NaN (an empty group) are left out."""
    draws = draws[np.isfinite(draws)]
    if draws.size == 0:
        return float("nan"), float("nan")
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


def interval(
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]], subjects: Sequence[str], seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of `statistic`, which maps weights (R, N) to values (R,)."""
    return percentile_interval(statistic(subject_weights(subjects, seed=seed)))
