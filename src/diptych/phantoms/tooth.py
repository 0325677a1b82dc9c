"""The shape of teeth: all teeth of a mouth traced at once, each on its own small window of the image.

A tooth has its own coordinates: v runs along its axis from 0 (occlusal edge) to 1 (apex), u across it
in half widths, -1 to 1. Its outline is the union of up to four parts (crown with trunk or single root,
and the separate roots of molars), each a left and a right border tabulated over v.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from diptych.phantoms.arch import CENTROID, Dentition, is_upper
from diptych.phantoms.canvas import Frame

Flat = NDArray[np.float32]
"""(n,) float32: the pixels of all teeth, tooth after tooth."""

STEPS = 128
PARTS = 4
PREMOLAR = 4
"""First place in a quadrant whose tooth has more than one cusp."""
MOLAR = 6
"""First place in a quadrant whose tooth has roots of its own beside the trunk."""
UPPER_LAST = 28

_ROOT = ((0.0, 1.0), (0.3, 0.88), (0.6, 0.68), (0.85, 0.42), (0.95, 0.24), (1.0, 0.0))
_CROWNS = {
    "incisor": ((0.0, 0.84), (0.06, 0.96), (0.3, 1.04), (0.65, 0.96), (1.0, 0.80)),
    "canine": ((0.0, 0.12), (0.1, 0.48), (0.28, 0.92), (0.45, 1.04), (1.0, 0.84)),
    "premolar": ((0.0, 0.40), (0.07, 0.70), (0.22, 0.97), (0.45, 1.03), (1.0, 0.80)),
    "molar": ((0.0, 0.62), (0.06, 0.82), (0.22, 0.96), (0.45, 1.0), (0.8, 0.90), (1.0, 0.82)),
}


def kind(fdi: int) -> str:
    """`incisor`, `canine`, `premolar` or `molar`."""
    place = fdi % 10
    return ("incisor", "incisor", "canine", "premolar", "premolar", "molar", "molar", "molar")[place - 1]


@lru_cache(maxsize=64)
def outline(fdi: int, crown: float) -> NDArray[np.float32]:
    """(2, PARTS, STEPS) left and right borders over v, in half widths; absent parts have left > right."""
    v = np.linspace(0, 1, STEPS)
    borders = np.empty((2, PARTS, STEPS))
    borders[0], borders[1] = 9.0, -9.0
    form = kind(fdi)
    cap = PchipInterpolator([crown * at for at, _ in _CROWNS[form]], [half for _, half in _CROWNS[form]])(v)
    neck = _CROWNS[form][-1][1]
    if form != "molar":
        half = np.where(v < crown, cap, neck * _taper(v, crown, 1.0))
        borders[0, 0], borders[1, 0] = -half, half
        return borders.astype(np.float32)
    fork = crown + (0.30 if fdi % 10 == 8 else 0.12)
    trunk = np.where(v < crown, cap, np.where(v < fork, neck * (1 - 0.25 * (v - crown)), -9.0))
    borders[0, 0], borders[1, 0] = -trunk, trunk
    for part, (start, bow, thick, end) in enumerate(_root_plan(fdi), 1):
        along = np.clip((v - fork) / (end - fork), 0, 1)
        middle = start + bow * (along - along**2) * 2 - 0.10 * np.sign(start) * along
        wide = np.where(v < crown, -9.0, thick * _taper(v, fork - 0.02, end))
        borders[0, part], borders[1, part] = middle - wide, middle + wide
    return borders.astype(np.float32)


def _taper(v: NDArray[np.float64], start: float, end: float) -> NDArray[np.float64]:
    along = (v - start) / (end - start)
    width = PchipInterpolator([at for at, _ in _ROOT], [half for _, half in _ROOT])(np.clip(along, 0, 1))
    return np.where(along > 1, -9.0, width)


def _root_plan(fdi: int) -> tuple[tuple[float, float, float, float], ...]:
    """(middle at the furcation, bow, half width, end) of each root of a molar."""
    if fdi % 10 == 8:
        return ((-0.38, -0.06, 0.40, 0.95), (0.36, 0.06, 0.38, 1.0))
    if is_upper(fdi):
        return ((-0.52, -0.14, 0.30, 0.95), (0.52, 0.14, 0.28, 0.92), (0.0, 0.0, 0.34, 1.0))
    return ((-0.44, -0.16, 0.36, 1.0), (0.44, 0.10, 0.36, 0.97))


@dataclass(frozen=True, kw_only=True)
class Patches:
    """The teeth of one mouth, each on a window of the image; tooth t is `fdi[t]`."""

    fdi: NDArray[np.int64]
    box: NDArray[np.int64]
    """(T, 4) first row, first column, rows and columns of each window."""
    start: NDArray[np.int64]
    """(T + 1,) where each tooth's pixels begin in the flat planes."""
    tooth: NDArray[np.int64]
    """(n,) the tooth each pixel belongs to."""
    u: Flat
    v: Flat
    depth: Flat
    """Signed distance to the outline in pixels, inside positive."""
    middle: Flat
    """u of the nearest part's centre line."""
    half: Flat
    """Half width of the nearest part, in half widths of the tooth."""
    crown: NDArray[np.float32]
    """(T,) share of the length that is crown."""
    scale: NDArray[np.float32]
    """(T, 2) pixels per half width and per length."""

    def window(self, row: int) -> tuple[slice, slice]:
        """Where tooth `row` lies in the image."""
        top, left, height, width = self.box[row].tolist()
        return slice(top, top + height), slice(left, left + width)

    def view(self, row: int, plane: Flat) -> NDArray[np.float32]:
        """(h, w) part of a flat plane that belongs to tooth `row`."""
        height, width = self.box[row, 2:].tolist()
        return plane[self.start[row] : self.start[row + 1]].reshape(height, width)

    def each(self, values: NDArray[np.float32]) -> Flat:
        """(n,) one value a tooth, spread over its pixels."""
        return np.repeat(values, np.diff(self.start))


