"""Everything of a panoramic radiograph but the teeth: bone, air, cavities and ghosts as grey levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.arch import Dentition, Patient
from diptych.phantoms.canvas import (
    Frame,
    Pen,
    Plane,
    Points,
    clouds,
    curve,
    edge,
    enlarge,
    halved,
    wobbled,
)
from diptych.phantoms.skull import Shapes, anatomy_mask, bone_areas, crest_lines, draw_shapes
from diptych.phantoms.tables import MEAN_GREY
from diptych.records.sample import Mask


@dataclass(frozen=True, kw_only=True)
class Jaws:
    """The skull around the teeth of one patient."""

    image: Plane
    """Grey levels without teeth, about 0 to 255."""
    anatomy: Mask


def draw_jaws(rng: np.random.Generator, frame: Frame, patient: Patient, teeth: Dentition) -> Jaws:
    """Bone and air of one patient, as grey levels and as an anatomy mask."""
    crests = crest_lines(teeth, frame)
    shapes = draw_shapes(rng, patient)
    mandible, maxilla = bone_areas(frame, shapes, patient, crests)
    dim = halved(frame)  # what is out of focus or smooth anyway is drawn at half the resolution
    behind = _neck(rng, dim, shapes, _base(dim) + _skull_texture(rng, dim, patient))
    image = _bone(rng, frame, np.maximum(mandible, maxilla), enlarge(behind, frame.shape))
    before = _cavities(rng, dim, shapes) - _oral_air(rng, dim, patient, teeth, crests[:, ::2])
    sharp, soft, wide = _shadows(rng, frame, patient, shapes)
    image += enlarge(before + wide.plane(0.020), frame.shape) + soft.plane(0.008) + sharp.plane(0.003)
    return Jaws(image=image, anatomy=anatomy_mask(frame, shapes, mandible, maxilla))


@lru_cache(maxsize=8)
def _base(frame: Frame) -> Plane:
    """The average radiograph, without detail."""
    half = np.array(MEAN_GREY, np.float32)
    return enlarge(np.concatenate([half, half[:, ::-1]], axis=1), frame.shape)


def _amount(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _skull_texture(rng: np.random.Generator, frame: Frame, patient: Patient) -> Plane:
    """Summation of the skull above the palate, smeared sideways by the turning beam, and slow shading."""
    high = edge(0.24 + patient.rise[0] - frame.yy, 0.16)
    aside = np.minimum(abs(frame.xx - patient.midline), 1)
    smear = 6 * clouds(rng, frame, (0.03, 0.2)) + (2 + 8 * aside) * clouds(rng, frame, 0.07)
    central = np.maximum(1 - np.square((frame.xx - patient.midline) / np.float32(0.32)), 0)
    streaks = clouds(rng, frame, (0.9, 0.05))
    result: Plane = high * smear + central * (7 * streaks) + 4 * clouds(rng, frame, 0.3)
    return result


def _neck(rng: np.random.Generator, frame: Frame, shapes: Shapes, image: Plane) -> Plane:
    """Soft tissue and air below the lower border are dark; the spine's shadow lightens the middle."""
    pen = Pen(frame)
    ends = np.array([[frame.extent + 0.1, shapes.border[-1, 1]], [frame.extent + 0.1, 1.1], [-0.1, 1.1],
                     [-0.1, shapes.border[0, 1]]])  # fmt: skip
    pen.fill(np.concatenate([shapes.border, ends]))
    below = pen.plane(0.006)
    dark = _amount(rng, 14, 38) + 6 * clouds(rng, frame, (0.12, 0.3))
    depth = edge(frame.yy - 0.62, 0.5) * np.float32(0.75)
    darker: Plane = image + below * depth * (dark - image)
    return darker


def _bone(rng: np.random.Generator, frame: Frame, bone: Plane, image: Plane) -> Plane:
    """Brighter bone with trabeculae; darker cheeks."""
    grain = clouds(rng, frame, 0.010) + clouds(rng, frame, 0.02)
    image = image + bone * (_amount(rng, 0, 6) + _amount(rng, 2.0, 4.4) * grain)
    cheek = edge(frame.yy - 0.33, 0.1) * edge(0.7 - frame.yy, 0.1) * edge(0.66 - abs(frame.xx - 1), 0.14)
    return image - _amount(rng, 8, 16) * (1 - bone) * cheek


def _cavities(rng: np.random.Generator, frame: Frame, shapes: Shapes) -> Plane:
    """Maxillary sinuses and mandibular canals are darker, condyles brighter."""
    pen = Pen(frame)
    for points in shapes.sinuses:
        pen.fill(points, -_amount(rng, 0, 16))
    for points in shapes.canals:
        pen.stroke(points, -_amount(rng, 3, 14), 0.022)
    for points in shapes.condyles:
        pen.fill(points, _amount(rng, 4, 14))
    return pen.plane(0.006)


