"""Everything of a panoramic radiograph but the teeth: bone, air, cavities, ghosts, with anatomy masks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from diptych.phantoms.arch import Dentition, Patient
from diptych.phantoms.canvas import Frame, Pen, Plane, Points, clouds, curve, edge, mirrored, soften, wobbled
from diptych.phantoms.tables import MEAN_GREY
from diptych.records.sample import Mask

MANDIBLE, MAXILLA, SINUS, CANAL, CONDYLE = 1, 2, (3, 4), (5, 6), (7, 8)
"""Codes of the anatomy layer; pairs are (right, left)."""

# Half an outline of the mandible: (distance from the midline, y), from the chin along the lower border,
# gonial angle, ramus, condyle, sigmoid notch, coronoid process, down to the retromolar area.
_BORDER = ((0.0, 0.935), (0.22, 0.922), (0.42, 0.872), (0.60, 0.785), (0.76, 0.675), (0.86, 0.56))
_RAMUS = (
    (0.915, 0.42),
    (0.94, 0.30),
    (0.945, 0.20),
    (0.955, 0.13),
    (0.92, 0.085),
    (0.86, 0.10),
    (0.83, 0.17),
)
_FRONT = (
    (0.78, 0.235),
    (0.72, 0.235),
    (0.675, 0.19),
    (0.645, 0.21),
    (0.65, 0.32),
    (0.665, 0.42),
    (0.655, 0.50),
)
_SINUS = ((0.16, 0.16), (0.24, 0.29), (0.36, 0.325), (0.50, 0.335), (0.60, 0.29), (0.63, 0.19), (0.56, 0.08),
          (0.38, 0.03), (0.22, 0.06))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Jaws:
    """The skull around the teeth of one patient."""

    image: Plane
    """Grey levels without teeth, about 0 to 255."""
    anatomy: Mask
    crests: NDArray[np.float32]
    """(2, W) y of the alveolar crest of the upper and the lower jaw."""


def crest_lines(teeth: Dentition, frame: Frame, patient: Patient) -> NDArray[np.float32]:
    """(2, W) height of the bone's edge: near the necks of the teeth, resorbed where they are missing."""
    lines = np.empty((2, frame.width), np.float32)
    neck = teeth.at(teeth.crown + 0.06)
    for jaw, rows in enumerate((np.arange(16), np.arange(16, 32))):
        x, y = neck[rows, 0], neck[rows, 1].copy()
        apex = teeth.apex[rows, 1]
        lost = np.where(teeth.present[rows], 0.0, 0.42)
        buried = teeth.impacted[rows]
        y = np.where(buried, np.median(y) if jaw else y, y)
        y = y + lost * (apex - y)
        order = np.argsort(x)
        line = np.interp(frame.xx[0], x[order], y[order])
        lines[jaw] = soften(np.asarray(line, np.float32)[None, :].repeat(3, 0), 0.018 * frame.height)[1]
    return lines


def draw_jaws(rng: np.random.Generator, frame: Frame, patient: Patient, teeth: Dentition) -> Jaws:
    """Bone and air of one patient, as grey levels and as an anatomy mask."""
    crests = crest_lines(teeth, frame, patient)
    shapes = _Shapes.of(rng, patient)
    areas = _areas(frame, shapes, crests)
    image = _base(frame) + 5 * clouds(rng, frame, 0.3)
    image = _bone(rng, frame, image, areas)
    image = _air(rng, frame, patient, teeth, image, crests)
    image = image + _lines(rng, frame, patient, shapes, areas, crests)
    image = image + _ghosts(rng, frame, patient)
    return Jaws(image=image, anatomy=_anatomy(areas), crests=crests)


@lru_cache(maxsize=8)
def _base(frame: Frame) -> Plane:
    half = np.array(MEAN_GREY, np.float32)
    whole = Image.fromarray(np.concatenate([half, half[:, ::-1]], axis=1))
    return np.asarray(whole.resize((frame.width, frame.height), Image.Resampling.BICUBIC))


@dataclass(frozen=True)
class _Shapes:
    """Outlines of one patient as points."""

    mandible: Points
    border: Points
    rami: tuple[Points, Points]
    sinuses: tuple[Points, Points]
    canals: tuple[Points, Points]
    condyles: tuple[Points, Points]

    @classmethod
    def of(cls, rng: np.random.Generator, patient: Patient) -> _Shapes:
        axis = patient.midline
        scale = np.array([patient.width[1], 1.0])
        shift = np.array([0.0, patient.rise[1]])
        halves, fronts, canals, condyles, sinuses = [], [], [], [], []
        for hand in (-1, 1):
            half = np.array(_BORDER + _RAMUS + _FRONT)
            weight = np.clip((half[:, 1:] - 0.1) * 1.4, 0.3, 1.0)
            half = wobbled(rng, half * scale + shift * weight, 0.007) * [hand, 1] + [axis, 0]
            halves.append(half)
            fronts.append(curve(half[-7:], 2))
            canal = np.array(
                [(0.76, 0.40), (0.74, 0.52), (0.66, 0.655), (0.54, 0.745), (0.40, 0.785), (0.28, 0.765)]
            )
            canals.append(curve(wobbled(rng, canal * scale + shift, 0.006) * [hand, 1] + [axis, 0], 2))
            condyles.append(curve(np.concatenate([half[8:13], half[12:13] - [0, 0.01]]), 2, closed=True))
            wide = np.array([patient.width[0], 1.0])
            sinus = wobbled(rng, np.array(_SINUS) * wide + [0, patient.rise[0] * 0.9], 0.012) * [hand, 1] + [
                axis,
                0,
            ]
            sinuses.append(curve(sinus, 3, closed=True))
        right, left = halves
        whole = np.concatenate([right[::-1], left[1:]])
        return cls(
            curve(whole, 2), curve(np.concatenate([right[:9][::-1], left[1:9]]), 2), (fronts[0], fronts[1]),
            (sinuses[0], sinuses[1]), (canals[0], canals[1]), (condyles[0], condyles[1]),
        )  # fmt: skip


