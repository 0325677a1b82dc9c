"""Copies of training images: nearest neighbours over reflections, small shifts and small turns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import images
from diptych.metrics.estimate import Estimate
from diptych.metrics.three_sets import bar_at, share_below

CHUNK = 256
"""Views of query images that are compared at once: fewer queries, more views of each."""

PERCENTILE = 1.0
"""Of the held-out-to-train distances: nearer than this is called a copy."""

TILTS = (-4.0, -2.0, 2.0, 4.0)
"""Degrees for `Search.rotations` that leave no turn within 5 degrees more than one from a view."""


SHORT = 42
"""Pixels to which the short side is pooled by `Search.for_films`."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where a copy is looked for.

    Images are averaged over `pool` x `pool` pixels first; each query is then tried as it
    is, mirrored, upside down and turned by half, each at every shift of up to `shift`
    pooled pixels along both axes; and all of that again turned about its centre by each of
    `rotations` degrees. Every angle costs as much time as the search without any, and the
    widest narrows the part of the images that is compared to what stays inside the frame.
    """

    pool: int = 2
    shift: int = 2
    rotations: tuple[float, ...] = ()

    @classmethod
    def for_films(cls, size: tuple[int, int]) -> Search:
        """For radiographs of (H, W): shifts of up to a 21st of the short side, turns of up to 5 degrees."""
        return cls(pool=max(1, round(min(size) / SHORT)), shift=2, rotations=TILTS)


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
    _alike(queries, references.shape[1:])
    return Album(references, search).nearest(queries)


class Album:
    """References (N, H, W), made ready to be searched again and again."""

    def __init__(self, references: NDArray[np.generic], search: Search | None = None) -> None:
        self._search = search or Search()
        references = images(references, "references")
        pooled = _pool(references, self._search.pool)
        self._shape = references.shape[1:]
        self._margins = _margins(pooled.shape[1], pooled.shape[2], self._search)
        edges = zip(self._margins, pooled.shape[1:], strict=True)
        rows, columns = (slice(edge, size - edge) for edge, size in edges)
        self._known = _standard(pooled[:, rows, columns])

    def nearest(self, queries: NDArray[np.generic]) -> Nearest:
        """See `nearest`."""
        queries, search = images(queries, "queries"), self._search
        _alike(queries, self._shape)
        parts = [
            _best(_pool(queries[start : start + CHUNK], search.pool), self._known, self._margins, search)
            for start in range(0, len(queries), CHUNK)
        ]
        likeness = np.concatenate([part[0] for part in parts]).astype(np.float64)
        distance = np.sqrt(np.clip(2 - 2 * likeness, 0, None))
        return Nearest(distance, np.concatenate([part[1] for part in parts]))


def _alike(queries: NDArray[np.generic], size: tuple[int, ...]) -> None:
    """Raise `DiptychError` for queries of another size than the references."""
    if queries.shape[1:] != size:
        sizes = f"sizes {queries.shape[1:]} and {size} differ"
        raise DiptychError.of("images", sizes, "stretch them to one size")


def copy_rate(
    synthetic: NDArray[np.float64],
    heldout: NDArray[np.float64],
    percentile: float = PERCENTILE,
    subjects: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> Estimate:
    """Share of synthetic images nearer to a training image than held-out ones come.

    Takes the nearest distances to the training images of synthetic (N,) and of held-out
    real images (M,), and the `subjects` of both; the threshold is the given percentile of the
    latter, so that new real images of other subjects score `percentile` / 100 on average. Value
    and interval are those of `share_below`: the error of the threshold, which rests on few
    held-out images, is in it, and with fewer than 99 of them the share is taken back to what
    a threshold at 1 % would find.
    """
    threshold = copy_threshold(heldout, percentile)
    near = int((synthetic < threshold).sum())
    note = (
        f"{near} of {len(synthetic)} are nearer than {threshold:.4f}, percentile {percentile:g} of "
        f"{len(heldout)} held-out distances"
    )
    few = () if percentile * (len(heldout) + 1) >= 100 else (_few(len(heldout), percentile),)
    return share_below(synthetic, heldout, percentile / 100, (note, *few), subjects)


def copy_threshold(heldout: NDArray[np.float64], percentile: float = PERCENTILE) -> float:
    """The distance below which an image counts as a copy, by `bar_at`."""
    if len(heldout) == 0:
        raise DiptychError.of("heldout", "no held-out image to compare with", "give held-out real images")
    return bar_at(heldout, percentile / 100)


def _few(heldout: int, percentile: float) -> str:
    expected = 1 / (heldout + 1)
    return (
        f"the threshold is the smallest of the held-out distances, under which {expected:.1%} of new images "
        f"lie; the rate is taken back to {percentile:g} %"
    )


def _margins(height: int, width: int, search: Search) -> tuple[int, int]:
    """What is cut off above and below, left and right, so that every view is inside its picture."""
    angles = [abs(math.radians(angle)) for angle in search.rotations]
    if any(angle > math.pi / 4 for angle in angles):
        raise DiptychError.of("rotations", f"{search.rotations} go beyond 45 degrees", "use small turns")
    slope = math.sin(max(angles, default=0.0))
    margins = search.shift + math.ceil(slope * width / 2), search.shift + math.ceil(slope * height / 2)
    if min(height - 2 * margins[0], width - 2 * margins[1]) < 2:
        what, remedy = "they are too small to be shifted and turned", "use a smaller pool, shift or rotation"
        raise DiptychError.of("images", what, remedy)
    return margins


def _best(
    queries: NDArray[np.float32], known: NDArray[np.float32], margins: tuple[int, int], search: Search
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Highest correlation of each query with any reference, and that reference."""
    best = np.full(len(queries), -np.inf, dtype=np.float32)
    where = np.zeros(len(queries), dtype=np.int64)
    views = _views(queries, margins, search)
    while part := list(islice(views, max(1, CHUNK // len(queries)))):
        likeness = _standard(np.concatenate(part)) @ known.T
        found = likeness.argmax(axis=1)
        top = likeness[np.arange(len(found)), found]
        for tops, places in zip(np.split(top, len(part)), np.split(found, len(part)), strict=True):
            better = tops > best
            best[better], where[better] = tops[better], places[better]
    return best, where


def _views(
    queries: NDArray[np.float32], margins: tuple[int, int], search: Search
) -> Iterator[NDArray[np.float32]]:
    """Windows at every shift about the margins, of the queries, their turns and reflections."""
    height, width = (size - 2 * edge for size, edge in zip(queries.shape[1:], margins, strict=True))
    tops, lefts = (range(edge - search.shift, edge + search.shift + 1) for edge in margins)
    for angle in (0.0, *search.rotations):
        turned = _turn(queries, angle)
        for upside, mirrored, top, left in product((1, -1), (1, -1), tops, lefts):
            yield turned[:, ::upside, ::mirrored][:, top : top + height, left : left + width]


def _turn(stack: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    """Each image turned about its centre, with linear interpolation."""
    if degrees == 0:
        return stack
    from scipy.ndimage import rotate

    turned: NDArray[np.float32] = rotate(stack, degrees, axes=(1, 2), reshape=False, order=1, mode="nearest")
    return turned


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
