"""A tooth or a lung as a pose and an outline of landmarks, and back to pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from diptych.layouts.repairing import largest
from diptych.records.outline import outlines
from diptych.records.sample import Mask

Floats = NDArray[np.float64]

UPRIGHT = 0.25
"""Weight of the expected axis beside a shape's own: only nearly round shapes feel it."""
FINE = 3
"""Outlines are filled on a grid this much finer, of which the middle pixels are kept."""
SMALLEST = 12
"""Pixels of a piece that has a shape."""
_DENSE = 240
"""Points of a traced outline."""


@dataclass(frozen=True, eq=False)
class Outline:
    """One shape. Lengths in image heights; angles in radians."""

    centre: Floats
    """(2,) x, y."""
    angle: float
    """Of the axis (crown to apex, lung apex to base), from straight down towards the image's left."""
    size: float
    """Square root of the area."""
    points: Floats
    """(L, 2) landmarks (u, v) in sizes: v along the axis, u to the left of one who looks along it."""


def axis_of(angle: float) -> Floats:
    """(2,) unit vector of an axis."""
    return np.array([-np.sin(angle), np.cos(angle)])


def to_image(shape: Outline) -> Floats:
    """(L, 2) landmarks as points (x, y) of the image."""
    down = axis_of(shape.angle)
    across = np.array([down[1], -down[0]])
    placed: Floats = shape.centre + shape.size * (shape.points @ np.stack([across, down]))
    return placed


def measure(
    plane: NDArray[np.bool_],
    start: tuple[int, int],
    unit: Floats,
    expected: float,
    counts: Sequence[int],
) -> Outline | None:
    """The outline of the largest piece of a plane (h, w); None where it is too small to have one.

    The plane is the part from `start` (row, column) on of an image whose pixels are `unit` (x, y) image
    heights wide and tall; `expected` is the usual angle. The landmarks start in the middle of the crown
    and run clockwise, so many from there to each of: right shoulder, right tip, middle of the root's
    end, left tip, left shoulder, and back (`counts`, six numbers).
    """
    piece = largest(plane)
    if piece.sum() < SMALLEST:
        return None
    corner = np.array([start[1], start[0]])
    contour = (_contour(piece) + corner) * unit
    rows, columns = np.nonzero(piece)
    places = (np.stack([columns, rows], axis=1) + 0.5 + corner) * unit
    centre, size = places.mean(0), float(np.sqrt(len(places) * unit.prod()))
    angle = axis_angle(np.cov(places.T), expected)
    down = axis_of(angle)
    local = (contour - centre) @ np.stack([np.array([down[1], -down[0]]), down], axis=1) / size
    return Outline(centre, angle, size, _landmarks(local, counts))


def _contour(piece: NDArray[np.bool_]) -> Floats:
    """(n, 2) evenly spaced points along the outline, clockwise, the stairs of the pixels smoothed away."""
    loops = outlines(piece)
    loop = np.array(max(loops or [], key=len), np.float64)
    closed = np.concatenate([loop, loop[:1]])
    along = np.concatenate([[0], np.cumsum(np.abs(np.diff(closed, axis=0)).sum(1))])
    at = np.linspace(0, along[-1], _DENSE, endpoint=False)
    dense = np.stack([np.interp(at, along, closed[:, k]) for k in (0, 1)], axis=1)
    smooth: Floats = ndimage.gaussian_filter1d(dense, 1.2 * _DENSE / along[-1], axis=0, mode="wrap")
    return smooth


def axis_angle(spread: Floats, expected: float) -> float:
    """Angle of the long axis of a covariance (2, 2), the end nearest to the expected one being the root."""
    usual = axis_of(expected)
    _, axes = np.linalg.eigh(spread / np.trace(spread) + UPRIGHT * np.outer(usual, usual))
    down = axes[:, 1] * (1 if axes[:, 1] @ usual >= 0 else -1)
    turn = float(np.arctan2(-down[0], down[1]))
    return expected + (turn - expected + np.pi) % (2 * np.pi) - np.pi


def _landmarks(local: Floats, counts: Sequence[int]) -> Floats:
    """Points evenly spaced between the corners of an outline (n, 2) in its own coordinates."""
    u, v = local.T
    shoulders, tips = [int(np.argmax(hand * u - 0.6 * v)) for hand in (1, -1)], [
        int(np.argmax(0.5 * hand * u + v)) for hand in (1, -1)
    ]  # fmt: skip
    count = len(local)
    start = (shoulders[1] + ((shoulders[0] - shoulders[1]) % count) // 2) % count
    corners = [(k - start) % count for k in (shoulders[0], tips[0], tips[1], shoulders[1])]
    turned = np.roll(local, -start, axis=0)
    corners = np.maximum.accumulate(corners).tolist()
    corners.insert(2, _between(turned, corners[1], corners[2]))
    ends = [0, *corners, count]
    closed = np.concatenate([turned, turned[:1]])
    at = np.concatenate([
        np.linspace(a, b, n, endpoint=False) for a, b, n in zip(ends[:-1], ends[1:], counts, strict=True)
    ])  # fmt: skip
    points: Floats = np.stack([np.interp(at, np.arange(count + 1), closed[:, k]) for k in (0, 1)], axis=1)
    return points


def _between(turned: Floats, first: int, last: int) -> int:
    """Where two roots part, or the middle between two tips where they do not."""
    stretch = turned[first : last + 1, 1]
    aside = np.abs(np.linspace(-0.5, 0.5, len(stretch)))
    return first + int(np.argmin(stretch + 0.3 * aside))


def turned_to(points: Floats, model: Floats) -> float:
    """The angle by which points (L, 2) must turn to fit a model best (Procrustes; Gower 1975)."""
    (a, b), (c, d) = (points - points.mean(0)).T, (model - model.mean(0)).T
    return float(np.arctan2((a * d - b * c).sum(), (a * c + b * d).sum()))


def fill(shapes: Sequence[tuple[int, Floats]], size: tuple[int, int], extent: float) -> Mask:
    """(H, W) the codes of outlines, points (x, y) in image heights; later ones lie on top."""
    height, width = size
    image = Image.new("L", (width * FINE, height * FINE))
    draw = ImageDraw.Draw(image)
    scale = np.array([width / extent, height]) * FINE
    for code, points in shapes:
        draw.polygon((_inset(points * scale) - 0.5).ravel().tolist(), fill=code)
    return np.asarray(image)[FINE // 2 :: FINE, FINE // 2 :: FINE].copy()


def _inset(points: Floats) -> Floats:
    """Points half a pixel further in, since a polygon's border is filled too."""
    along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    length = np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    moved: Floats = points + 0.5 * np.stack([-along[:, 1], along[:, 0]], axis=1) / length
    return moved
