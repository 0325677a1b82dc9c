"""Gaussians fitted to features: mean and root of the covariance, and what two of them share.

Everything is added up in place over a few rows at a time. Only scipy's BLAS works here: numpy
brings a second one, and where each has threads of its own, those of one wait for the other's.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, eigh, svd
from scipy.linalg.blas import dsyr, dsyrk, dtrmm, dtrsm

from diptych.metrics.neighbours import middle

TOGETHER = 128
"""Rows at once: they stay in the processor's cache, and more make a product no faster."""

ROUNDING = 1e-12
"""Share of the whole spread below which a difference of two spreads is rounding."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean (d,) of N samples, and a root R (r, d) with R'R their covariance S."""

    mean: Matrix
    root: Matrix
    """The rows themselves where N <= d, else the Cholesky factor, else eigenvectors."""
    lower: Matrix | None = None
    """Where the root is the Cholesky factor, its transpose, in columns."""
    rows: bool = False
    """Whether the root are the N samples about the mean, over sqrt(N - 1)."""

    @property
    def trace(self) -> float:
        """Sum of the variances."""
        return float(self.variances.sum())

    @property
    def variances(self) -> Matrix:
        """Of each feature, (d,)."""
        squares: Matrix = np.einsum("ij,ij->j", self.root, self.root)
        return squares

    def whitened(self, turn: Matrix) -> Matrix:
        """R^-1 turn (d, l) for a `turn` (r, l): samples about the mean times it are white and turned."""
        if self.lower is not None:
            solved: Matrix = dtrsm(1.0, self.lower, turn, lower=1, trans_a=1)
            return solved
        across: Matrix = (self.root / np.einsum("ij,ij->i", self.root, self.root)[:, None]).T @ turn
        return across


@dataclass(frozen=True, eq=False)
class Shared:
    """R2 R1' = U diag(values) V' for the roots of two Gaussians; the values are those of (S1 S2)^1/2."""

    left: Matrix
    """U (r2, l)."""
    values: Matrix
    """(l,), at least 0, in any order."""
    right: Matrix
    """V (r1, l)."""


def gaussian(x: NDArray[np.generic]) -> Gaussian:
    """Of samples (N, d), of any type of numbers.

    Few samples are their own root, since they span no more than N - 1 directions.
    """
    centre = middle(x)
    if len(x) <= x.shape[1]:
        rows = x.astype(np.float64) - centre
        moved = rows.mean(axis=0)
        rows -= moved
        return Gaussian(centre + moved, rows / math.sqrt(len(x) - 1), rows=True)
    mean, covariance = _moments(x, centre)
    with suppress(LinAlgError):
        lower = cholesky(covariance, lower=True, check_finite=False)
        return Gaussian(mean, lower.T, lower=lower)
    values, vectors = eigh(covariance, overwrite_a=True, check_finite=False, driver="evd")
    kept = values > values[-1] * len(values) * np.finfo(float).eps
    return Gaussian(mean, (vectors[:, kept] * np.sqrt(values[kept])).T)


def shared(first: Gaussian, second: Gaussian) -> Shared:
    """The singular vectors and values of R2 R1', by the eigenvectors of its square where that shows them."""
    if first.lower is not None and second.lower is not None:
        found = _by_eigenvectors(first.lower, second.lower)
        if found is not None:
            return found
    left, values, right = svd(second.root @ first.root.T, full_matrices=False, check_finite=False)
    return Shared(left, values, right.T)


def _moments(x: NDArray[np.generic], centre: Matrix) -> tuple[Matrix, Matrix]:
    """Mean (d,), and the lower half of the covariance (d, d), in one pass.

    About a point amid the samples: squares of features far from 0 would lose the variance. The
    median is within a standard deviation of the mean, so what is taken off at the end is small.
    """
    n, wide = x.shape
    total, squares, held = np.zeros(wide), np.zeros((wide, wide), order="F"), np.empty((TOGETHER, wide))
    for start in range(0, n, TOGETHER):
        part = x[start : start + TOGETHER]
        rows = np.subtract(part, centre, out=held[: len(part)], dtype=np.float64)
        total += rows.sum(axis=0)
        squares = dsyrk(1.0, rows.T, beta=1.0, c=squares, lower=1, overwrite_c=1)
    squares = dsyr(-1.0 / n, total, lower=1, a=squares, overwrite_a=1)
    squares /= n - 1
    return centre + total / n, squares


def _by_eigenvectors(first: Matrix, second: Matrix) -> Shared | None:
    """`shared` of two lower triangles, in half the time of the singular vectors and half the memory.

    With V the eigenvectors of the square, the columns of R2 R1' V are orthogonal and their lengths
    the values. V is off by rounding e, which adds at most about e^2 s_1^4 / (2 s_i s_j (s_i + s_j)) to
    the values s_i + s_j: nothing, unless many are tiny beside the largest. Then None. (By the inequality
    of means the sum over all pairs is at most that below; in simulations it was a tenth of it.)
    """
    product = dtrmm(1.0, second, first, lower=1, trans_a=1)
    square = dsyrk(1.0, product, trans=1, lower=1)
    del product
    _, right = eigh(square, lower=True, overwrite_a=True, check_finite=False, driver="evd")
    left = dtrmm(1.0, first, right, lower=1)
    left = dtrmm(1.0, second, left, lower=1, trans_a=1, overwrite_b=1)
    values = np.sqrt(np.einsum("ij,ij->j", left, left))
    most = values.max()
    with np.errstate(all="ignore"):
        off = most * (np.finfo(float).eps * ((values / most) ** -1.5).sum()) ** 2 / 8
    if not off <= ROUNDING * values.sum():
        return None
    left /= values
    return Shared(left, values, right)
