"""The chest's geometry: lungs, heart, mediastinum and spine of one patient, with the wall around them.

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
from diptych.phantoms.chest_wall import draw_arms, draw_body, draw_clavicles, draw_ribs
from diptych.phantoms.sides import Side

# A lung's outline as (across, down): across 0 at the lateral and 1 at the medial edge.
_LUNG = (
    (0.00, 1.00), (0.005, 0.82), (0.05, 0.60), (0.14, 0.40), (0.28, 0.22), (0.46, 0.09), (0.66, 0.015),
    (0.84, 0.015), (0.95, 0.10), (0.97, 0.25), (0.96, 0.45), (0.97, 0.65), (1.00, 0.82), (0.96, 0.855),
    (0.75, 0.835), (0.50, 0.835), (0.28, 0.875), (0.12, 0.945),
)  # fmt: skip
ENLARGED = 0.58
"""Cardiothoracic ratio that only enlarged hearts exceed here; usual ones stay below 0.54."""


@dataclass(frozen=True, kw_only=True)
class Thorax:
    """Outlines of one patient, in image heights; pairs are (right, left)."""

    adult: bool
    view: str
    sex: str
    sides: tuple[Side, Side]
    lungs: tuple[Points, Points]
    heart: Points
    mediastinum: Points
    spine: tuple[float, float]
    """x at the top and at the bottom of the image."""
    body: Points
    arms: tuple[tuple[Points, Points], ...]
    """(outline, humerus) of each arm."""
    clavicles: tuple[Points, Points]
    ribs: tuple[tuple[Points, Points], ...]
    """(posterior arc, anterior arc) of each rib, right side ones first."""

    @property
    def axis(self) -> float:
        """x of the midline."""
        return self.sides[0].axis


def draw_thorax(
    rng: np.random.Generator,
    groups: Mapping[str, str],
    *,
    big_heart: bool,
    lungs: tuple[Points, Points] | None = None,
) -> Thorax:
    """A thorax of the given view, age group and sex; `big_heart` makes the heart wider than `ENLARGED`.

    With the outlines of `lungs` (right, left), the rest is drawn around them.
    """
    adult, view = groups["age_group"] == "adult", groups["view"]
    sides = _draw_sides(rng, adult=adult) if lungs is None else _sides_of(lungs)
    usual = (0.45 if adult else 0.49) + (0.03 if view == "AP" else 0.0)
    ratio, enlarged = np.clip(rng.normal(usual, 0.03), 0.38, 0.54), rng.uniform(ENLARGED + 0.03, 0.72)
    tilt = float(rng.normal(0, 0.012))
    return Thorax(
        adult=adult,
        view=view,
        sex=groups.get("sex", ""),
        sides=sides,
        lungs=lungs or (_lung(rng, sides[0]), _lung(rng, sides[1])),
        heart=_heart(rng, sides, float(enlarged if big_heart else ratio)),
        mediastinum=_mediastinum(rng, sides[1]),
        spine=(sides[0].axis - tilt, sides[0].axis + tilt),
        body=draw_body(rng, sides, adult=adult),
        arms=draw_arms(rng, sides, adult=adult),
        clavicles=draw_clavicles(rng, sides, view),
        ribs=draw_ribs(rng, sides, adult=adult),
    )


def _draw_sides(rng: np.random.Generator, *, adult: bool) -> tuple[Side, Side]:
    wide = float(np.clip(rng.normal(1.06 if adult else 1.0, 0.06), 0.86, 1.14))
    axis = 0.5 + float(np.clip(rng.normal(0, 0.02), -0.05, 0.05))
    top = float(np.clip(rng.normal(0.12 if adult else 0.16, 0.055), 0.03, 0.30))
    bottom = float(np.clip(rng.normal(0.90 if adult else 0.86, 0.05), 0.74, 0.97))
    both = []
    for hand in (-1, 1):
        inner = 0.052 + float(rng.normal(0, 0.008))
        outer = float(np.clip(0.386 * wide + rng.normal(0, 0.012), 0.28, 0.455))
        low = bottom + float(rng.normal(0, 0.012)) + (0.008 if hand > 0 else 0.0)
        both.append(Side(hand, axis, inner, outer, top, low))
    return both[0], both[1]


def _sides_of(lungs: tuple[Points, Points]) -> tuple[Side, Side]:
    """Bounds of given lungs; the midline is halfway between their inner edges."""
    right, left = lungs
    axis = float(right[:, 0].max() + left[:, 0].min()) / 2
    return _side_of(right, -1, axis), _side_of(left, 1, axis)


def _side_of(lung: Points, hand: int, axis: float) -> Side:
    away, (top, bottom) = abs(lung[:, 0] - axis), (lung[:, 1].min(), lung[:, 1].max())
    return Side(hand, axis, float(away.min()), float(away.max()), float(top), float(bottom))


def _lung(rng: np.random.Generator, side: Side) -> Points:
    shape = wobbled(rng, np.array(_LUNG), 0.008)
    away, down = side.outer - side.width * shape[:, 0], side.top + side.height * shape[:, 1]
    return curve(side.place(np.stack([away, down], axis=1)), 2, closed=True)


def _heart(rng: np.random.Generator, sides: tuple[Side, Side], ratio: float) -> Points:
    """Heart outline, `ratio` of the thorax wide, two thirds of it on the patient's left."""
    axis, top = sides[0].axis, sides[0].top
    width = ratio * (sides[0].outer + sides[1].outer)
    tall = (sides[0].bottom + sides[1].bottom) / 2 - top
    right, left = -0.34 * width, 0.66 * width
    points = [
        (-0.045, 0.36), (right + 0.03, 0.48), (right, 0.62), (right + 0.004, 0.76), (right + 0.03, 0.86),
        (-0.02, 0.93), (0.45 * left, 0.95), (left - 0.03, 0.90), (left, 0.82), (left - 0.01, 0.72),
        (0.80 * left, 0.60), (0.56 * left, 0.48), (0.40 * left, 0.38), (0.035, 0.30),
    ]  # fmt: skip
    placed = np.array(points) * [1, tall] + [axis, top]
    return curve(wobbled(rng, placed, 0.004), 3, closed=True)


def _mediastinum(rng: np.random.Generator, side: Side) -> Points:
    """Shadow of the great vessels, with the aortic knob on the patient's left."""
    knob, axis, top, tall = rng.uniform(0.055, 0.085), side.axis, side.top, side.height
    points = [
        (-0.05, -0.20), (-0.05, 0.0), (-0.058, 0.3), (-0.06, 0.5), (-0.045, 1.0), (0.05, 1.0), (0.06, 0.5),
        (knob, 0.30), (knob, 0.22), (0.055, 0.12), (0.05, -0.20),
    ]  # fmt: skip
    return curve(np.array(points) * [1, tall] + [axis, top], 2, closed=True)
