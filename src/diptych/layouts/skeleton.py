"""From a label map of teeth to the arches behind it: every tooth's place and axis, and the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diptych.layouts.outlines import axis_angle, axis_of
from diptych.layouts.plans import PLANS
from diptych.phantoms.arch import CENTROID, Dentition, Patient, is_upper, side, typical
from diptych.phantoms.canvas import Frame
from diptych.phantoms.tables import MIDLINE
from diptych.phantoms.tooth import Patches, kind
from diptych.records.labels import FDI
from diptych.records.sample import Mask

Floats = NDArray[np.float64]

MARGIN = 0.06
"""Image heights around a tooth in which its findings may lie."""
LEVELS = 24
"""Slices along a tooth in which the middle of its roots is read."""
FORK = 0.12
"""Share of a molar's length below its crown from which it has two roots."""
THIN = 0.01
"""Image heights; no tooth counts as thinner or shorter."""
CRUMBS = 30
"""One pixel in so many, on each side, does not count towards a tooth's width."""
FIRM = 0.5
"""Weight of the average patient, in teeth, where few teeth tell of one."""


@dataclass(frozen=True, eq=False)
class Jaws:
    """What a label map of teeth tells: the 32 sites, measured or guessed, and the patient's proportions."""

    teeth: Dentition
    patient: Patient


def read_jaws(mask: Mask, frame: Frame, buried: frozenset[int] = frozenset()) -> Jaws:
    """The arches of a label map (H, W); where a tooth is missing, the site it would have."""
    rows, columns = np.indices(mask.shape)
    spots = np.stack([(columns + 0.5) * frame.extent / frame.width, (rows + 0.5) / frame.height], axis=-1)
    boxes = ndimage.find_objects(mask, max_label=max(FDI))
    found = [
        None if boxes[fdi - 1] is None else _measure(mask[boxes[fdi - 1]] == fdi, spots[boxes[fdi - 1]], at)
        for at, fdi in enumerate(FDI)
    ]
    patient, sites = _patient(found)
    typicals = [typical(fdi) for fdi in FDI]
    values = [
        own or (sites[at], _usual_axis(at), typicals[at].length, typicals[at].width)
        for at, own in enumerate(found)
    ]
    centre, axis = np.array([value[0] for value in values]), np.array([value[1] for value in values])
    present = np.array([own is not None for own in found])
    teeth = Dentition(
        fdi=np.array(FDI), centre=centre, axis=axis,
        length=np.array([value[2] for value in values]), width=np.array([value[3] for value in values]),
        crown=np.array([row.crown for row in typicals]), bend=np.zeros(len(FDI)), shade=np.ones(len(FDI)),
        present=present, impacted=present & np.isin(FDI, list(buried)),
    )  # fmt: skip
    return Jaws(teeth, patient)


def _usual_axis(at: int) -> Floats:
    plan = PLANS["panoramic"]
    return axis_of(float(plan.base[at] + plan.usual[at]))


def _measure(tooth: NDArray[np.bool_], spots: Floats, at: int) -> tuple[Floats, Floats, float, float]:
    """Centre as `Dentition` has it, axis, length and width of one tooth."""
    plan = PLANS["panoramic"]
    own = spots[tooth]
    middle = own.mean(0)
    spread = np.cov(own.T) if len(own) > 2 else np.eye(2)
    down = axis_of(axis_angle(spread + 1e-9 * np.eye(2), float(plan.base[at] + plan.usual[at])))
    along, across = (own - middle) @ down, (own - middle) @ [down[1], -down[0]]
    length = max(float(np.ptp(along)), THIN)
    few = len(own) // CRUMBS
    sides = np.sort(across)
    width = max(float(sides[len(own) - 1 - few] - sides[few]), THIN)
    centre = middle + down * (float(along.min()) + CENTROID * length)
    return centre, down, length, width


def _patient(found: list[tuple[Floats, Floats, float, float] | None]) -> tuple[Patient, Floats]:
    """The proportions that fit the teeth best, drawn to the average ones by `FIRM`, and all 32 sites."""
    sides, up = np.array([side(fdi) for fdi in FDI]), np.array([is_upper(fdi) for fdi in FDI])
    offset = sides * np.array([typical(fdi).offset for fdi in FDI])
    height = np.array([typical(fdi).y for fdi in FDI])
    there = np.array([own is not None for own in found])
    centres = np.array([(0.0, 0.0) if own is None else own[0] for own in found])
    across = np.stack([np.ones(len(FDI)), offset * up, offset * ~up], axis=1)
    midline, *widths = _solve(across, centres[:, 0], there, np.array([MIDLINE, 1.0, 1.0]))
    bow = offset**2 - 0.1
    down = np.stack([up, ~up, up * bow, ~up * bow], axis=1).astype(float)
    rises = _solve(down, centres[:, 1] - height, there, np.zeros(4))
    sites = np.stack([across @ [midline, *widths], height + down @ rises], axis=1)
    patient = Patient(
        midline=float(midline), width=(float(widths[0]), float(widths[1])),
        rise=(float(rises[0]), float(rises[1])), smile=(float(rises[2]), float(rises[3])), stature=1.0,
    )  # fmt: skip
    return patient, sites