def trace(teeth: Dentition, chosen: NDArray[np.int64], frame: Frame) -> Patches:
    """The `chosen` rows of a dentition on the image."""
    centre, axis = teeth.centre[chosen], teeth.axis[chosen]
    length, width = teeth.length[chosen], teeth.width[chosen]
    per_unit = np.array([frame.width / frame.extent, frame.height])
    reach = np.abs(axis) * length[:, None] * 0.58 + np.abs(axis[:, ::-1]) * width[:, None] * 0.56
    limit = np.array([frame.width, frame.height])
    first = np.clip(np.floor((centre - reach) * per_unit).astype(np.int64) - 3, 0, limit - 4)
    last = np.clip(np.ceil((centre + reach) * per_unit).astype(np.int64) + 3, first + 4, limit)
    columns, rows = (last - first).T
    counts = rows * columns
    start = np.concatenate([[0], np.cumsum(counts)])
    tooth = np.repeat(np.arange(len(chosen)), counts)
    origin = (first + 0.5) / per_unit - centre
    x, y = (_steps(origin[:, k], size, per_unit[k]) for k, size in enumerate((columns, rows)))
    dx = np.concatenate([np.tile(line, n) for line, n in zip(x, rows, strict=True)])
    dy = np.concatenate([np.repeat(line, n) for line, n in zip(y, columns, strict=True)])
    # u points to the image's right for upper and lower teeth alike, so that mesial can be told by side.
    turn = np.where(axis[:, 1] < 0, -1.0, 1.0)[:, None]
    along, across = (
        axis / length[:, None],
        np.stack([axis[:, 1], -axis[:, 0]], axis=1) * turn * 2 / width[:, None],
    )
    (ax, ay), (bx, by) = (
        [np.repeat(part, counts) for part in vector.astype(np.float32).T] for vector in (along, across)
    )
    v = dx * ax + dy * ay + np.float32(CENTROID)
    crown = teeth.crown[chosen].astype(np.float32)
    bend = teeth.bend[chosen].astype(np.float32)
    beyond = np.maximum(v - np.repeat(crown, counts), 0)
    u = dx * bx + dy * by - np.repeat(bend, counts) * np.square(beyond)
    scale = np.stack([width / 2, length], axis=1).astype(np.float32) * np.float32(per_unit.mean())
    depth, middle, half = _distances(teeth.fdi[chosen], crown, tooth, (u, v), scale)
    return Patches(
        fdi=teeth.fdi[chosen], box=np.stack([first[:, 1], first[:, 0], rows, columns], axis=1), start=start,
        tooth=tooth, u=u, v=v, depth=depth, middle=middle, half=half, crown=crown, scale=scale,
    )  # fmt: skip


