"""Copies of training images: nearest neighbours over reflections and small shifts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import images
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import rate

CHUNK = 256
"""Query images held at once."""

PERCENTILE = 1.0
"""Of the held-out-to-train distances: nearer than this is called a copy."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where a copy is looked for.

    Images are averaged over `pool` x `pool` pixels first; each query is then tried as it
    is, mirrored, upside down and turned by half, each at every shift of up to `shift`
    pooled pixels along both axes.
    """

    pool: int = 2
    shift: int = 2


@dataclass(frozen=True, eq=False)
class Nearest:
    """For each query the distance to its nearest reference, and which one that is, (N,)."""

    distance: NDArray[np.float64]
    index: NDArray[np.int64]


def nearest(
    queries: NDArray[np.generic], references: NDArray[np.generic], search: Search | None = None
) -> Nearest:
    """Nearest reference of each query, both (N, H, W) of one size.

    The distance is sqrt(2 - 2 r), r the correlation of the overlapping pixels: 0 for the
    same picture at any brightness and contrast, sqrt(2) for unrelated ones, at most 2.
    """
    search = search or Search()
    queries, references = images(queries, "queries"), images(references, "references")
    if queries.shape[1:] != references.shape[1:]:
        sizes = f"sizes {queries.shape[1:]} and {references.shape[1:]} differ"
        raise DiptychError.of("images", sizes, "stretch them to one size")
    pooled = _pool(references, search.pool)
    height, width = pooled.shape[1] - 2 * search.shift, pooled.shape[2] - 2 * search.shift
    if min(height, width) < 2:
        raise DiptychError.of("images", "they are too small to be shifted", "use a smaller pool or shift")
    middle = slice(search.shift, search.shift + height), slice(search.shift, search.shift + width)
    known = _standard(pooled[:, *middle])
    parts = [
        _best(_pool(queries[start : start + CHUNK], search.pool), known, (height, width))
        for start in range(0, len(queries), CHUNK)
    ]
    likeness = np.concatenate([part[0] for part in parts]).astype(np.float64)
    distance = np.sqrt(np.clip(2 - 2 * likeness, 0, None))
    return Nearest(distance, np.concatenate([part[1] for part in parts]))


def copy_rate(
    synthetic: NDArray[np.float64], heldout: NDArray[np.float64], percentile: float = PERCENTILE
) -> Estimate:
    """Share of synthetic images nearer to a training image than held-out ones come.

    Takes the nearest distances to the training images of synthetic (N,) and of held-out
    real images (M,); the threshold is the given percentile of the latter, so that new real
    images of other subjects score about `percentile` / 100. Wilson interval; the error of
    the threshold, which rests on few held-out images, is not in it.
    """
    threshold = copy_threshold(heldout, percentile)
    note = f"nearer than {threshold:.4f}, percentile {percentile:g} of {len(heldout)} held-out distances"
    return rate(int((synthetic < threshold).sum()), len(synthetic), (note,))


def copy_threshold(heldout: NDArray[np.float64], percentile: float = PERCENTILE) -> float:
    """The distance below which an image counts as a copy."""
    if len(heldout) == 0:
        raise DiptychError.of("heldout", "no held-out image to compare with", "give held-out real images")
    return float(np.percentile(heldout, percentile))


def _best(
    queries: NDArray[np.float32], known: NDArray[np.float32], size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Highest correlation of each query with any reference, and that reference."""
    best = np.full(len(queries), -np.inf, dtype=np.float32)
    where = np.zeros(len(queries), dtype=np.int64)
    for view in _views(queries, size):
        likeness = _standard(view) @ known.T
        found = likeness.argmax(axis=1)
        top = likeness[np.arange(len(queries)), found]
        better = top > best
        best[better], where[better] = top[better], found[better]
    return best, where


def _views(queries: NDArray[np.float32], size: tuple[int, int]) -> Iterator[NDArray[np.float32]]:
    """Windows of `size` at every place, of the queries and their three reflections."""
    rows = range(queries.shape[1] - size[0] + 1)
    columns = range(queries.shape[2] - size[1] + 1)
    for upside, mirrored in product((1, -1), repeat=2):
        turned = queries[:, ::upside, ::mirrored]
        for row, column in product(rows, columns):
            yield turned[:, row : row + size[0], column : column + size[1]]


def _pool(stack: NDArray[np.generic], pool: int) -> NDArray[np.float32]:
    """Means over blocks of `pool` x `pool` pixels; a remainder at the far edges is dropped."""
    count, height, width = stack.shape[0], stack.shape[1] // pool, stack.shape[2] // pool
    whole = stack[:, : height * pool, : width * pool].astype(np.float32)
    blocks: NDArray[np.float32] = whole.reshape(count, height, pool, width, pool).mean(axis=(2, 4))
    return blocks


def _standard(stack: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each image as a row of zero mean and length one; a flat image becomes zeros."""
    rows = stack.reshape(len(stack), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    standard: NDArray[np.float32] = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return standard
