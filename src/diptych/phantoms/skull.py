"""Outlines of the jaws and cavities of one patient, and the anatomy mask they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.arch import Dentition, Patient
from diptych.phantoms.canvas import Frame, Pen, Plane, Points, Stencil, curve, edge, soften, wobbled
from diptych.records.sample import Mask

MANDIBLE, MAXILLA, SINUS, CANAL, CONDYLE = 1, 2, (3, 4), (5, 6), (7, 8)
"""Codes of the anatomy layer; pairs are (right, left)."""

# Half an outline of the mandible, (distance from the midline, y): lower border and gonial angle, back of
# the ramus and condyle, sigmoid notch, coronoid process and the front of the ramus.
_BORDER = ((0.0, 0.945), (0.22, 0.93), (0.42, 0.878), (0.60, 0.785), (0.76, 0.675), (0.86, 0.56))
_BACK = (
    (0.905, 0.42),
    (0.925, 0.30),
    (0.925, 0.20),
    (0.94, 0.13),
    (0.905, 0.085),
    (0.85, 0.10),
    (0.82, 0.17),
)
_FRONT = (
    (0.78, 0.235),
    (0.72, 0.235),
    (0.675, 0.19),
    (0.645, 0.21),
    (0.645, 0.32),
    (0.655, 0.42),
    (0.65, 0.50),
)
_SINUS = ((0.15, 0.15), (0.22, 0.285), (0.35, 0.325), (0.50, 0.335), (0.60, 0.285), (0.62, 0.17),
          (0.56, 0.05), (0.38, -0.02), (0.20, 0.04))  # fmt: skip
_CANAL = ((0.76, 0.40), (0.74, 0.52), (0.66, 0.655), (0.54, 0.745), (0.40, 0.785), (0.28, 0.765))
_RAMUS_FROM = 0.62
"""Distance from the midline beyond which the mandible is ramus, not tooth-bearing."""


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """Outlines as points in image heights; pairs are (right, left)."""

    axis: float
    mandible: Points
    border: Points
    """Lower border, from one ramus around the chin to the other."""
    rami: tuple[Points, Points]
    """Front of the rami, from the coronoid process down."""
    sinuses: tuple[Points, Points]
    canals: tuple[Points, Points]
    condyles: tuple[Points, Points]


def draw_shapes(rng: np.random.Generator, patient: Patient) -> Shapes:
    """Average outlines, scaled and shifted with the arches of a patient, each side with its own wobble."""
    axis, low, up = patient.midline, patient.rise[1], patient.rise[0]
    narrow = np.array([patient.width[1], 1.0])
    wide = np.array([patient.width[0], 1.0])
    outline = np.array(_BORDER + _BACK + _FRONT)
    weight = np.clip((outline[:, 1:] - 0.1) * 1.4, 0.3, 1.0) * [0.0, low]
    sides: list[list[Points]] = []
    for hand in (-1, 1):
        half = wobbled(rng, outline * narrow + weight, 0.006)
        canal = curve(wobbled(rng, np.array(_CANAL) * narrow + [0, low], 0.006), 2)
        sinus = wobbled(rng, np.array(_SINUS) * wide + [0, up * 0.9], 0.014)
        half, canal, sinus = (_place(points, hand, axis) for points in (half, canal, sinus))
        sides.append([half, canal, curve(sinus, 3, closed=True), curve(half[8:13], 2, closed=True)])
    (right, *_), (left, *_) = sides
    canals, sinuses, condyles = ((sides[0][k], sides[1][k]) for k in (1, 2, 3))
    return Shapes(
        axis=axis,
        mandible=curve(np.concatenate([right[::-1], left[1:]]), 2),
        border=curve(np.concatenate([right[:9][::-1], left[1:9]]), 2),
        rami=(curve(right[-5:], 2), curve(left[-5:], 2)),
        sinuses=sinuses, canals=canals, condyles=condyles,
    )  # fmt: skip


def _place(points: Points, hand: int, axis: float) -> Points:
    """Points given by their distance from the midline, on the side of `hand` (-1 image left, 1 right)."""
    placed: Points = points * np.array([hand, 1.0]) + np.array([axis, 0.0])
    return placed


def crest_lines(teeth: Dentition, frame: Frame) -> NDArray[np.float32]:
    """(2, W) height of the bone's edge: near the necks of the teeth, resorbed where they are missing."""
    lines = np.empty((2, frame.width), np.float32)
    neck = teeth.at(teeth.crown + 0.07)
    for jaw, rows in enumerate((np.arange(16), np.arange(16, 32))):
        x, y = neck[rows, 0], neck[rows, 1]
        y = np.where(teeth.impacted[rows], np.median(y), y)
        y = y + np.where(teeth.present[rows], 0.0, 0.40) * (teeth.apex[rows, 1] - neck[rows, 1])
        order = np.argsort(x)
        line = np.interp(frame.xx[0], x[order], y[order]).astype(np.float32)
        lines[jaw] = soften(line[None, :].repeat(3, 0), 0.02 * frame.height)[1]
    return lines


def bone_areas(
    frame: Frame, shapes: Shapes, patient: Patient, crests: NDArray[np.float32]
) -> tuple[Plane, Plane]:
    """Soft coverage (H, W) in [0, 1] of the mandible and of the tooth-bearing maxilla."""
    away = abs(frame.xx - np.float32(shapes.axis))
    pen = Pen(frame)
    pen.fill(shapes.mandible)
    bearing = edge(frame.yy - crests[1], 1.5 * frame.pixel)
    mandible = pen.plane() * np.maximum(bearing, edge(away - _RAMUS_FROM * patient.width[1], 0.05))
    maxilla = edge(crests[0] - frame.yy, 1.5 * frame.pixel)
    maxilla *= edge(frame.yy - (0.24 + patient.rise[0]) - 0.04 * away, 0.03)
    maxilla *= edge(0.64 * patient.width[0] - 0.5 * np.square(frame.yy - 0.38) - away, 0.05)
    return mandible, maxilla


def anatomy_mask(frame: Frame, shapes: Shapes, mandible: Plane, maxilla: Plane) -> Mask:
    """Codes of the anatomy layer; what is drawn later lies on top."""
    mask = np.zeros(frame.shape, np.uint8)
    mask[maxilla > 0.5] = MAXILLA
    mask[mandible > 0.5] = MANDIBLE
    stencil = Stencil(frame)
    for points, code in zip(shapes.sinuses, SINUS, strict=True):
        stencil.fill(points, code)
    for points, code in zip((*shapes.canals, *shapes.condyles), (*CANAL, *CONDYLE), strict=True):
        stencil.stroke(points, code, 0.022) if code in CANAL else stencil.fill(points, code)
    drawn = stencil.mask()
    return np.where((drawn > 0) & ((drawn < CANAL[0]) | (mandible > 0.5)), drawn, mask)
