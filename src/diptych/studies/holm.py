"""Many arms, one claim: p values that stay honest when the best of several is picked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p values, adjusted so that the chance of any false one below 0.05 is at most 5 %.

    Holm 1979 (Scand. J. Stat. 6, 65): the k-th smallest of m is multiplied by m + 1 - k, never below
    its forerunner nor above 1. It needs no independence, which arms that share a control lack. NaN
    (an arm that could not be tested) stays NaN and does not count.
    """
    table = np.asarray(p_values, dtype=np.float64)
    adjusted, known = np.full(len(table), math.nan), np.flatnonzero(np.isfinite(table))
    order = known[np.argsort(table[known], kind="stable")]
    stretched = table[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(stretched), 1.0)
    return tuple(float(p) for p in adjusted)