def _oral_air(
    rng: np.random.Generator, frame: Frame, patient: Patient, teeth: Dentition, crests: NDArray[np.float32]
) -> Plane:
    """What air takes away: between the arches, and under the palate where the tongue does not touch it."""
    x, y = frame.xx - patient.midline, frame.yy
    open_mouth = edge(y - crests[0], 0.04) * edge(crests[1] - y, 0.04) * edge(0.64 - abs(x), 0.10)
    gap = np.exp(-np.square((y - _bite(frame, teeth)) / np.float32(_amount(rng, 0.016, 0.028))))
    air = open_mouth * (_amount(rng, 12, 26) + _amount(rng, 14, 36) * gap)
    under = 0.305 + patient.rise[0] + _amount(rng, -0.02, 0.06) * x * x
    tongue = float(rng.choice([3, 14, 34], p=[0.35, 0.4, 0.25]))
    band = np.maximum(1 - np.square((y - under) / np.float32(_amount(rng, 0.022, 0.038))), 0)
    air += tongue * band * edge(_amount(rng, 0.5, 0.66) - abs(x), 0.12)
    throat = abs(abs(x) - 0.60 - 0.25 * (y - 0.45)) / np.float32(0.05)
    result: Plane = air + _amount(rng, 0, 14) * np.maximum(1 - throat, 0) * edge(y - 0.38, 0.2) * edge(
        0.8 - y, 0.3
    )
    return result


def _bite(frame: Frame, teeth: Dentition) -> NDArray[np.float32]:
    """(W,) y of the occlusal line, a parabola through the middle of the arches."""
    usual = ~teeth.impacted & (teeth.fdi % 10 < 8)
    tip = teeth.tip[usual]
    return np.polyval(np.polyfit(tip[:, 0], tip[:, 1], 2), frame.xx[0]).astype(np.float32)


def _shadows(
    rng: np.random.Generator, frame: Frame, patient: Patient, shapes: Shapes
) -> tuple[Pen, Pen, Pen]:
    """All that is line or ghost, drawn on three planes: sharp, soft and (halved) far out of focus."""
    sharp, soft, wide = Pen(frame), Pen(frame, 1), Pen(halved(frame), 1)
    _ghosts(rng, soft, wide, patient)
    _cortices(rng, sharp, soft, shapes)
    _palate(rng, soft, sharp, patient.midline, patient.rise[0])
    _nose(rng, soft, sharp, patient.midline, patient.rise[0])
    for hand in (-1, 1):
        flip = np.array([hand, 1.0])
        _zygoma(rng, sharp, soft, flip, np.array([patient.midline, patient.rise[0] * 0.6]))
        _skull_base(rng, sharp, soft, flip, np.array([patient.midline, 0.0]))
    return sharp, soft, wide


def _cortices(rng: np.random.Generator, sharp: Pen, soft: Pen, shapes: Shapes) -> None:
    """Compact bone: lower border, front of the rami, sinus walls, canal walls."""
    soft.stroke(shapes.border + np.array([0, -0.012]), _amount(rng, 2, 16), 0.030)
    sharp.stroke(shapes.border + np.array([0, -0.008]), _amount(rng, 8, 30), 0.007)
    for hand in (0, 1):
        for wall in (-0.013, 0.013):
            sharp.stroke(shapes.canals[hand] + np.array([0, wall]), 5, 0.004)
        soft.stroke(shapes.rami[hand], _amount(rng, 10, 22), 0.012)
        sinus = shapes.sinuses[hand]
        sharp.stroke(np.concatenate([sinus, sinus[:1]]), _amount(rng, 4, 20), 0.004)
        sharp.stroke(shapes.condyles[hand], _amount(rng, 6, 16), 0.005)
        inwards = 0.10 - 0.20 * hand
        oblique = shapes.rami[hand][-1:] + np.array([[0, 0], [inwards, 0.10], [2 * inwards, 0.14]])
        soft.stroke(curve(oblique), _amount(rng, 4, 14), 0.010)


def _zygoma(rng: np.random.Generator, sharp: Pen, soft: Pen, flip: Points, origin: Points) -> None:
    """Back wall of the sinus and the U of the zygomatic process, on one side."""
    inner, outer = _amount(rng, 0.42, 0.50), _amount(rng, 0.58, 0.66)
    post = [(inner, -0.02), (inner + 0.005, 0.12), (inner, 0.215), (inner + 0.03, 0.235)]
    arch = [(outer - 0.07, -0.02), (outer - 0.06, 0.14), (outer - 0.03, 0.24), (outer, 0.27),
            (outer + 0.04, 0.2), (outer + 0.06, 0.05), (outer + 0.16, 0.0)]  # fmt: skip
    for line, most in ((post, 36), (arch, 34)):
        points = curve(wobbled(rng, np.array(line), 0.014) * flip + origin)
        soft.stroke(points, _amount(rng, 0, most), _amount(rng, 0.010, 0.024))
        sharp.stroke(points, _amount(rng, 0, 0.6 * most), 0.007)


