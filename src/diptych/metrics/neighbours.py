"""Exact nearest neighbours among features, without the matrix of all distances."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.blocks import row_blocks
from diptych.metrics.two_sets import two_sets

ROUNDING = 1e-9
"""Relative slack of a squared radius, so that a point on the edge of a closed ball is inside it."""

AMID = 100
"""Rows, evenly spread, whose median is the centre that distances are computed about."""

GROUPS = 256
"""Groups of columns in the sieve for the nearest neighbours, or eight for each of more than 32."""


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
    for part, _, near in _nearest(x, y, k, exclude_self):
        exact = _exact(x[part], y, near)
        order = np.lexsort((near, exact), axis=1)
        distances[part] = np.take_along_axis(exact, order, axis=1)
        indices[part] = np.take_along_axis(near, order, axis=1)
    return distances, indices


def own_neighbours(x: NDArray[np.float64], k: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Squared distances (N, k) of each row of finite features (N, d) to its k nearest fellows, and which.

    Ascending, and rounded as `square_distances` are: for many neighbours faster than `knn_distances`.
    """
    found, indices = np.empty((len(x), k)), np.empty((len(x), k), dtype=np.int64)
    for part, squares, near in _nearest(x, x, k, exclude_self=True):
        values = np.take_along_axis(squares, near, axis=1)
        order = np.argsort(values, axis=1)
        found[part] = np.take_along_axis(values, order, axis=1)
        indices[part] = np.take_along_axis(near, order, axis=1)
    return found, indices


def square_distances(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Squared distances of some rows of x at a time to all rows of y, (rows, M).

    One matrix product gives |x|^2 + |y|^2 - 2 x.y about a point amid y: right to about 1e-15 of
    the squared lengths, so a duplicate may be at 1e-14, or as far below 0, instead of at 0. The
    array is filled anew for the next rows.
    """
    centre, wide = middle(y), y.shape[1]
    columns = np.empty((len(y), wide + 2))
    np.subtract(y, centre, out=columns[:, :wide])
    columns[:, wide] = np.einsum("ij,ij->i", columns[:, :wide], columns[:, :wide])
    columns[:, :wide] *= -2
    columns[:, wide + 1] = 1
    parts = list(row_blocks(len(x), len(y)))
    held = np.empty((parts[0].stop, len(y)))
    for part in parts:
        rows = np.ones((part.stop - part.start, wide + 2))
        np.subtract(x[part], centre, out=rows[:, :wide])
        rows[:, wide + 1] = np.einsum("ij,ij->i", rows[:, :wide], rows[:, :wide])
        yield part, np.matmul(rows, columns.T, out=held[: len(rows)])


def middle(y: NDArray[np.generic]) -> NDArray[np.float64]:
    """A point amid the rows (M, d), (d,), that no outlier moves far."""
    some = y[:: -(-len(y) // AMID)].astype(np.float64, copy=False)
    point: NDArray[np.float64] = np.median(some, axis=0)
    return point


def _nearest(
    x: NDArray[np.float64], y: NDArray[np.float64], k: int, exclude_self: bool
) -> Iterator[tuple[slice, NDArray[np.float64], NDArray[np.int64]]]:
    """Some rows at a time, their squared distances to all of y, and the columns of the k smallest."""
    for part, squares in square_distances(x, y):
        if exclude_self:
            squares[np.arange(len(squares)), np.arange(part.start, part.stop)] = np.inf
        yield part, squares, _smallest(squares, k)


def _smallest(values: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Columns of the k smallest of each row (r, M), (r, k), in any order.

    The k-th smallest of the minima of groups of columns is no less than that of them all, and
    little more: what exceeds it is sieved out before anything is sorted.
    """
    groups = min(values.shape[1], max(GROUPS, 8 * k))
    deep = values.shape[1] // groups
    minima = values[:, : deep * groups].reshape(len(values), deep, groups).min(axis=1)
    bounds = np.partition(minima, k - 1, axis=1)[:, k - 1 : k]
    row, column = np.divmod(np.flatnonzero(values <= bounds), values.shape[1])
    counts = np.bincount(row, minlength=len(values))
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = np.full((len(values), counts.max()), np.inf)
    columns = np.zeros(kept.shape, np.int64)
    kept[row, place], columns[row, place] = values[row, column], column
    near = np.argpartition(kept, k - 1, axis=1)[:, :k]
    return np.take_along_axis(columns, near, axis=1)


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
