"""COCO segmentations as planes: polygons, and run lengths as lists or packed texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError

if TYPE_CHECKING:
    from PIL.Image import Image

_FINE = 4
"""Polygons are drawn this much larger and then averaged: Pillow fills the pixels under the outline too."""
_MORE, _SIGN = 0x20, 0x10


def plane_of(segmentation: Any, size: tuple[int, int], where: str) -> NDArray[np.bool_]:
    """A COCO `segmentation` as a plane (H, W) = `size`. Raises `DiptychError` when it is malformed."""
    if isinstance(segmentation, list) and segmentation:
        return _polygons(segmentation, size, where)
    if isinstance(segmentation, dict):
        return _runs(segmentation, size, where)
    raise DiptychError.of(where, "is neither polygons nor run lengths", "export polygons or RLE")


def _polygons(polygons: Sequence[Any], size: tuple[int, int], where: str) -> NDArray[np.bool_]:
    plane = np.zeros(size, bool)
    for points in polygons:
        try:
            corners = np.asarray(points, np.float64).reshape(-1, 2)
        except (TypeError, ValueError):
            raise DiptychError.of(where, "has a polygon that is no list of x, y", "correct it") from None
        if len(corners) < 3 or not np.isfinite(corners).all():
            what = "has a polygon of fewer than three points, or one that is no number"
            raise DiptychError.of(where, what, "correct or drop it")
        _fill(plane, corners)
    return plane


def _fill(plane: NDArray[np.bool_], corners: NDArray[np.float64]) -> None:
    """Set the pixels that lie at least half inside the polygon; corners are (x, y), pixel 0 spans 0 to 1."""
    from PIL import Image, ImageDraw

    height, width = plane.shape
    corners = np.clip(corners, 0, (width, height))
    left, top = np.floor(corners.min(0)).astype(int)
    right, bottom = np.ceil(corners.max(0)).astype(int)
    if right <= left or bottom <= top:
        return
    canvas: Image.Image = Image.new("1", ((right - left) * _FINE, (bottom - top) * _FINE))
    # A pixel's centre decides, so half a fine pixel is taken off.
    fine = (corners - (left, top)) * _FINE - 0.5
    ImageDraw.Draw(canvas).polygon([(float(x), float(y)) for x, y in fine], fill=1)
    cells = np.asarray(canvas).reshape(bottom - top, _FINE, right - left, _FINE)
    plane[top:bottom, left:right] |= cells.mean((1, 3)) >= 0.5


def _runs(segmentation: dict[str, Any], size: tuple[int, int], where: str) -> NDArray[np.bool_]:
    counts = segmentation.get("counts")
    if list(segmentation.get("size", ())) != list(size):
        found = segmentation.get("size")
        raise DiptychError.of(
            where, f"run lengths are for {found}, the image is {list(size)}", "export it again"
        )
    runs: list[int] = unpack(counts) if isinstance(counts, str) else _whole_numbers(counts)
    if any(run < 0 for run in runs) or sum(runs) != size[0] * size[1]:
        raise DiptychError.of(where, "run lengths do not add up to the image", "export it again")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape(size[::-1]).T


def _whole_numbers(values: Any) -> list[int]:
    whole = isinstance(values, list) and all(type(value) is int for value in values)
    return values if whole else []


def unpack(packed: str) -> list[int]:
    """Run lengths from COCO's packed text.

    Each number is a chain of 6-bit characters (from `0`): five bits of the number, lowest first,
    and a bit that says more follow; the last one's fifth bit is the sign. From the third number
    on, each is written as the difference to the one two before it.
    """
    runs: list[int] = []
    value = shift = 0
    for letter in packed:
        bits = ord(letter) - 48
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & _MORE:
            continue
        if bits & _SIGN:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    return runs
