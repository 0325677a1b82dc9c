"""Label maps as poses in a common jaw and shapes in a common form: what a shape model is fitted on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diptych.layouts.outlines import Outline, axis_of, measure, turned_to
from diptych.layouts.plans import Plan
from diptych.layouts.repairing import whole
from diptych.records.sample import Mask

Floats = NDArray[np.float64]

MODES = 5
"""Principal shapes kept of every form."""
POSE = 4
"""Numbers of a pose: x and y of its hold, angle, logarithm of the size."""
HOLD = 0.6
"""A pose holds a part so many sizes above its centre: crowns stand in a row, roots go where they like."""
ALIGNING = 4
"""Rounds of alignment to the mean (generalised Procrustes; Gower 1975)."""
FIRM = 0.15
"""Weight of an unmoved jaw beside the teeth that are there: one tooth alone does not turn it."""
DEEP = 0.09
"""Image heights between the crown of a third molar and the bite beyond which it is buried."""
LYING = np.radians(50)
"""Lean from its usual axis beyond which it is, too."""


def measured(mask: Mask, plan: Plan) -> list[Outline | None]:
    """The outline of every part of a label map (H, W); None for parts that are not there."""
    height, width = mask.shape
    unit = np.array([plan.extent / width, 1 / height])
    clean = whole(mask)
    boxes = ndimage.find_objects(clean, max_label=max(plan.codes))
    found: list[Outline | None] = []
    for row, code in enumerate(plan.codes):
        box = boxes[code - 1]
        expected = float(plan.base[row] + plan.usual[row])
        found.append(
            None
            if box is None
            else measure(clean[box] == code, (box[0].start, box[1].start), unit, expected, plan.counts)
        )
    return found


def poses_of(shapes: list[list[Outline | None]], plan: Plan) -> Floats:
    """(N, P, 4) x and y of the hold, angle less the base, logarithm of the size; NaN for absent parts."""
    poses = np.full((len(shapes), len(plan.codes), POSE), np.nan)
    for row, own in enumerate(shapes):
        for part, shape in enumerate(own):
            if shape is not None:
                place = shape.centre - HOLD * shape.size * axis_of(shape.angle)
                poses[row, part] = [*place, shape.angle - plan.base[part], np.log(shape.size)]
    return poses


def fit_forms(shapes: list[list[Outline | None]], plan: Plan) -> tuple[Floats, Floats, Floats]:
    """Mean landmarks and principal shapes of every form; scores (N, P, MODES), NaN for what is not there.

    The small turns that align an outline with its form are dropped: the pose has the measured axis.
    """
    count = int(plan.form.max()) + 1
    forms = np.zeros((count, plan.landmarks, 2))
    modes = np.zeros((count, MODES, plan.landmarks, 2))
    scores = np.full((len(shapes), len(plan.codes), MODES), np.nan)
    for form in range(count):
        parts = np.flatnonzero(plan.form == form)
        where = [(n, p) for n, own in enumerate(shapes) for p in parts if own[p] is not None]
        if not where:
            continue
        own = np.stack([_unmirrored(shapes[n][p], int(plan.hand[p])) for n, p in where])
        forms[form], aligned = _procrustes(own)
        flat = (aligned - forms[form]).reshape(len(own), -1)
        _, spread, axes = np.linalg.svd(flat, full_matrices=False)
        kept = min(MODES, len(spread))
        sigma = np.maximum(spread[:kept] / np.sqrt(len(own)), 1e-9)
        modes[form, :kept] = (axes[:kept] * sigma[:, None]).reshape(kept, plan.landmarks, 2)
        for (n, p), row in zip(where, flat @ axes[:kept].T / sigma, strict=True):
            scores[n, p] = 0
            scores[n, p, :kept] = row
    return forms, modes, scores


def _unmirrored(shape: Outline | None, hand: int) -> Floats:
    """The landmarks as on the form's side, still clockwise from the crown's middle."""
    assert shape is not None
    return shape.points if hand > 0 else np.roll(shape.points[::-1], 1, axis=0) * [-1, 1]


def _procrustes(points: Floats) -> tuple[Floats, Floats]:
    """The mean of outlines (n, L, 2) and each turned to fit it."""
    aligned = points
    for _ in range(2):
        mean = aligned.mean(0)
        turns = [turned_to(own, mean) for own in aligned]
        aligned = np.stack([own @ _turn(-turn) for own, turn in zip(aligned, turns, strict=True)])
    return aligned.mean(0), aligned


def _turn(angle: float) -> Floats:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine], [sine, cosine]])


def align(poses: Floats, plan: Plan) -> tuple[Floats, Floats, Floats]:
    """Mean centres (P, 2), whole poses (N, 4) and what is left of the parts' poses (N, P, 4)."""
    middles = _mean(poses[:, :, :2], 0.5)
    wholes, rest = np.zeros((len(poses), 4)), poses.copy()
    for _ in range(ALIGNING):
        middles = _mirror_even(middles, plan)
        centre = middles.mean(0)
        for row, own in enumerate(poses):
            wholes[row], rest[row] = _fitted(own, middles, centre)
        middles = middles + _mean(rest[:, :, :2], 0.0)
    rest[:, :, :2] -= _mean(rest[:, :, :2], 0.0)
    return middles, wholes, rest