def _solve(design: Floats, target: Floats, there: NDArray[np.bool_], usual: Floats) -> Floats:
    """Least squares over the teeth that are there, each unknown drawn to its usual value."""
    weights = FIRM * (design**2).mean(0)
    normal = design[there].T @ design[there] + np.diag(weights)
    solved: Floats = np.linalg.solve(normal, design[there].T @ target[there] + weights * usual)
    return solved


def read_patches(mask: Mask, frame: Frame, teeth: Dentition, chosen: list[int]) -> Patches:
    """The `chosen` teeth (FDI, one at least) of a label map, in the coordinates findings are painted in."""
    planes = [_plane(mask, frame, teeth, FDI.index(fdi)) for fdi in chosen]
    box = np.array([plane[0] for plane in planes])
    sizes = box[:, 2] * box[:, 3]
    joined = [np.concatenate([plane[1][k].ravel() for plane in planes]) for k in range(5)]
    u, v, depth, middle, half = (values.astype(np.float32) for values in joined)
    rows = [FDI.index(fdi) for fdi in chosen]
    per_unit = (frame.width / frame.extent + frame.height) / 2
    scale = np.stack([teeth.width[rows] / 2, teeth.length[rows]], axis=1) * per_unit
    return Patches(
        fdi=np.array(chosen), box=box, start=np.concatenate([[0], np.cumsum(sizes)]),
        tooth=np.repeat(np.arange(len(chosen)), sizes), u=u, v=v, depth=depth, middle=middle, half=half,
        crown=teeth.crown[rows].astype(np.float32), scale=scale.astype(np.float32),
    )  # fmt: skip


def window_of(mask: Mask, fdi: int) -> tuple[slice, slice]:
    """The part of the image around a tooth in which its findings may lie."""
    rows, columns = np.nonzero(mask == fdi)
    margin = max(3, round(MARGIN * len(mask)))
    return (
        slice(max(int(rows.min()) - margin, 0), int(rows.max()) + margin + 1),
        slice(max(int(columns.min()) - margin, 0), int(columns.max()) + margin + 1),
    )


def local(frame: Frame, teeth: Dentition, row: int, window: tuple[slice, slice]) -> tuple[Floats, Floats]:
    """u and v (see `phantoms.tooth`) of the pixels of a window in the coordinates of one tooth."""
    x = frame.xx[:, window[1]] - teeth.centre[row, 0]
    y = frame.yy[window[0]] - teeth.centre[row, 1]
    ax, ay = teeth.axis[row]
    hand = -1.0 if ay < 0 else 1.0
    v = (x * ax + y * ay) / teeth.length[row] + CENTROID
    u = hand * (x * ay - y * ax) * 2 / teeth.width[row]
    return u, v


def _plane(
    mask: Mask, frame: Frame, teeth: Dentition, row: int
) -> tuple[list[int], tuple[Floats, Floats, Floats, Floats, Floats]]:
    window = window_of(mask, FDI[row])
    inside = mask[window] == FDI[row]
    u, v = local(frame, teeth, row, window)
    outwards = ndimage.distance_transform_edt(~inside)
    depth = ndimage.distance_transform_edt(inside) - outwards + np.where(inside, -0.5, 0.5)
    middle, half = _roots(u, v, inside, FDI[row], float(teeth.crown[row]))
    height, width = inside.shape
    return [window[0].start, window[1].start, height, width], (u, v, depth, middle, half)


def _roots(u: Floats, v: Floats, inside: NDArray[np.bool_], fdi: int, crown: float) -> tuple[Floats, Floats]:
    """u of the middle, and half the width, of the root (or the whole tooth) nearest to every pixel."""
    level = np.clip((v * LEVELS).astype(np.int64), 0, LEVELS - 1)
    forked = (v > crown + FORK) & (kind(fdi) == "molar")
    slot = level * 3 + np.where(forked, 1 + (u > 0), 0)
    low, high = np.full(LEVELS * 3, np.inf), np.full(LEVELS * 3, -np.inf)
    np.minimum.at(low, slot[inside], u[inside])
    np.maximum.at(high, slot[inside], u[inside])
    low, high = np.where(np.isfinite(low), [low, high], [[-0.5], [0.5]])
    middle, half = (low + high) / 2, (high - low) / 2
    return middle[slot], np.maximum(half[slot], 0.05)