def _palate(rng: np.random.Generator, soft: Pen, sharp: Pen, axis: float, up: float) -> None:
    """The hard palate is cut twice by the beam: a bright line and a fainter, higher one."""
    level, sag = 0.235 + up * 0.9 + _amount(rng, -0.012, 0.012), _amount(rng, -0.03, 0.07)
    d = np.linspace(-1, 1, 9)
    for rise, low, high in (
        (0.0, 16, 50),
        (-_amount(rng, 0.02, 0.06), 6, 34),
        (-_amount(rng, 0.05, 0.12), -8, 20),
    ):
        half = _amount(rng, 0.5, 0.68)
        line = np.stack([axis + half * d, level + rise + sag * d * d + rng.normal(0, 0.003, 9)], axis=1)
        pen = soft if rng.random() < 0.7 else sharp
        pen.stroke(curve(line, 2), _amount(rng, low, high), _amount(rng, 0.008, 0.024))


def _nose(rng: np.random.Generator, soft: Pen, sharp: Pen, axis: float, up: float) -> None:
    """Septum and spine bright, airways beside it dark, turbinates between, walls fine."""
    for hand in (-1, 1):
        for _ in range(2):
            d = _amount(rng, 0.03, 0.15)
            airway = [
                (d, -0.02),
                (d + _amount(rng, -0.02, 0.03), 0.08),
                (d + _amount(rng, -0.02, 0.02), 0.17 + up),
            ]
            soft.stroke(
                curve(np.array(airway) * [hand, 1] + [axis, 0]),
                -_amount(rng, 6, 34),
                _amount(rng, 0.012, 0.035),
            )
        wall = [(0.19, -0.02), (0.175, 0.10), (0.15, 0.20), (0.04, 0.245)]
        points = curve(wobbled(rng, np.array(wall), 0.01) * [hand, 1] + [axis, up * 0.7])
        sharp.stroke(points, _amount(rng, 4, 20), 0.006)
    bend = float(rng.normal(0, 0.008))
    septum = np.array([(0, -0.02), (bend, 0.10), (-bend / 2, 0.25 + up), (0, 0.32 + up)]) + np.array(
        [axis, 0]
    )
    soft.stroke(curve(septum), _amount(rng, 14, 46), _amount(rng, 0.014, 0.028))


def _skull_base(rng: np.random.Generator, sharp: Pen, soft: Pen, flip: Points, origin: Points) -> None:
    """Streaks of temporal bone and zygomatic arch in the upper corner."""
    for _ in range(5):
        y, steep = rng.uniform(-0.06, 0.13), rng.uniform(0.0, 0.12)
        line = np.array([(1.06, y + steep * 0.3), (0.9, y), (0.76, y + steep * 0.5), (0.60, y + steep)])
        pen = soft if rng.random() < 0.5 else sharp
        pen.stroke(
            curve(wobbled(rng, line, 0.015) * flip + origin),
            _amount(rng, -10, 32),
            _amount(rng, 0.004, 0.012),
        )


def _ghosts(rng: np.random.Generator, pen: Pen, wide: Pen, patient: Patient) -> None:
    """Blurred shadows: cervical spine, the other side's mandible, hyoid bone, chin rest."""
    axis, low = patient.midline, patient.rise[1]
    half, top = _amount(rng, 0.08, 0.22), _amount(rng, 0.60, 0.8)
    spine = np.array([(-half, top), (half, top), (half * 1.15, 1.02), (-half * 1.15, 1.02)])
    wide.fill(spine + np.array([axis + float(rng.normal(0, 0.03)), 0]), max(0.0, float(rng.normal(8, 12))))
    for hand in (-1, 1):
        flip, origin = np.array([hand, 1.0]), np.array([axis, 0.0])
        level = _amount(rng, 0.42, 0.62)
        ghost = np.array([(1.05, level), (0.60, level + 0.02), (0.60, level + 0.14), (1.05, level + 0.20)])
        wide.fill(ghost * flip + origin, _amount(rng, -4, 10))
        x, y = 0.80 + float(rng.normal(0, 0.05)), 0.86 + low * 0.6 + float(rng.normal(0, 0.025))
        bright = _amount(rng, 10, 46)
        horn = np.array(
            [
                (x - 0.05, y + 0.01),
                (x, y - 0.012),
                (x + 0.05, y - 0.005),
                (x + 0.2, y + _amount(rng, -0.02, 0.05)),
            ]
        )
        pen.stroke(curve(horn * flip + origin), bright * 0.6, 0.022)
        pen.ellipse((axis + hand * x, y), (0.045, 0.020), bright)
    if rng.random() < 0.5:
        wide.fill(
            np.array([(-0.3, 0.985), (0.3, 0.985), (0.3, 1.05), (-0.3, 1.05)]) + np.array([axis, 0]),
            _amount(rng, 20, 90),
        )
