"""What dentists leave behind: fillings, crowns, root fillings, implants, brackets and wires."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.arch import Dentition
from diptych.phantoms.brush import CODES, METAL, Brush, Mouth, cover_of
from diptych.phantoms.canvas import Frame, Plane, soften
from diptych.phantoms.tooth import kind

FORKED = 0.6
"""Parts of a molar narrower than this (in half widths) are its separate roots."""
SHINING = np.isin(np.arange(256), [CODES[name] for name in ("restoration", "crown", "implant", "appliance")])
"""(256,) whether a code of the findings layer is bright metal."""


def restoration(brush: Brush) -> None:
    """A filling: an occlusal box with a proximal step on back teeth, a proximal one on front teeth."""
    if kind(brush.fdi) in ("premolar", "molar"):
        floor = brush.crown * brush.number(0.40, 0.62)
        step = brush.crown * 0.22 * np.clip((brush.u * brush.hand() - 0.35) * 6, 0, 1)
        flanks = (brush.number(0.45, 0.95) - np.abs(brush.u - brush.number(-0.2, 0.2))) * brush.wide
        fill = np.minimum(flanks, (floor + step - brush.v) * brush.long)
    else:
        middle = (brush.hand() * 0.55, brush.crown * brush.number(0.3, 0.6))
        fill = brush.spot(middle, (0.5, brush.crown * 0.36))
    brush.paint(cover_of(fill) * brush.body, brush.number(195, 252), "restoration")


def crown(brush: Brush) -> None:
    """An artificial crown: a metal cap down to the neck."""
    cap = np.minimum(brush.depth + 0.4, (brush.crown * 0.95 - brush.v) * brush.long)
    brush.paint(cover_of(cap), brush.number(226, METAL), "crown")


def root_canal(brush: Brush) -> None:
    """A root filling: a bright line in each root."""
    canal = (np.minimum(0.24 * brush.half, 0.10) - np.abs(brush.u - brush.middle)) * brush.wide + 0.35
    reach = np.minimum(brush.v - brush.crown * 0.8, 0.95 - brush.v) * brush.long
    if kind(brush.fdi) == "molar":
        reach = np.where(brush.half < FORKED, reach, -1)  # in the roots, not across the trunk
    line = np.minimum(np.minimum(canal, brush.depth), reach)
    brush.paint(cover_of(line), brush.number(200, 235), "root canal")


def implant(rng: np.random.Generator, mouth: Mouth, teeth: Dentition, row: int) -> None:
    """A threaded, tapering screw with its abutment, and mostly a metal crown, in the place of a tooth."""
    tall = mouth.frame.height
    long, wide = float(teeth.length[row]), float(teeth.width[row])
    window = _around(mouth.frame, teeth.at(0.5)[row], 0.6 * max(long, wide) + 0.03)
    (x0, y0), (ax, ay) = (pair.tolist() for pair in (teeth.tip[row], teeth.axis[row]))
    x, y = mouth.frame.xx[:, window[1]] - x0, mouth.frame.yy[window[0]] - y0
    v, u = (x * ax + y * ay) / long, np.abs(x * ay - y * ax)
    thread = 1 + 0.12 * np.sin(v * (long * 2 * np.pi / 0.020))
    radius = 0.020 * thread * np.clip(1.3 - 0.45 * v, 0.7, 1.1)
    screw = np.minimum(radius - u, np.minimum(v - 0.42, 0.96 - v) * long) * tall
    hollow = np.clip(1 - np.square(u / 0.016), 0, 1) * (v < 0.62)
    mouth.paint(window, cover_of(screw), 206 - 34 * hollow, "implant")
    post = np.minimum(0.011 - u, np.minimum(v - 0.25, 0.44 - v) * long) * tall
    mouth.paint(window, cover_of(post), 222.0, "implant")
    if rng.random() < 0.6:
        half = 0.44 * wide * np.sqrt(np.clip(1 - np.square((v - 0.14) / 0.26), 0, 1))
        cap = np.minimum(half - u, np.minimum(v - 0.02, 0.36 - v) * long) * tall
        mouth.paint(window, cover_of(cap), float(rng.uniform(222, METAL)), "implant")


def _around(frame: Frame, middle: NDArray[np.float64], reach: float) -> tuple[slice, slice]:
    """The window of the image within `reach` of a point (x, y)."""
    scale = np.array([frame.width / frame.extent, frame.height])
    low, high = (np.maximum(0, np.rint((middle + sign * reach) * scale)).astype(int) for sign in (-1, 1))
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def appliance(rng: np.random.Generator, mouth: Mouth, teeth: Dentition) -> None:
    """Brackets on the crowns and an arch wire, on both arches or on one."""
    spots = teeth.at(0.55 * teeth.crown)
    usual = teeth.present & ~teeth.impacted & (teeth.fdi % 10 < 8)
    arches = [rows[usual[rows]] for rows in (np.arange(16), np.arange(16, 32))]
    arches = [rows for rows in arches if len(rows)]
    if len(arches) > 1 and rng.random() < 0.3:
        arches = [arches[int(rng.integers(2))]]
    for rows in arches:
        _wire(mouth, spots[rows[np.argsort(spots[rows, 0])]])


def _wire(mouth: Mouth, spots: NDArray[np.float64]) -> None:
    """One arch: a thin wire through the `spots` (x, y) and a bracket on each."""
    frame = mouth.frame
    first, last = np.rint((spots[[0, -1], 0] / frame.extent) * frame.width).astype(int).tolist()
    top, bottom = ((spots[:, 1].min() - 0.03), (spots[:, 1].max() + 0.03))
    band = slice(round(top * frame.height), round(bottom * frame.height))
    columns = slice(max(0, first), last + 1)
    height = np.interp(frame.xx[0, columns], spots[:, 0], spots[:, 1]).astype(np.float32)
    wire = np.clip(0.9 - np.abs(frame.yy[band] - height) * frame.height, 0, 1) * np.float32(0.55)
    mouth.paint((band, columns), wire, METAL, "appliance")
    for spot in spots:
        rows, columns = window = _around(frame, spot, 0.04)
        away = np.abs(frame.xx[:, columns] - spot[0]), np.abs(frame.yy[rows] - spot[1])
        box = np.minimum(0.013 - away[0], 0.015 - away[1]) * frame.height
        mouth.paint(window, cover_of(box) * np.float32(0.95), METAL, "appliance")


def metal_glow(mouth: Mouth) -> Plane:
    """The image with a bright haze around metal: scatter and the blur of thick objects."""
    shining = SHINING[mouth.findings]
    if not shining.any():
        return mouth.image
    return mouth.image + soften(shining * np.float32(14), 0.02 * mouth.frame.height)
