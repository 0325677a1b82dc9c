"""The chest's geometry: body, lungs, heart, spine, ribs, clavicles, diaphragm of one patient.

Coordinates run from 0 to 1 both ways. Lung fields follow those of the Kermany images: medians of the
bounds over 713 training rows, right lung x 0.116-0.446, y 0.17-0.848, left lung x 0.549-0.888,
y 0.17-0.857; standard deviations about 0.03 sideways and 0.07 up and down, which the sides share.
The lung includes what lies behind the heart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from diptych.phantoms.canvas import Points, curve, wobbled

# The image-left lung as (across, down): across 0 at the lateral and 1 at the medial edge.
_LUNG = ((0.00, 1.00), (0.005, 0.82), (0.05, 0.60), (0.14, 0.40), (0.28, 0.22), (0.46, 0.09), (0.66, 0.015),
         (0.84, 0.015), (0.95, 0.10), (0.97, 0.25), (0.96, 0.45), (0.97, 0.65), (1.00, 0.82), (0.96, 0.855),
         (0.75, 0.835), (0.50, 0.835), (0.28, 0.875), (0.12, 0.945))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Thorax:
    """Outlines of one patient, in image heights."""

    adult: bool
    view: str
    sex: str
    lungs: tuple[Points, Points]
    """Closed outlines of the right (image left) and the left lung."""
    box: tuple[tuple[float, float, float, float], tuple[float, float, float, float]]
    """(x0, y0, x1, y1) of both lungs."""
    heart: Points
    mediastinum: Points
    spine: tuple[float, float]
    """x at the top and at the bottom of the image."""
    body: Points
    clavicles: tuple[Points, Points]
    ribs: tuple[tuple[Points, Points], ...]
    """(posterior arc, anterior arc) of each rib, right side ones first."""

    @property
    def axis(self) -> float:
        """x of the midline."""
        return (self.spine[0] + self.spine[1]) / 2


def draw_thorax(rng: np.random.Generator, groups: Mapping[str, str], *, big_heart: bool) -> Thorax:
    """A thorax of the given view, age group and sex; `big_heart` makes the heart over 0.58 of its width."""
    adult, view = groups["age_group"] == "adult", groups["view"]
    wide = np.clip(rng.normal(1.06 if adult else 1.0, 0.06), 0.86, 1.14)
    axis = 0.5 + np.clip(rng.normal(0, 0.02), -0.05, 0.05)
    top = np.clip(rng.normal(0.12 if adult else 0.17, 0.05), 0.03, 0.28)
    bottom = np.clip(rng.normal(0.90 if adult else 0.85, 0.045), 0.74, 0.96)
    boxes, lungs = [], []
    for hand in (-1, 1):
        inner = axis + hand * (0.052 + rng.normal(0, 0.008))
        outer = axis + hand * np.clip(0.386 * wide + rng.normal(0, 0.012), 0.28, 0.455)
        low = bottom + rng.normal(0, 0.012) + (0.008 if hand > 0 else 0.0)
        boxes.append((min(inner, outer), top, max(inner, outer), low))
        shape = wobbled(rng, np.array(_LUNG), 0.008)
        points = np.stack([outer + (inner - outer) * shape[:, 0], top + (low - top) * shape[:, 1]], axis=1)
        lungs.append(curve(points, 2, closed=True))
    tilt = rng.normal(0, 0.012)
    heart = _heart(rng, axis, boxes, adult=adult, supine=view == "AP", big=big_heart)
    return Thorax(
        adult=adult, view=view, sex=groups.get("sex", ""), lungs=(lungs[0], lungs[1]), box=(boxes[0], boxes[1]),
        heart=heart, mediastinum=_mediastinum(rng, axis, top, bottom), spine=(axis - tilt, axis + tilt),
        body=_body(rng, axis, boxes), clavicles=_clavicles(rng, axis, top, boxes, view), ribs=_ribs(rng, axis, boxes, adult),
    )  # fmt: skip


Box = tuple[float, float, float, float]


def _heart(
    rng: np.random.Generator, axis: float, boxes: list[Box], *, adult: bool, supine: bool, big: bool
) -> Points:
    """Heart outline; its width is the drawn cardiothoracic ratio of the thorax' width."""
    thorax = boxes[1][2] - boxes[0][0]
    usual = (0.45 if adult else 0.49) + (0.03 if supine else 0.0)
    ratio = rng.uniform(0.61, 0.72) if big else np.clip(rng.normal(usual, 0.03), 0.38, 0.54)
    width, top, base = ratio * thorax, boxes[0][1], (boxes[0][3] + boxes[1][3]) / 2
    right, left = axis - width * 0.34, axis + width * 0.66
    tall = base - top
    y = np.array([0.36, 0.48, 0.62, 0.76, 0.86, 0.93, 0.95, 0.90, 0.82, 0.72, 0.60, 0.48, 0.38, 0.30])
    x = [axis - 0.045, right + 0.03, right, right + 0.004, right + 0.03, axis - 0.02, axis + 0.45 * (left - axis),
         left - 0.03, left, left - 0.01, axis + 0.80 * (left - axis), axis + 0.56 * (left - axis),
         axis + 0.40 * (left - axis), axis + 0.035]  # fmt: skip
    return curve(wobbled(rng, np.stack([np.array(x), top + tall * y], axis=1), 0.004), 3, closed=True)


