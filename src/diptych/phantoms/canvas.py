"""Drawing in relative coordinates: soft strokes, polygons and smooth noise on any image size.

Lengths are in image heights: y runs from 0 (top) to 1 (bottom), x from 0 (image left, the
patient's right) to `frame.extent` (image right). A drawing therefore looks the same at
128 x 256 and at 256 x 512.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from diptych.base.errors import DiptychError
from diptych.records.sample import Mask

Plane = NDArray[np.float32]
"""(H, W) float32 image plane."""
Points = NDArray[np.float64]
"""(n, 2) points (x, y) in image heights."""

SUPERSAMPLE = 2
SMALLEST = 32


@dataclass(frozen=True)
class Frame:
    """An image size and the coordinates on it; `extent` is the width in image heights."""

    height: int
    width: int
    extent: float

    @property
    def xx(self) -> Plane:
        """(1, W) x of the pixel centres."""
        return _axis(self.width, self.extent)[None, :]

    @property
    def yy(self) -> Plane:
        """(H, 1) y of the pixel centres."""
        return _axis(self.height, 1.0)[:, None]

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.height, self.width

    @property
    def pixel(self) -> float:
        """Height of one pixel in image heights."""
        return 1.0 / self.height


def make_frame(size: tuple[int, int], extent: float) -> Frame:
    """A frame of `size` = (H, W), stretched to `extent`; raises `DiptychError` if too small."""
    height, width = size
    if min(height, width) < SMALLEST:
        raise DiptychError.of(f"size {height} x {width}", "too small to draw on", f"use at least {SMALLEST}")
    return Frame(height, width, extent)


def halved(frame: Frame) -> Frame:
    """The same picture at half the resolution."""
    return Frame(-(-frame.height // 2), -(-frame.width // 2), frame.extent)


def enlarge(plane: Plane, shape: tuple[int, int]) -> Plane:
    """A coarser plane brought to `shape` = (H, W), bicubic."""
    return np.asarray(Image.fromarray(plane).resize(shape[::-1], Image.Resampling.BICUBIC))


@lru_cache(maxsize=32)
def _axis(count: int, extent: float) -> Plane:
    axis = ((np.arange(count, dtype=np.float32) + 0.5) * (extent / count)).astype(np.float32)
    axis.setflags(write=False)
    return axis


class Pen:
    """A grey plane to draw on; later marks cover earlier ones.

    `fineness` is the scale it is drawn at: 2 smooths hard edges; 1 is enough (and faster) for what is
    blurred by one pixel anyway.
    """

    def __init__(self, frame: Frame, fineness: int = SUPERSAMPLE) -> None:
        self._frame = frame
        size = (frame.width * fineness, frame.height * fineness)
        self._image = Image.new("F", size)
        self._draw = ImageDraw.Draw(self._image)
        self._scale = np.array([size[0] / frame.extent, size[1]])

    def fill(self, points: Points, grey: float = 1.0) -> None:
        """Fill the polygon."""
        self._draw.polygon(self._pixels(points), fill=grey)

    def stroke(self, points: Points, grey: float = 1.0, width: float = 0.0) -> None:
        """Draw a line `width` image heights wide (at least one pixel of the supersampled plane)."""
        wide = max(1, round(width * self._scale[1]))
        self._draw.line(
            self._pixels(points), fill=grey, width=wide, joint="curve" if wide > 4 * SUPERSAMPLE else None
        )

    def ellipse(self, centre: tuple[float, float], radius: tuple[float, float], grey: float = 1.0) -> None:
        """Fill an upright ellipse."""
        (x, y), (rx, ry) = centre, radius
        self._draw.ellipse(self._pixels(np.array([[x - rx, y - ry], [x + rx, y + ry]])), fill=grey)

    def plane(self, blur: float = 0.0) -> Plane:
        """(H, W) float32, smoothed by a Gaussian of `blur` image heights."""
        size = (self._frame.width, self._frame.height)
        drawn = self._image if self._image.size == size else self._image.reduce(SUPERSAMPLE)
        return soften(np.asarray(drawn), blur * self._frame.height)

    def _pixels(self, points: Points) -> list[float]:
        pixels: list[float] = (points * self._scale).ravel().tolist()
        return pixels


class Stencil:
    """A mask to draw codes on, hard-edged; later marks cover earlier ones."""

    def __init__(self, frame: Frame) -> None:
        self._image = Image.new("L", (frame.width, frame.height))
        self._draw = ImageDraw.Draw(self._image)
        self._scale = np.array([frame.width / frame.extent, frame.height])

    def fill(self, points: Points, code: int) -> None:
        """Fill the polygon."""
        self._draw.polygon((points * self._scale - 0.5).ravel().tolist(), fill=code)

    def stroke(self, points: Points, code: int, width: float) -> None:
        """Draw a line `width` image heights wide."""
        wide = max(1, round(width * self._scale[1]))
        self._draw.line((points * self._scale - 0.5).ravel().tolist(), fill=code, width=wide)

    def mask(self) -> Mask:
        """(H, W) the codes."""
        return np.asarray(self._image)


def soften(plane: Plane, sigma: float) -> Plane:
    """Gaussian blur of `sigma` pixels, cut off at three of them; wide ones are taken on a reduced plane."""
    if sigma < 0.2:
        return plane
    step = int(sigma // 3)
    if step >= 2:
        small = np.asarray(Image.fromarray(plane).reduce(step))
        height, width = plane.shape
        return enlarge(_blur(small, sigma / step), (height, width))
    return _blur(plane, sigma)


def _blur(plane: Plane, sigma: float) -> Plane:
    # Shifted sums of whole planes: two to three times as fast as scipy's gaussian_filter on planes this
    # small, of which a phantom takes seven; tests hold the two against each other.
    weights = _bell(sigma)
    for axis in (0, 1):
        plane = _smooth(plane, weights, axis)
    return plane


def _smooth(plane: Plane, weights: tuple[np.float32, ...], axis: int) -> Plane:
    """A symmetric filter along one axis; `weights` are those at distance 0, 1, ... pixels."""
    reach, count = len(weights) - 1, plane.shape[axis]
    first, last = (plane[:1], plane[-1:]) if axis == 0 else (plane[:, :1], plane[:, -1:])
    wide = np.concatenate([*[first] * reach, plane, *[last] * reach], axis=axis)
    cuts = [slice(at, at + count) for at in range(2 * reach + 1)]
    shifted = [wide[cut] if axis == 0 else wide[:, cut] for cut in cuts]
    total: Plane = shifted[reach] * weights[0]
    for distance in range(1, reach + 1):
        both = shifted[reach - distance] + shifted[reach + distance]
        both *= weights[distance]
        total += both
    return total


@lru_cache(maxsize=256)
def _bell(sigma: float) -> tuple[np.float32, ...]:
    """Weights of a Gaussian at 0, 1, ... pixels from its middle, to three `sigma`."""
    half = np.exp(-0.5 * np.square(np.arange(int(3 * sigma + 0.5) + 1) / sigma))
    return tuple((half / (2 * half.sum() - half[0])).astype(np.float32))


def clouds(rng: np.random.Generator, frame: Frame, cell: float | tuple[float, float]) -> Plane:
    """Smooth noise, about zero mean and unit spread; `cell` is its grain (y, x) in image heights."""
    dy, dx = cell if isinstance(cell, tuple) else (cell, cell)
    grid = (max(2, round(1 / dy) + 1), max(2, round(frame.extent / dx) + 1))
    return enlarge(rng.standard_normal(grid, dtype=np.float32), frame.shape)


def curve(points: Sequence[tuple[float, float]] | Points, rounds: int = 3, *, closed: bool = False) -> Points:
    """Points rounded off by corner cutting (Chaikin 1974); open curves keep their ends."""
    line = np.asarray(points, dtype=np.float64)
    return _corner_cutter(len(line), rounds, closed) @ line


@lru_cache(maxsize=128)
def _corner_cutter(count: int, rounds: int, closed: bool) -> Points:
    """Corner cutting is linear in the points: its matrix, (m, count)."""
    line = np.eye(count)
    for _ in range(rounds):
        following = np.roll(line, -1, axis=0) if closed else line[1:]
        here = line if closed else line[:-1]
        cut = np.stack([0.75 * here + 0.25 * following, 0.25 * here + 0.75 * following], axis=1)
        cut = cut.reshape(-1, count)
        line = cut if closed else np.concatenate([line[:1], cut, line[-1:]])
    return line


def wobbled(rng: np.random.Generator, points: Points, amount: float) -> Points:
    """The points moved at random by `amount` (standard deviation, image heights)."""
    return points + rng.normal(0.0, amount, points.shape)


def edge(distance: Plane, softness: float) -> Plane:
    """Coverage in [0, 1] of a region from the signed distance to its border (inside positive)."""
    covered: Plane = np.clip(distance / np.float32(softness) + np.float32(0.5), 0, 1)
    return covered
