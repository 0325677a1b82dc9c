"""The dental arches: where every tooth stands, how long, wide and tilted it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.tables import JAW_SPREAD, LOWER, MIDLINE, UPPER, Tooth
from diptych.records.labels import FDI

Floats = NDArray[np.float64]

CENTROID = 0.46
"""A tooth's centroid lies at this share of its length from the occlusal edge (crowns are wider)."""


def is_upper(fdi: int) -> bool:
    """Whether the tooth stands in the maxilla."""
    return fdi < 30


def side(fdi: int) -> int:
    """-1 on the patient's right (image left), +1 on the left."""
    return -1 if fdi // 10 in (1, 4) else 1


def typical(fdi: int) -> Tooth:
    """The measured averages of a tooth."""
    return (UPPER if is_upper(fdi) else LOWER)[fdi % 10 - 1]


@dataclass(frozen=True, kw_only=True)
class Patient:
    """What one patient's jaws have of their own, in image heights."""

    midline: float
    """x of the midline."""
    width: tuple[float, float]
    """Scale of the upper and the lower arch's width."""
    rise: tuple[float, float]
    """Vertical shift of the upper and the lower arch, downwards."""
    smile: tuple[float, float]
    """Curvature of the arches added to the average one."""
    stature: float
    """Scale of all teeth."""


def draw_patient(rng: np.random.Generator) -> Patient:
    """A patient with proportions spread as measured; the jaws vary together (r about 0.7)."""
    common, own = rng.standard_normal(3), rng.standard_normal((3, 2))
    mixed = 0.85 * common[:, None] + 0.5 * own
    mixed = np.clip(mixed, -2.2, 2.2)
    spread = JAW_SPREAD
    up, low = (spread["rise"] * 0.9 * mixed[1]).tolist()
    return Patient(
        midline=MIDLINE + spread["shift"] * float(np.clip(rng.standard_normal(), -2, 2)),
        width=(1 + spread["width"] * mixed[0, 0] * 0.8, 1 + spread["width"] * mixed[0, 1] * 0.8),
        rise=(min(up, low + 0.02), low),
        smile=(spread["smile"] * float(mixed[2, 0]), spread["smile"] * float(mixed[2, 1]) * 0.7),
        stature=float(np.clip(1 + 0.06 * rng.standard_normal(), 0.88, 1.12)),
    )


@dataclass(frozen=True, kw_only=True)
class Dentition:
    """All 32 sites of the arches as arrays over the teeth, in the order of `FDI`.

    Lengths are in image heights; `axis` is the unit vector from crown to apex. `present` tells which
    sites hold a natural tooth.
    """

    fdi: NDArray[np.int64]
    centre: Floats
    """(32, 2) x, y."""
    axis: Floats
    """(32, 2)."""
    length: Floats
    width: Floats
    crown: Floats
    """Share of the length that is crown."""
    bend: Floats
    """How much the root curves, in half widths a squared length."""
    shade: Floats
    """Grey level relative to the average tooth of its kind."""
    present: NDArray[np.bool_]
    impacted: NDArray[np.bool_]

    @property
    def tip(self) -> Floats:
        """(32, 2) middle of the occlusal edge."""
        return self.centre - self.axis * (CENTROID * self.length)[:, None]

    @property
    def apex(self) -> Floats:
        """(32, 2) end of the root."""
        return self.centre + self.axis * ((1 - CENTROID) * self.length)[:, None]

    def at(self, share: float | Floats) -> Floats:
        """(32, 2) points on the axes, `share` of the length from the occlusal edge."""
        return self.tip + self.axis * (share * self.length)[:, None]

    def index(self, fdi: int) -> int:
        """Row of a tooth."""
        return FDI.index(fdi)


def lay_out(
    rng: np.random.Generator, patient: Patient, missing: Collection[int], impacted: Collection[int]
) -> Dentition:
    """Place every tooth; neighbours of gaps drift and lean a little into them, impacted ones lie deep."""
    rows = [typical(fdi) for fdi in FDI]
    sides = np.array([side(fdi) for fdi in FDI])
    jaw = np.array([0 if is_upper(fdi) else 1 for fdi in FDI])
    count = len(FDI)
    present = np.array([fdi not in missing for fdi in FDI])
    hidden = np.array([fdi in impacted for fdi in FDI])
    offset = sides * np.array([row.offset for row in rows]) * np.array(patient.width)[jaw]
    offset = offset + rng.normal(0, 0.006, count) + _drift(rng, present)
    y = np.array([row.y for row in rows]) + np.array(patient.rise)[jaw]
    y = y + np.array(patient.smile)[jaw] * (offset**2 - 0.1) + rng.normal(0, 0.007, count)
    tilt = sides * np.array([row.tilt for row in rows]) + rng.normal(0, 3.0, count)
    tilt = tilt + 60.0 * _drift(rng, present) * np.where(jaw == 0, 1, -1)
    length = np.array([row.length for row in rows]) * patient.stature * (1 + rng.normal(0, 0.05, count))
    width = np.array([row.width for row in rows]) * patient.stature * (1 + rng.normal(0, 0.03, count))
    tilt, offset, y = _bury(rng, hidden, jaw, sides, (tilt, offset, y))
    down = np.stack([np.sin(np.radians(tilt)), np.cos(np.radians(tilt))], axis=1)
    return Dentition(
        fdi=np.array(FDI),
        centre=np.stack([patient.midline + offset, y], axis=1),
        axis=np.where((jaw == 0)[:, None], -down, down),
        length=length,
        width=width * (np.array(patient.width)[jaw] + 1) / 2,
        crown=np.array([row.crown for row in rows]),
        bend=rng.normal(0, 0.5, count),
        shade=1 + rng.normal(0, 0.05, count),
        present=present,
        impacted=hidden & present,
    )


def _drift(rng: np.random.Generator, present: NDArray[np.bool_]) -> Floats:
    """(32,) sideways moves into neighbouring gaps."""
    order = np.concatenate([np.arange(16), np.arange(31, 15, -1)])  # both jaws from right to left
    gap = ~present[order]
    left = np.concatenate([[False], gap[:-1]])
    right = np.concatenate([gap[1:], [False]])
    left[[0, 16]] = right[[15, 31]] = False
    move = (right.astype(float) - left) * np.abs(rng.normal(0, 0.012, len(order)))
    result = np.zeros(len(order))
    result[order] = move
    return result


def _bury(
    rng: np.random.Generator,
    hidden: NDArray[np.bool_],
    jaw: NDArray[np.int64],
    sides: NDArray[np.int64],
    pose: tuple[Floats, Floats, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Tilt impacted teeth forwards and push them away from the occlusal plane."""
    tilt, offset, y = pose
    third = np.array([fdi % 10 == 8 for fdi in FDI])
    lean = rng.uniform(25, 60, len(FDI)) * np.where(third, 1.0, 0.8)
    # Mesial lean: lower crowns (up) go to the midline; upper crowns (down) do too.
    forwards = np.where(jaw == 0, -sides * lean, sides * lean)
    depth = rng.uniform(0.03, 0.06, len(FDI)) + np.where(third, 0.0, 0.05)
    away = np.where(jaw == 0, -depth, depth)
    return (
        tilt + hidden * forwards,
        offset + hidden * third * sides * 0.02,
        y + hidden * away,
    )