def _steps(origin: NDArray[np.float64], counts: NDArray[np.int64], per_unit: float) -> list[Flat]:
    """Positions of each window's columns (or rows) from its tooth's centre."""
    pairs = zip(origin, counts, strict=True)
    return [(first + np.arange(count) / per_unit).astype(np.float32) for first, count in pairs]


def _brim(fdi: NDArray[np.int64], tooth: NDArray[np.int64], u: Flat) -> Flat:
    """v of the occlusal edge: a fissure between cusps; lower molars lean, so theirs falls off distally."""
    cusped = np.where(fdi % 10 < PREMOLAR, 0.0, 0.045).astype(np.float32)
    slant = np.where(fdi > UPPER_LAST, np.array([0, 0, 0, 0, 0, 0.06, 0.13, 0.13, 0.13])[fdi % 10], 0.0)
    slant = (slant * _hands(fdi)).astype(np.float32)[tooth]
    fissure = cusped[tooth] * np.square(np.cos(np.float32(np.pi) * np.clip(u, -1, 1)))
    brim: Flat = fissure + np.maximum(slant * u + np.float32(0.3) * np.abs(slant), 0)
    return brim


def _hands(fdi: NDArray[np.int64]) -> NDArray[np.int64]:
    """1 where distal is towards the image's right (the patient's left), else -1."""
    return np.where((fdi // 10 == 2) | (fdi // 10 == 3), 1, -1)  # quadrants 2 and 3


def _distances(
    fdi: NDArray[np.int64], crown: NDArray[np.float32], tooth: NDArray[np.int64], at: tuple[Flat, Flat],
    scale: NDArray[np.float32],
) -> tuple[Flat, Flat, Flat]:  # fmt: skip
    """Signed distance, centre line and half width of the nearest part at every pixel."""
    u, v = at
    tables = [outline(int(number), float(share)) for number, share in zip(fdi, crown, strict=True)]
    hands = _hands(fdi)
    values = np.stack(
        [table if hand > 0 else -table[::-1] for table, hand in zip(tables, hands, strict=True)]
    )
    flat = values.reshape(-1)
    base = np.clip((v * (STEPS - 1) + np.float32(0.5)).astype(np.int64), 0, STEPS - 1) + tooth * (
        2 * PARTS * STEPS
    )
    depth = np.full(u.shape, -99, np.float32)
    middle, half = np.zeros_like(u), np.ones_like(u)
    rooted = np.searchsorted(tooth, np.flatnonzero(fdi % 10 >= MOLAR).max(initial=-1), side="right")
    for part in range(PARTS):
        some = slice(None if part == 0 else int(rooted))  # only molars have roots apart from the trunk
        at_step = base[some] + part * STEPS
        left, right = flat.take(at_step), flat.take(at_step + PARTS * STEPS)
        inside = np.minimum(u[some] - left, right - u[some])
        better = inside > depth[some]
        np.copyto(depth[some], inside, where=better)
        np.copyto(middle[some], (left + right) * np.float32(0.5), where=better)
        np.copyto(half[some], (right - left) * np.float32(0.5), where=better)
    depth *= scale[tooth, 0]
    ends = np.minimum(v - _brim(fdi, tooth, u), 1 - v) * scale[tooth, 1]
    return np.minimum(depth, ends), middle, half