def _areas(frame: Frame, shapes: _Shapes, crests: NDArray[np.float32]) -> dict[str, Plane]:
    """Soft coverage (H, W) in [0, 1] of each structure."""
    areas = {}
    pen = Pen(frame)
    pen.fill(shapes.mandible)
    axis = float(shapes.border[:, 0].mean())
    behind = edge(abs(frame.xx - axis) - 0.66, 0.05)
    areas["mandible"] = pen.plane() * np.maximum(edge(frame.yy - crests[1], 1.5 * frame.pixel), behind)
    for name, pair in (("sinus", shapes.sinuses), ("condyle", shapes.condyles)):
        for hand, points in enumerate(pair):
            pen = Pen(frame)
            pen.fill(points)
            areas[f"{name}{hand}"] = pen.plane()
    for hand, points in enumerate(shapes.canals):
        pen = Pen(frame)
        pen.stroke(points, width=0.022)
        areas[f"canal{hand}"] = pen.plane()
    middle = abs(frame.xx - axis)
    areas["maxilla"] = (
        edge(crests[0] - frame.yy, 1.5 * frame.pixel) * edge(frame.yy - 0.24 - 0.04 * middle, 0.02)
    ) * edge(0.66 - middle, 0.03)
    return areas


def _anatomy(areas: dict[str, Plane]) -> Mask:
    mask = np.zeros(areas["mandible"].shape, np.uint8)
    mask[areas["maxilla"] > 0.5] = MAXILLA
    mask[areas["mandible"] > 0.5] = MANDIBLE
    for hand in (0, 1):
        mask[areas[f"sinus{hand}"] > 0.5] = SINUS[hand]
        mask[areas[f"canal{hand}"] * areas["mandible"] > 0.5] = CANAL[hand]
        mask[areas[f"condyle{hand}"] * areas["mandible"] > 0.5] = CONDYLE[hand]
    return mask


def _bone(rng: np.random.Generator, frame: Frame, image: Plane, areas: dict[str, Plane]) -> Plane:
    """Brighten bone, with trabeculae; darken the cavities."""
    grain = clouds(rng, frame, 0.012) + 0.8 * clouds(rng, frame, 0.022)
    jaw = np.maximum(areas["mandible"], areas["maxilla"])
    image = image + jaw * (4 + 2.6 * grain)
    low = frame.yy > 0.62
    outside = (1 - areas["mandible"]) * low * edge(frame.yy - 0.68, 0.15)
    image = image - outside * 16
    for hand in (0, 1):
        image = image - soften(areas[f"sinus{hand}"], 0.012 * frame.height) * float(rng.uniform(6, 18))
        image = image - soften(areas[f"canal{hand}"] * areas["mandible"], 0.5) * float(rng.uniform(6, 14))
        image = image + areas[f"condyle{hand}"] * 8
    return image


def _air(
    rng: np.random.Generator,
    frame: Frame,
    patient: Patient,
    teeth: Dentition,
    image: Plane,
    crests: NDArray[np.float32],
) -> Plane:
    """Dark airspace between the arches, under the palate and behind the tongue."""
    x, y = frame.xx, frame.yy
    lips = edge(y - crests[0], 0.03) * edge(crests[1] - y, 0.03)
    reach = edge(0.66 - abs(x - patient.midline), 0.12)
    image = image - lips * reach * float(rng.uniform(14, 26))
    bite = _bite(frame, teeth)
    gap = np.exp(-np.square((y - bite) / 0.022)) * reach
    image = image - gap * float(rng.uniform(20, 42))
    under = 0.30 + patient.rise[0] + 0.03 * np.square(x - patient.midline)
    depth = float(rng.choice([4, 14, 34], p=[0.3, 0.4, 0.3]))
    return image - depth * np.exp(-np.square((y - under) / 0.026)) * edge(
        0.62 - abs(x - patient.midline), 0.2
    )


