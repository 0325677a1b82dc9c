"""Shares among items that come in clusters: several images of a subject, many answers of a reader."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.checks import enough
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import Z95, rate


def clustered_rate(
    hits: NDArray[np.generic], clusters: Sequence[str] = (), notes: tuple[str, ...] = ()
) -> Estimate:
    """The mean of `hits` (N,), each 0 to 1, with Wilson's interval at the effective number of items.

    N is divided by the design effect (Rao and Scott 1992, Biometrics 48, 577): the variance of
    the mean with whole clusters as units over that of independent items, at least 1. Without
    `clusters`, or with one item in each, this is `rates.rate`.
    """
    shares = np.asarray(hits, dtype=np.float64)
    enough(len(shares), 1, "rate")
    names = list(clusters) or [str(i) for i in range(len(shares))]
    _, of_cluster = np.unique(np.asarray(names), return_inverse=True)
    count = int(of_cluster.max()) + 1
    value = float(shares.mean())
    if count == len(shares):
        return rate(float(shares.sum()), len(shares), notes)
    sums = np.bincount(of_cluster, shares - value)
    spread = float((sums**2).sum()) / len(shares) ** 2 * count / max(count - 1, 1)
    return score_rate(value, spread, count - 1, len(shares), count, notes)


def score_rate(
    value: float, variance: float, freedom: float, n: int, units: int, notes: tuple[str, ...] = ()
) -> Estimate:
    """Wilson's interval of a share whose variance is known from elsewhere.

    `variance` rests on `freedom` degrees of freedom: the interval is widened as Student's t is
    against the normal (Korn and Graubard 1998, Survey Methodology 24, 193). Of `n` items at
    least `units`, the number of clusters, are never taken for fewer independent ones when all
    or none are hits and no variance can be had.
    """
    plain = value * (1 - value)
    if plain <= 0 or freedom <= 0:
        effective = float(units)
    else:
        widened = variance * (_t95(freedom) / Z95) ** 2
        effective = plain / max(widened, plain / n)
    whole = max(1, math.floor(effective))
    return replace(rate(value * whole, whole, notes), value=value, n=n)


def _t95(freedom: float) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))
