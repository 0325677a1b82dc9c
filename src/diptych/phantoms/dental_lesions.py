"""Findings on teeth: disease, dental work and appliances, painted into the image and the mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.arch import Dentition, is_upper
from diptych.phantoms.canvas import Frame, Plane, soften
from diptych.phantoms.tooth import Patches, Stack, kind
from diptych.records.sample import Mask

CODES = {
    "caries": 1, "deep caries": 2, "periapical lesion": 3, "restoration": 4, "crown": 5, "root canal": 6,
    "implant": 7, "appliance": 8,
}  # fmt: skip
"""Codes of the findings layer."""

METAL = 246.0
"""Grey level of metal; the brightest thing in a radiograph."""


class Canvas:
    """One mouth being painted: image and findings mask, tooth by tooth."""

    def __init__(self, frame: Frame, image: Plane, findings: Mask, teeth_mask: Mask) -> None:
        self.frame, self.image, self.findings, self.teeth = frame, image, findings, teeth_mask

    def paint(self, window: tuple[slice, slice], cover: Plane, grey: float | Plane, code: int) -> None:
        """Blend a grey level into the window where `cover` (0 to 1) says so, and mark it in the mask."""
        self.image[window] += cover * (grey - self.image[window])
        marked = cover > 0.45
        if not marked.any():
            marked = cover >= cover.max()  # never leave a finding without a pixel
        self.findings[window][marked] = code


def _soft(distance: Plane | Stack) -> Plane:
    covered: Plane = np.clip(distance + np.float32(0.5), 0, 1).astype(np.float32)
    return covered


class ToothPainter:
    """Paints findings on one tooth, in the tooth's own coordinates."""

    def __init__(self, rng: np.random.Generator, canvas: Canvas, patches: Patches, row: int) -> None:
        self.rng, self.canvas = rng, canvas
        self.fdi = int(patches.fdi[row])
        self.window, inner = patches.windows(row, canvas.image.shape)
        self.u, self.v, self.depth = (plane[row][inner] for plane in (patches.u, patches.v, patches.depth))
        self.middle, self.half = patches.middle[row][inner], patches.half[row][inner]
        self.crown = float(patches.crown[row])
        self.wide, self.long = (float(value) for value in patches.scale[row])

    def paint(self, name: str) -> None:
        """Paint the finding `name` (a key of `CODES` that lies on a natural tooth)."""
        {
            "caries": self._caries, "deep caries": self._deep_caries, "restoration": self._restoration,
            "crown": self._crown, "root canal": self._root_canal, "periapical lesion": self._lesion,
        }[name]()  # fmt: skip

    def _spot(self, u: float, v: float, ru: float, rv: float) -> Plane:
        """Distance in pixels to an ellipse in tooth coordinates, inside positive."""
        away = np.sqrt(np.square((self.u - u) / ru) + np.square((self.v - v) / rv))
        return np.asarray((1 - away) * min(ru * self.wide, rv * self.long), np.float32)

    def _hand(self) -> float:
        return float(self.rng.choice([-1.0, 1.0]))

    def _caries(self) -> None:
        hollow = self._spot(
            self._hand() * 0.92, self.crown * float(self.rng.uniform(0.3, 0.6)), 0.42, self.crown * 0.36
        )
        self._rot(hollow, 0.62, "caries")

    def _deep_caries(self) -> None:
        hollow = self._spot(
            self._hand() * 0.55, self.crown * float(self.rng.uniform(0.2, 0.4)), 0.70, self.crown * 0.62
        )
        self._rot(hollow, 0.45, "deep caries")

    def _rot(self, hollow: Plane, remains: float, name: str) -> None:
        cover = _soft(hollow) * _soft(self.depth)
        dark = self.canvas.image[self.window] * remains
        self.canvas.paint(self.window, cover, dark, CODES[name])

    def _restoration(self) -> None:
        if kind(self.fdi) in ("premolar", "molar"):
            fill = self._spot(
                float(self.rng.uniform(-0.35, 0.35)), self.crown * 0.18, 0.72, self.crown * 0.42
            )
        else:
            fill = self._spot(
                self._hand() * 0.5, self.crown * float(self.rng.uniform(0.3, 0.5)), 0.5, self.crown * 0.36
            )
        self.canvas.paint(
            self.window,
            _soft(fill) * _soft(self.depth),
            float(self.rng.uniform(205, 252)),
            CODES["restoration"],
        )

    def _crown(self) -> None:
        cap = np.minimum(self.depth + 0.4, (self.crown * 0.95 - self.v) * self.long)
        self.canvas.paint(self.window, _soft(cap), float(self.rng.uniform(228, METAL)), CODES["crown"])

    def _root_canal(self) -> None:
        line = np.minimum((0.24 * self.half - np.abs(self.u - self.middle)) * self.wide + 0.35, self.depth)
        reach = np.minimum((self.v - self.crown * 0.8) * self.long, (0.95 - self.v) * self.long)
        self.canvas.paint(
            self.window,
            _soft(np.minimum(line, reach)),
            float(self.rng.uniform(205, 235)),
            CODES["root canal"],
        )

    def _lesion(self) -> None:
        size = float(self.rng.uniform(0.022, 0.042)) * self.canvas.frame.height
        away = np.hypot((self.u - self.rng.uniform(-0.3, 0.3)) * self.wide, (self.v - 0.99) * self.long)
        halo = _soft((size - away) * 0.8) * (1 - 0.7 * _soft(self.depth))
        image = self.canvas.image
        rim = np.exp(-np.square((away - size - 1.0) / 0.9)) * (1 - _soft(self.depth))
        image[self.window] += 12 * rim
        self.canvas.paint(self.window, halo, image[self.window] * 0.58, CODES["periapical lesion"])
        self.canvas.findings[self.window][(away < size) & (self.v > 0.9)] = CODES["periapical lesion"]