def _bite(frame: Frame, teeth: Dentition) -> Plane:
    """(W,) y of the occlusal line between the arches."""
    tip = teeth.tip
    line = np.zeros(frame.width)
    for rows in (np.arange(16), np.arange(16, 32)):
        rows = rows[~teeth.impacted[rows] & (teeth.fdi[rows] % 10 < 8)]
        rows = rows[np.argsort(tip[rows, 0])]
        line += np.interp(frame.xx[0], tip[rows, 0], tip[rows, 1]) / 2
    return np.asarray(line, np.float32)


def _lines(
    rng: np.random.Generator, frame: Frame, patient: Patient, shapes: _Shapes, areas: dict[str, Plane],
    crests: NDArray[np.float32],
) -> Plane:  # fmt: skip
    """Bright cortical lines: lower border, ramus, sinus floors, palate, septum, canal walls."""
    sharp, soft = Pen(frame), Pen(frame)
    axis, up = patient.midline, patient.rise[0]
    soft.stroke(shapes.border, 34, 0.026)
    sharp.stroke(shapes.border + [0, -0.006], 12, 0.006)
    for hand in (0, 1):
        sharp.stroke(shapes.rami[hand], 16, 0.006)
        floor = shapes.sinuses[hand]
        sharp.stroke(np.concatenate([floor, floor[:1]]), float(rng.uniform(8, 20)), 0.004)
    for k, grey in ((0.0, 1.0), (0.035, 0.7)):
        sag = float(rng.uniform(0.0, 0.04))
        y = 0.232 + up + k + rng.normal(0, 0.006)
        d = np.linspace(-0.62, 0.62, 15)
        line = np.stack([axis + d, y + sag * d**2 * 2 + rng.normal(0, 0.001, 15)], axis=1)
        soft.stroke(curve(line, 1), float(rng.uniform(22, 42)) * grey, 0.012)
    septum = np.array([(0, -0.02), (0.004, 0.12), (-0.002, 0.24 + up)]) + [axis, 0]
    soft.stroke(curve(septum), 30, 0.018)
    sharp.stroke(curve(np.array([(-0.02, 0.33), (0.0, 0.30), (0.02, 0.33)]) + [axis, up - 0.01]), 16, 0.008)
    for hand in (-1, 1):
        wall = np.array([(0.19, -0.02), (0.17, 0.10), (0.15, 0.20), (0.05, 0.235)]) * [hand, 1] + [
            axis,
            up * 0.7,
        ]
        sharp.stroke(curve(wall), 18, 0.006)
        zygoma = np.array(
            [(0.57, -0.02), (0.58, 0.10), (0.57, 0.22), (0.60, 0.27), (0.65, 0.20), (0.68, 0.05)]
        )
        soft.stroke(curve(wobbled(rng, zygoma, 0.012) * [hand, 1] + [axis, up * 0.6]), 26, 0.010)
        _skull_base(rng, sharp, soft, axis, hand)
    return sharp.plane(0.004) + soft.plane(0.007)


def _skull_base(rng: np.random.Generator, sharp: Pen, soft: Pen, axis: float, hand: int) -> None:
    """Streaks of temporal bone and zygomatic arch in the upper corner."""
    for _ in range(4):
        y = rng.uniform(-0.02, 0.14)
        line = np.array([(1.05, y + 0.03), (0.9, y + 0.02), (0.76, y + 0.05), (0.62, y + 0.09)])
        pen = soft if rng.random() < 0.5 else sharp
        pen.stroke(
            curve(wobbled(rng, line, 0.015) * [hand, 1] + [axis, 0]), float(rng.uniform(10, 26)), 0.008
        )


def _ghosts(rng: np.random.Generator, frame: Frame, patient: Patient) -> Plane:
    """Blurred shadows: cervical spine, the other side's mandible, hyoid bone, nasal turbinates."""
    pen, wide = Pen(frame), Pen(frame)
    axis = patient.midline
    half = float(rng.uniform(0.14, 0.21))
    spine = np.array([(-half, 0.70), (half, 0.70), (half * 1.15, 1.02), (-half * 1.15, 1.02)])
    wide.fill(spine + [axis, 0], float(rng.uniform(6, 34)))
    for hand in (-1, 1):
        level = float(rng.uniform(0.45, 0.6))
        ghost = np.array([(1.05, level), (0.55, level + 0.02), (0.55, level + 0.16), (1.05, level + 0.12)])
        wide.fill(ghost * [hand, 1] + [axis, 0], float(rng.uniform(0, 9)))
        x, y = 0.80 + rng.normal(0, 0.03), 0.85 + patient.rise[1] * 0.6 + rng.normal(0, 0.02)
        pen.ellipse((axis + hand * x, y), (0.05, 0.022), float(rng.uniform(8, 40)))
        pen.stroke(
            curve(np.array([(x, y), (x + 0.1, y - 0.01), (x + 0.2, y + 0.03)]) * [hand, 1] + [axis, 0]),
            14,
            0.012,
        )
        pen.ellipse(
            (axis + hand * 0.09, 0.14 + patient.rise[0] * 0.6), (0.035, 0.07), float(rng.uniform(0, 18))
        )
        pen.ellipse((axis + hand * 0.085, 0.05), (0.05, 0.035), float(rng.uniform(-25, -5)))
    return pen.plane(0.010) + wide.plane(0.022)
