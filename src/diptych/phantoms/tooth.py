"""The shape and the shades of teeth: all teeth of a mouth drawn at once on small patches.

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

Stack = NDArray[np.float32]
"""(T, h, w) float32: one patch a tooth."""

STEPS = 128
PARTS = 4

_ROOT = ((0.0, 1.0), (0.3, 0.88), (0.6, 0.68), (0.85, 0.42), (0.95, 0.24), (1.0, 0.0))
_CROWNS = {
    "incisor": ((0.0, 0.80), (0.06, 0.93), (0.3, 1.0), (0.65, 0.88), (1.0, 0.70)),
    "canine": ((0.0, 0.10), (0.1, 0.42), (0.28, 0.88), (0.45, 1.0), (1.0, 0.74)),
    "premolar": ((0.0, 0.40), (0.07, 0.66), (0.22, 0.93), (0.45, 1.0), (1.0, 0.70)),
    "molar": ((0.0, 0.62), (0.06, 0.82), (0.22, 0.96), (0.45, 1.0), (0.8, 0.90), (1.0, 0.82)),
}


def kind(fdi: int) -> str:
    """`incisor`, `canine`, `premolar` or `molar`."""
    place = fdi % 10
    return ("incisor", "incisor", "canine", "premolar", "premolar", "molar", "molar", "molar")[place - 1]


@lru_cache(maxsize=64)
def outline(fdi: int, crown: float) -> NDArray[np.float32]:
    """(2, PARTS, STEPS) left and right borders over v, in half widths; absent parts are empty (left > right)."""
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
    for part, (start, bow, half, end) in enumerate(_root_plan(fdi), 1):
        along = np.clip((v - fork) / (end - fork), 0, 1)
        middle = start + bow * (along - along**2) * 2 - 0.10 * np.sign(start) * along
        wide = np.where(v < crown, -9.0, half * _taper(v, fork - 0.02, end))
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
    """The teeth of one mouth on patches; row t belongs to tooth `fdi[t]`."""

    fdi: NDArray[np.int64]
    corner: NDArray[np.int64]
    """(T, 2) row and column of each patch's top left pixel in the image (may lie outside)."""
    u: Stack
    v: Stack
    depth: Stack
    """Signed distance to the outline in pixels, inside positive."""
    middle: Stack
    """u of the nearest part's centre line."""
    half: Stack
    """Half width of the nearest part, in half widths of the tooth."""
    crown: NDArray[np.float32]
    scale: NDArray[np.float32]
    """(T, 2) pixels per half width and per length."""

    def windows(self, row: int, shape: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Slices of tooth `row` in the image of `shape` and in its patch."""
        top, left = (int(value) for value in self.corner[row])
        height, width = self.u.shape[1:]
        y0, x0 = max(top, 0), max(left, 0)
        y1, x1 = min(top + height, shape[0]), min(left + width, shape[1])
        inner = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        return (slice(y0, y1), slice(x0, x1)), inner


def trace(rng: np.random.Generator, teeth: Dentition, chosen: NDArray[np.int64], frame: Frame) -> Patches:
    """Patches of the `chosen` rows of a dentition, with outlines bent a little at random."""
    centre, axis = teeth.centre[chosen], teeth.axis[chosen]
    length, width = teeth.length[chosen], teeth.width[chosen]
    per_unit = np.array([frame.width / frame.extent, frame.height])
    reach = (np.abs(axis) * length[:, None] * 0.58 + np.abs(axis[:, ::-1]) * width[:, None] * 0.56) * per_unit
    half = np.ceil(reach.max(axis=0)).astype(int) + 3
    corner = np.floor(centre * per_unit).astype(int) - half
    columns = (corner[:, :1] + np.arange(2 * half[0] + 1) + 0.5) / per_unit[0] - centre[:, :1]
    lines = (corner[:, 1:] + np.arange(2 * half[1] + 1) + 0.5) / per_unit[1] - centre[:, 1:]
    dx, dy = columns[:, None, :].astype(np.float32), lines[:, :, None].astype(np.float32)
    ax, ay = (axis[:, i, None, None].astype(np.float32) for i in (0, 1))
    long, wide = (value[:, None, None].astype(np.float32) for value in (length, width / 2))
    v = (dx * ax + dy * ay) / long + np.float32(CENTROID)
    # u points to the image's right for upper and lower teeth alike, so that mesial can be told by side.
    turn = np.where(axis[:, 1] < 0, -1.0, 1.0).astype(np.float32)[:, None, None]
    u = (dx * ay - dy * ax) * turn / wide
    crown = teeth.crown[chosen].astype(np.float32)
    bend = rng.normal(0, 0.5, len(chosen)).astype(np.float32)[:, None, None]
    u = u - bend * np.square(np.maximum(v - crown[:, None, None], 0))
    scale = np.stack([width / 2 * per_unit.mean(), length * per_unit.mean()], axis=1).astype(np.float32)
    depth, middle, thick = _distances(teeth, chosen, u, v, scale)
    return Patches(
        fdi=teeth.fdi[chosen], corner=corner[:, ::-1], u=u, v=v, depth=depth, middle=middle, half=thick,
        crown=crown, scale=scale,
    )  # fmt: skip


def _distances(
    teeth: Dentition, chosen: NDArray[np.int64], u: Stack, v: Stack, scale: NDArray[np.float32]
) -> tuple[Stack, Stack, Stack]:
    """Signed distance, centre line and half width of the nearest part at every pixel."""
    tables = [outline(int(teeth.fdi[row]), float(teeth.crown[row])) for row in chosen]
    signs = [1 if fdi // 10 in (2, 3) else -1 for fdi in teeth.fdi[chosen]]
    flat = np.stack([table if sign > 0 else -table[::-1] for table, sign in zip(tables, signs, strict=True)])
    step = np.clip((v * (STEPS - 1) + 0.5).astype(np.int32), 0, STEPS - 1)
    base = (np.arange(len(chosen), dtype=np.int32) * (2 * PARTS * STEPS))[:, None, None]
    depth = np.full(u.shape, -99, np.float32)
    middle, half = np.zeros_like(u), np.ones_like(u)
    values = flat.reshape(-1)
    for part in range(PARTS):
        left = values.take(base + part * STEPS + step)
        right = values.take(base + (PARTS + part) * STEPS + step)
        inside = np.minimum(u - left, right - u)
        better = inside > depth
        depth = np.where(better, inside, depth)
        middle = np.where(better, (left + right) * 0.5, middle)
        half = np.where(better, (right - left) * 0.5, half)
    depth *= scale[:, 0, None, None]
    cusped = np.array([0.0 if fdi % 10 < 4 else 0.045 for fdi in teeth.fdi[chosen]], np.float32)[
        :, None, None
    ]
    brim = v - cusped * np.square(np.cos(np.pi * np.clip(u, -1, 1)))
    tall = scale[:, 1, None, None]
    return np.minimum(depth, np.minimum(brim, 1 - v) * tall), middle, half


def shade(patches: Patches, grey: NDArray[np.float64]) -> Stack:
    """Grey levels of sound teeth: bright enamel, dentin, darker pulp; roots fade into the bone."""
    v, crown = patches.v, patches.crown[:, None, None]
    across = (patches.u - patches.middle) / np.maximum(patches.half, 0.05)
    level = grey.astype(np.float32)[:, None, None]
    body = 1.02 - 0.10 * np.clip(across * across, 0, 1)
    skin = np.clip(1.6 - patches.depth / (0.17 * patches.scale[:, 0, None, None]), 0, 1)
    enamel = skin * np.clip((crown - v) * 9 + 0.4, 0, 1)
    pulp_reach = np.clip((v - crown * 0.45) * 12, 0, 1) * np.clip((1 - v) * 8, 0, 1)
    pulp_half = np.where(v < crown * 1.15, 0.34, 0.22)
    pulp = np.clip((pulp_half - np.abs(across)) * 5, 0, 1) * pulp_reach
    fade = 1.0 - 0.12 * np.clip((v - crown) * 2, 0, 1)
    result: Stack = level * (body * fade + 0.26 * enamel - 0.17 * pulp)
    return result
