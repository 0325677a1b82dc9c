"""Distance of two sets of features by a Gaussian kernel, which sees every difference there is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features
from diptych.metrics.estimate import Estimate
from diptych.metrics.kernels import unbiased_mmd
from diptych.metrics.neighbours import square_distances
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

    centre = y.mean(axis=0)
    x -= centre
    y -= centre

    def gaussian(rows: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
        exponents = rows @ others.T
        exponents -= _half_lengths(rows)[:, None]
        exponents -= _half_lengths(others)
        exponents /= scale**2
        return np.exp(np.minimum(exponents, 0, out=exponents), out=exponents)

    return unbiased_mmd(x, y, gaussian, (f"bandwidth {scale:.6g}, {chosen}",))


def median_distance(samples: NDArray[np.generic], seed: int = 0) -> float:
    """Median Euclidean distance of pairs of rows (N, d): the usual width of a Gaussian kernel.

    Of at most `ROWS` rows, drawn at random; Gretton et al. 2012, section 8.
    """
    x = features(samples, "samples", 2)
    if len(x) > ROWS:
        x = x[np.random.default_rng(seed).choice(len(x), ROWS, replace=False)]
    squares = np.concatenate([rows for _, rows in square_distances(x, x)])
    return float(np.sqrt(np.median(squares[np.triu_indices(len(x), 1)])))


def _half_lengths(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    halves: NDArray[np.float64] = np.einsum("ij,ij->i", rows, rows) / 2
    return halves