def paint_implant(rng: np.random.Generator, canvas: Canvas, teeth: Dentition, row: int) -> None:
    """A screw with an abutment, and mostly a metal crown, where the tooth `row` was."""
    frame = canvas.frame
    crowned = rng.random() < 0.6
    top, axis = teeth.tip[row], teeth.axis[row]
    long = float(teeth.length[row])
    x, y = frame.xx - top[0], frame.yy - top[1]
    v, u = (x * axis[0] + y * axis[1]) / long, (x * axis[1] - y * axis[0])
    radius = 0.021 * (1 + 0.1 * np.sin(v * long / 0.014 * 2 * np.pi)) * np.clip(1.25 - 0.35 * v, 0.7, 1.1)
    screw = np.minimum(radius - np.abs(u), np.minimum(v - 0.40, 0.95 - v) * long) * frame.height
    canvas.paint((slice(None), slice(None)), _soft(screw), 208.0, CODES["implant"])
    post = np.minimum(0.013 - np.abs(u), np.minimum(v - 0.25, 0.42 - v) * long) * frame.height
    canvas.paint((slice(None), slice(None)), _soft(post), 215.0, CODES["implant"])
    if crowned:
        half = float(teeth.width[row]) * 0.42 * np.clip(1.15 - 0.8 * v, 0.4, 1)
        cap = np.minimum(half - np.abs(u), np.minimum(v - 0.02, 0.32 - v) * long) * frame.height
        canvas.paint((slice(None), slice(None)), _soft(cap), 240.0, CODES["implant"])


def paint_appliance(rng: np.random.Generator, canvas: Canvas, teeth: Dentition) -> None:
    """Brackets on the crowns and an arch wire, on both arches or on one."""
    both = rng.random() < 0.7
    chosen = ("upper", "lower") if both else (str(rng.choice(["upper", "lower"])),)
    spot = teeth.at(0.55 * teeth.crown)
    frame = canvas.frame
    for rows in (np.arange(16), np.arange(16, 32)):
        upper = is_upper(int(teeth.fdi[rows[0]]))
        if ("upper" if upper else "lower") not in chosen:
            continue
        rows = rows[teeth.present[rows] & ~teeth.impacted[rows] & (teeth.fdi[rows] % 10 < 8)]
        if len(rows) == 0:
            continue
        _wire(canvas, spot[rows[np.argsort(spot[rows, 0])]], frame)


def _wire(canvas: Canvas, spots: NDArray[np.float64], frame: Frame) -> None:
    x, y = frame.xx, frame.yy
    height = np.interp(x[0], spots[:, 0], spots[:, 1])
    ends = (x >= spots[0, 0] - 0.01) & (x <= spots[-1, 0] + 0.01)
    cover = np.clip(0.9 - np.abs(y - height) * frame.height, 0, 1) * ends * 0.55
    for at_x, at_y in spots:
        box = np.minimum(0.013 - np.abs(x - at_x), 0.015 - np.abs(y - at_y)) * frame.height
        cover = np.maximum(cover, _soft(box) * 0.95)
    canvas.paint((slice(None), slice(None)), np.asarray(cover, np.float32), METAL, CODES["appliance"])


def metal_glow(image: Plane, findings: Mask, frame: Frame) -> Plane:
    """Bright haze around metal: scatter and the blur of thick objects."""
    metal = (np.isin(findings, (4, 5, 7, 8)) * np.float32(14)).astype(np.float32)
    return image + soften(metal, 0.02 * frame.height)
