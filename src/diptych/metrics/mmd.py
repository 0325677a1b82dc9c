"""Distance of two sets of features by a Gaussian kernel, which sees every difference there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features
from diptych.metrics.estimate import Estimate
from diptych.metrics.kernels import unbiased_mmd
from diptych.metrics.neighbours import middle, square_distances
from diptych.metrics.two_sets import two_sets

ROWS = 2000
"""Rows drawn for the median heuristic: their 2 million pairs fix it to a fraction of a percent."""


def mmd(
    synthetic: NDArray[np.generic], real: NDArray[np.generic], bandwidth: float | None = None
) -> Estimate:
    """Squared maximum mean discrepancy of features (N, d) and (M, d): unbiased, in [-small, 2].

    k(x, y) = exp(-|x - y|^2 / (2 s^2)) as in CMMD (Jayasumana et al. 2024, arXiv 2401.09603,
    section 4.2), which is this value times 1000 on CLIP embeddings with `bandwidth` s = 10.
    Without a bandwidth, s is the median distance of the real features (`median_distance`), so
    that it does not move with the generator. 0 when both distributions agree, where it may be
    slightly negative; lower is better. The interval is that of `kernels.unbiased_mmd`, for the
    bandwidth taken as given.
    """
    x, y = two_sets(synthetic, real, 3)
    scale = median_distance(y) if bandwidth is None else bandwidth
    if not (np.isfinite(scale) and scale > 0):
        raise DiptychError.of("bandwidth", f"{scale} is no width", "give a positive number")
    chosen = "median distance of the real features" if bandwidth is None else "as given"
    centre = middle(y)
    ours, theirs = (_lifted(rows, centre, scale) for rows in (x, y))
    return unbiased_mmd(ours, theirs, _gaussian, (f"bandwidth {scale:.6g}, {chosen}",))


def median_distance(samples: NDArray[np.generic], seed: int = 0) -> float:
    """Median Euclidean distance of pairs of rows (N, d): the usual width of a Gaussian kernel.

    Of at most `ROWS` rows, drawn at random; Gretton et al. 2012, section 8.
    """
    x = features(samples, "samples", 2)
    if len(x) > ROWS:
        x = x[np.random.default_rng(seed).choice(len(x), ROWS, replace=False)]
    order = np.arange(len(x))
    parts = [squares[order < order[part, None]] for part, squares in square_distances(x, x)]
    return float(np.sqrt(max(float(np.median(np.concatenate(parts))), 0.0)))


def _lifted(rows: NDArray[np.float64], centre: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Features z = (x - centre) / s with -|z|^2 / 2 and 1 beside them."""
    wide = rows.shape[1]
    lifted = np.ones((len(rows), wide + 2))
    np.subtract(rows, centre, out=lifted[:, :wide])
    lifted[:, :wide] /= scale
    lifted[:, wide] = np.einsum("ij,ij->i", lifted[:, :wide], lifted[:, :wide]) / -2
    return lifted


def _gaussian(rows: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The last two columns of the rows change places, so that the product is -|z - w|^2 / 2."""
    left = np.concatenate([rows[:, :-2], rows[:, :-3:-1]], axis=1)
    exponents = left @ others.T
    return np.exp(np.minimum(exponents, 0, out=exponents), out=exponents)