def _mean(values: Floats, otherwise: float) -> Floats:
    """The mean over rows of what is known; `otherwise` where nothing is."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(0)
    mean: Floats = np.where(known.any(0), total / np.maximum(known.sum(0), 1), otherwise)
    return mean


def _fitted(own: Floats, middles: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """The similarity that carries the mean jaw onto one (log scale, turn, x, y), and what it leaves.

    Least squares over the teeth that are there, drawn to no change by `FIRM` of the whole jaw's weight.
    """
    there = ~np.isnan(own[:, 0])
    model = middles @ [1, 1j] - centre @ [1, 1j]
    target = own[:, :2] @ [1, 1j] - centre @ [1, 1j]
    firm = FIRM * np.array([(abs(model) ** 2).sum(), len(model)])
    weights = np.array([[(abs(model[there]) ** 2).sum() + firm[0], model[there].conj().sum()],
                        [model[there].sum(), there.sum() + firm[1]]])  # fmt: skip
    right = np.array([(model[there].conj() * target[there]).sum() + firm[0], target[there].sum()])
    scale, move = np.linalg.solve(weights, right)
    left = own.copy()
    back = (target - move) / scale - model
    left[:, 0], left[:, 1] = back.real, back.imag
    left[:, 2] -= np.angle(scale)
    left[:, 3] -= np.log(abs(scale))
    return np.array([np.log(abs(scale)), np.angle(scale), move.real, move.imag]), left


def _mirror_even(middles: Floats, plan: Plan) -> Floats:
    if plan.twin is None:
        return middles
    mirrored = middles[plan.twin] * [-1, 1] + [plan.extent, 0]
    even: Floats = (middles + mirrored) / 2
    return even


def buried_of(poses: Floats, plan: Plan) -> NDArray[np.bool_]:
    """(N, hideable) whether a third molar lies deep or lies down; no where it is not there."""
    hidden = np.zeros((len(poses), len(plan.hideable)), bool)
    for at, part in enumerate(plan.hideable):
        same = np.flatnonzero(plan.base == plan.base[part])
        up = -1.0 if plan.base[part] else 1.0
        others = np.setdiff1d(same, plan.hideable)
        for row, own in enumerate(poses):
            known = others[~np.isnan(own[others, 0])]
            if np.isnan(own[part, 0]) or not len(known):
                continue
            near = known[np.abs(own[known, 0] - own[part, 0]).argmin()]
            deep = up * (own[part, 1] - own[near, 1])
            hidden[row, at] = deep > DEEP or abs(own[part, 2] - plan.usual[part]) > LYING
    return hidden


def named_of(buried: list[frozenset[int]], plan: Plan) -> NDArray[np.bool_]:
    """(N, hideable) whether each third molar is named as buried."""
    return np.array([[plan.codes[part] in own for part in plan.hideable] for own in buried], bool)