def _mediastinum(rng: np.random.Generator, axis: float, top: float, bottom: float) -> Points:
    knob = rng.uniform(0.055, 0.085)
    tall = bottom - top
    points = [(axis - 0.05, -0.02), (axis - 0.05, top), (axis - 0.058, top + 0.3 * tall), (axis - 0.06, top + 0.5 * tall),
              (axis - 0.045, bottom), (axis + 0.05, bottom), (axis + 0.06, top + 0.5 * tall), (axis + knob, top + 0.30 * tall),
              (axis + knob, top + 0.22 * tall), (axis + 0.055, top + 0.12 * tall), (axis + 0.05, -0.02)]  # fmt: skip
    return curve(points, 2, closed=True)


def _body(rng: np.random.Generator, axis: float, boxes: list[Box]) -> Points:
    """Trunk with neck and shoulders; arms leave the image at the sides."""
    halves = []
    fat = abs(rng.normal(0.045, 0.02)) + 0.015
    raised = rng.random() < 0.4
    for hand, (x0, top, x1, low) in zip((-1, 1), boxes, strict=True):
        outer = abs((x0 if hand < 0 else x1) - axis)
        neck = rng.uniform(0.12, 0.17)
        shoulder = (
            [(0.75, top - 0.05), (0.75, top + rng.uniform(0.1, 0.3))]
            if not raised
            else [(0.62, -0.05), (0.62, 0.05)]
        )
        points = [(neck, -0.05), (neck, top - 0.08), (neck + 0.10, top - 0.03), (outer * 0.75, top + (-0.01 if not raised else -0.04)),
                  *shoulder, (outer + fat + 0.03, top + 0.42 * (low - top)), (outer + fat, top + 0.75 * (low - top)),
                  (outer + fat, 1.05)]  # fmt: skip
        halves.append(np.array(points) * [hand, 1] + [axis, 0])
    return curve(wobbled(rng, np.concatenate([halves[0], halves[1][::-1]]), 0.008), 3, closed=True)


def _clavicles(
    rng: np.random.Generator, axis: float, top: float, boxes: list[Box], view: str
) -> tuple[Points, Points]:
    lines = []
    slope = rng.normal(-0.03 if view == "AP" else 0.02, 0.03)
    for hand, box in zip((-1, 1), boxes, strict=True):
        outer = abs((box[0] if hand < 0 else box[2]) - axis)
        y = top + 0.045 + rng.normal(0, 0.008)
        shape = [
            (0.035, y + 0.02),
            (0.10, y + 0.022),
            (0.20, y - 0.004 + slope * 0.5),
            (outer * 0.85, y - 0.03 + slope),
            (outer + 0.06, y - 0.03 + slope),
        ]
        lines.append(curve(np.array(shape) * [hand, 1] + [axis, 0], 3))
    return lines[0], lines[1]


def _ribs(
    rng: np.random.Generator, axis: float, boxes: list[Box], adult: bool
) -> tuple[tuple[Points, Points], ...]:
    """Ten ribs a side: flat posterior arcs from the spine, steep anterior ones from the side wall."""
    drop = rng.normal(0.10 if adult else 0.055, 0.02)
    ribs = []
    for hand, (x0, top, x1, low) in zip((-1, 1), boxes, strict=True):
        outer = abs((x0 if hand < 0 else x1) - axis)
        step = (low - top) / 9.3
        for k in range(10):
            y = top - 0.01 + step * (k + 0.15)
            reach = outer * _wall(k / 9.3)
            back = [(0.035, y + 0.012), (0.10, y - 0.012), (0.45 * reach + 0.04, y - 0.014), (0.85 * reach, y + drop * 0.5),
                    (reach, y + drop + 0.03)]  # fmt: skip
            side = y + drop + 0.03
            front = [(reach, side), (0.97 * reach, side + 0.03), (0.80 * reach, side + 0.075), (0.55 * reach, side + 0.115),
                     (0.38 * reach, side + 0.13)]  # fmt: skip
            pair = [
                curve(wobbled(rng, np.array(part), 0.002) * [hand, 1] + [axis, 0], 2)
                for part in (back, front)
            ]
            ribs.append((pair[0], pair[1]))
    return tuple(ribs)


def _wall(share: float) -> float:
    """Half width of the thorax, relative to its widest, at a share of its height."""
    return float(np.interp(share, [0.0, 0.1, 0.25, 0.45, 0.7, 1.0], [0.42, 0.62, 0.78, 0.91, 1.0, 1.02]))
