"""Kernel distance between two sets of features: unbiased, with a jackknife interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.estimate import Estimate
from diptych.metrics.kernels import mmd_value, unbiased_mmd
from diptych.metrics.neighbours import AMID
from diptych.metrics.two_sets import two_sets

NAMES = ("first features", "second features")

FAR = 1e5
"""Standard deviations from 0 at which features leave six digits of KID, and four at ten times as many."""


def kid(first: NDArray[np.generic], second: NDArray[np.generic]) -> Estimate:
    """Kernel inception distance of features (N, d) and (M, d): squared MMD, unbiased.

    k(x, y) = (x.y / d + 1)^3 (Binkowski et al. 2018, arXiv 1801.01401, section 4). 0 when both
    sets come from one distribution, where it may be slightly negative; lower is better. The
    interval is that of `kernels.unbiased_mmd`. Features of another extractor than Inception
    make another number: name the extractor beside it. It depends on where 0 is; a note says when
    features are so far from there that rounding shows.
    """
    x, y = two_sets(first, second, 3, NAMES)
    return unbiased_mmd(_raised(x), _raised(y), _cubic, _far(y))


def kid_blocks(
    first: NDArray[np.generic], second: NDArray[np.generic], size: int, blocks: int = 100, seed: int = 0
) -> Estimate:
    """The block estimator in common use: mean of `kid` over random subsets of `size`.

    Subsets are drawn without replacement, so that no sample meets itself. The interval is
    that of the subsets' 2.5 % to 97.5 % quantiles: the spread of a value at n = `size`,
    not of the mean.
    """
    x, y = two_sets(first, second, 3, NAMES)
    most = min(len(x), len(y))
    if not 2 <= size <= most:
        raise DiptychError.of("size", f"{size} is not within 2..{most}", "choose a smaller subset")
    chance = np.random.default_rng(seed)
    values = []
    for _ in range(blocks):
        a = x[chance.choice(len(x), size, replace=False)]
        b = y[chance.choice(len(y), size, replace=False)]
        values.append(mmd_value(_raised(a), _raised(b), _cubic))
    low, high = np.percentile(values, [2.5, 97.5])
    return Estimate(value=float(np.mean(values)), low=float(low), high=float(high), n=size, notes=_far(y))


def _far(y: NDArray[np.float64]) -> tuple[str, ...]:
    """A note where the cube drowns what tells the samples apart, judged by a few of them."""
    some = y[:: -(-len(y) // AMID)]
    offset, spread = float(np.linalg.norm(some.mean(axis=0))), float(np.linalg.norm(some.std(axis=0)))
    if offset <= FAR * spread or spread == 0:
        return ()
    return (f"features lie {offset / spread:.0e} standard deviations from 0, where rounding takes digits",)


def _raised(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Features whose inner product is x.y / d + 1."""
    wide = rows.shape[1]
    raised = np.ones((len(rows), wide + 1))
    np.divide(rows, math.sqrt(wide), out=raised[:, :wide])
    return raised


def _cubic(rows: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = rows @ others.T
    for row in values:
        np.multiply(row, row * row, out=row)
    return values
