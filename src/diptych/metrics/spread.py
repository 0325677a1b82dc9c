"""Does a cohort spread as widely as the real one, or do its images look alike?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import Z95

CHUNK = 1024


def mean_distance(samples: NDArray[np.generic]) -> Estimate:
    """Mean Euclidean distance of all pairs of rows (N, d), with a delete-one jackknife interval."""
    rows = _row_sums(features(samples, "samples", 3))
    n = len(rows)
    value = float(rows.sum() / (n * (n - 1)))
    half = Z95 * math.sqrt(_variance(rows))
    return Estimate(value=value, low=value - half, high=value + half, n=n)


def spread_ratio(synthetic: NDArray[np.generic], real: NDArray[np.generic]) -> Estimate:
    """Mean pairwise distance of synthetic rows (N, d) over that of real rows (M, d).

    1 is as varied as the real cohort, 0 is one image repeated; noise raises it, so read it
    beside a fidelity metric. Interval on the log scale from two delete-one jackknives.
    """
    ours, theirs = _row_sums(features(synthetic, "synthetic", 3)), _row_sums(features(real, "real", 3))
    top, bottom = (float(r.sum() / (len(r) * (len(r) - 1))) for r in (ours, theirs))
    if bottom == 0:
        raise DiptychError.of("real", "all real samples are the same", "give different images")
    if top == 0:
        return Estimate(
            value=0.0, low=0.0, high=0.0, n=len(ours), notes=("all synthetic samples are the same",)
        )
    half = Z95 * math.sqrt(_variance(ours) / top**2 + _variance(theirs) / bottom**2)
    value = top / bottom
    return Estimate(value=value, low=value * math.exp(-half), high=value * math.exp(half), n=len(ours))


def _row_sums(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the distances of each row to all others, (N,)."""
    x = x - x.mean(axis=0)
    squares = (x * x).sum(axis=1)
    sums = np.empty(len(x))
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        square = squares[part, None] + squares[None] - 2 * x[part] @ x.T
        distance = np.sqrt(np.clip(square, 0, None))
        distance[np.arange(len(distance)), start + np.arange(len(distance))] = 0.0
        sums[part] = distance.sum(axis=1)
    return sums


def _variance(rows: NDArray[np.float64]) -> float:
    """Jackknife variance of the mean pair distance, from the row sums."""
    n = len(rows)
    left_out = (rows.sum() - 2 * rows) / ((n - 1) * (n - 2))
    return float((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
