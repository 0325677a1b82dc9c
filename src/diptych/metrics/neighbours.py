"""Exact nearest neighbours among features, without the matrix of all distances."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.two_sets import two_sets

CHUNK = 256
"""Rows of the distance matrix held at once: 256 x 50,000 float64 is 0.1 GB."""

ROUNDING = 1e-9
"""Relative slack of a squared radius, so that a point on the edge of a closed ball is inside it."""


def knn_distances(
    queries: NDArray[np.generic], references: NDArray[np.generic], k: int, exclude_self: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Euclidean distances (N, k) to the k nearest references, ascending, and their indices (N, k).

    `exclude_self` says that queries and references are the same rows, and lets no row be its own
    neighbour; other rows equal to it still are, at distance 0. Distances are exact to the last
    bits (a duplicate is at 0). Raises `DiptychError` for features that are not finite or of
    two widths, and when there are fewer than k references to choose from.
    """
    x, y = two_sets(queries, references, 1, ("queries", "references"))
    _check(k, len(x), len(y), exclude_self)
    distances, indices = np.empty((len(x), k)), np.empty((len(x), k), dtype=np.int64)
    for part, squares in square_distances(x, y):
        if exclude_self:
            squares[np.arange(len(squares)), np.arange(part.start, part.stop)] = np.inf
        near = np.argpartition(squares, k - 1, axis=1)[:, :k]
        exact = _exact(x[part], y, near)
        order = np.lexsort((near, exact), axis=1)
        distances[part] = np.take_along_axis(exact, order, axis=1)
        indices[part] = np.take_along_axis(near, order, axis=1)
    return distances, indices


def square_distances(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Squared distances of `CHUNK` rows of x at a time to all rows of y, (rows, M), never below 0.

    They come from |x|^2 + |y|^2 - 2 x.y about the mean of y: right to about 1e-15 of the
    squared lengths, so a duplicate may be at 1e-14 instead of 0.
    """
    centre = y.mean(axis=0)
    y = y - centre
    lengths = (y * y).sum(axis=1)
    for start in range(0, len(x), CHUNK):
        part = slice(start, min(start + CHUNK, len(x)))
        rows = x[part] - centre
        squares = rows @ y.T
        squares *= -2
        squares += (rows * rows).sum(axis=1)[:, None]
        squares += lengths
        yield part, np.maximum(squares, 0, out=squares)


def _exact(rows: NDArray[np.float64], y: NDArray[np.float64], near: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distances of each row to its chosen neighbours, by subtraction."""
    columns = [np.sqrt(((rows - y[column]) ** 2).sum(axis=1)) for column in near.T]
    return np.stack(columns, axis=1)


def _check(k: int, queries: int, references: int, exclude_self: bool) -> None:
    if exclude_self and queries != references:
        what = f"{queries} queries and {references} references are not the same rows"
        raise DiptychError.of("exclude_self", what, "give one array twice")
    if k < 1 or k > references - exclude_self:
        most = references - exclude_self
        raise DiptychError.of("k", f"{k} neighbours of {most} cannot be had", "choose k within 1..n")
