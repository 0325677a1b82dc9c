"""A shape model of teeth or lungs: fitted on label maps, small, conditional on what is there.

Active shape models (Cootes et al. 1995) of every outline, joined by one Gaussian over all poses and
shapes. Whether each tooth is there is one more value of that Gaussian: given the teeth that a request
wants, neighbours of gaps stand where they stood in the cohort.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.layouts.alignment import (
    HOLD,
    MODES,
    POSE,
    align,
    buried_of,
    fit_forms,
    measured,
    named_of,
    poses_of,
)
from diptych.layouts.gaussian import Gaussian, draw_within, fit, rounded
from diptych.layouts.outlines import Outline, axis_of
from diptych.layouts.plans import PLANS, Plan
from diptych.phantoms.canvas import curve
from diptych.records.sample import Body, Mask

Floats = NDArray[np.float64]

LEAST_ROWS = 30
"""Label maps below which a covariance of all teeth means nothing."""
FAR = 2.5
"""Standard deviations, over all modes together, to which a shape is drawn back."""


@dataclass(frozen=True, eq=False)
class ShapeModel:
    """Mean jaw, shapes of every form, and Gaussians over the poses and the shapes of all parts.

    The values of `places`: how the whole is scaled (log), turned and moved (4), then the pose of each
    part relative to the mean jaw (`POSE` each). Those of `looks`: the shape of each part (`MODES` each).
    Both end with whether each part is there and whether each that is often buried is.
    """

    plan: Plan
    middles: Floats
    """(P, 2) mean centres."""
    forms: Floats
    """(F, L, 2) mean landmarks."""
    modes: Floats
    """(F, MODES, L, 2) principal shapes, each as large as its standard deviation."""
    places: Gaussian
    looks: Gaussian
    seen: NDArray[np.bool_]
    """(P,) parts that the cohort has shown at all."""
    rows: int
    """Label maps that it was fitted on."""
    where: str = "shape model"
    """The file that it came from."""

    @classmethod
    def fit(cls, masks: Iterable[Mask], body: Body, buried: Iterable[frozenset[int]] = ()) -> ShapeModel:
        """Fit label maps (H, W) of the teeth or lungs, of any sizes.

        `buried` names the impacted teeth of each where they are known; elsewhere third molars that lie
        deep or lie down count as buried. Raises `DiptychError` for fewer than `LEAST_ROWS` maps.
        """
        plan = PLANS[body]
        shapes = [measured(mask, plan) for mask in masks]
        if len(shapes) < LEAST_ROWS:
            what = f"has {len(shapes)} label maps, a shape model needs {LEAST_ROWS}"
            raise DiptychError.of("cohort", what, "add rows, or compose procedurally")
        forms, modes, scores = fit_forms(shapes, plan)
        poses = poses_of(shapes, plan)
        middles, whole_pose, rest = align(poses, plan)
        there = ~np.isnan(poses[:, :, 0])
        known = list(buried)
        hidden = buried_of(poses, plan) if not known else named_of(known, plan)
        flags = np.concatenate([there, hidden], axis=1)
        places = fit(np.concatenate([whole_pose, _flat(rest), flags], axis=1), _twin(plan, 4, POSE))
        looks = fit(np.concatenate([_flat(scores), flags], axis=1), _twin(plan, 0, MODES))
        return cls(
            plan, rounded(middles), rounded(forms), rounded(modes), places.rounded(), looks.rounded(),
            np.asarray(there.any(0)), len(shapes),
        )  # fmt: skip

    def draw(
        self, rng: np.random.Generator, present: frozenset[int], buried: frozenset[int] = frozenset()
    ) -> list[tuple[int, Outline]]:
        """Outlines of the parts `present` (codes), buried ones lying deep; at most 2.5 sigma on any axis.

        Raises `DiptychError` for a part that the model has never seen.
        """
        rows = np.array([self.plan.codes.index(code) for code in sorted(present)], np.int64)
        unseen = [self.plan.codes[row] for row in rows if not self.seen[row]]
        if unseen:
            what = f"was fitted without {self.plan.layer} {', '.join(map(str, unseen))}"
            raise DiptychError.of(self.where, what, "fit it on a cohort that has them")
        (place, spread), (look, variety) = _conditional(self, tuple(rows.tolist()), buried)
        placed = place + spread @ draw_within(rng, len(place))
        scores = look + variety @ draw_within(rng, len(look))
        return self._placed(placed, scores.reshape(len(rows), MODES), rows)

    def lying(self, shapes: Iterable[tuple[int, Outline]]) -> frozenset[int]:
        """Third molars among the outlines that lie as buried ones do: deep, or on their side."""
        known = dict(shapes)
        poses = poses_of([[known.get(code) for code in self.plan.codes]], self.plan)
        hidden = buried_of(poses, self.plan)[0]
        return frozenset(self.plan.codes[part] for part in self.plan.hideable[hidden])

    def _placed(self, values: Floats, scores: Floats, rows: NDArray[np.int64]) -> list[tuple[int, Outline]]:
        log_scale, turn, x, y = values[:4]
        poses = values[4:].reshape(len(rows), POSE)
        centre = self.middles.mean(0)
        away = self.middles[rows] + poses[:, :2] - centre
        cosine, sine = np.exp(log_scale) * np.array([np.cos(turn), np.sin(turn)])
        rotation = np.array([[cosine, -sine], [sine, cosine]])
        holds = centre + [x, y] + away @ rotation.T
        placed = []
        for at, row in enumerate(rows):
            angle = float(poses[at, 2] + turn + self.plan.base[row])
            points = self._points(row, scores[at])
            size = float(np.exp(poses[at, 3] + log_scale))
            centre = holds[at] + HOLD * size * axis_of(angle)
            placed.append((self.plan.codes[row], Outline(centre, angle, size, points)))
        return placed

    def _points(self, row: int, scores: Floats) -> Floats:
        """Landmarks of one part, of unit area, mirrored to its side."""
        form = self.plan.form[row]
        scores = scores * min(1.0, FAR / max(float(np.linalg.norm(scores)), 1e-9))
        points = self.forms[form] + np.tensordot(scores, self.modes[form], axes=1)
        points = curve(points, 1, closed=True)
        (u, v), (nu, nv) = points.T, np.roll(points, -1, axis=0).T
        points = points / np.sqrt(max(abs(float((u * nv - nu * v).sum())) / 2, 0.1))
        mirrored: Floats = points[::-1] * [-1, 1]
        return mirrored if self.plan.hand[row] < 0 else points


Drawn = tuple[Floats, Floats]
"""Mean and principal axes of something to draw."""


@lru_cache(maxsize=64)
def _conditional(model: ShapeModel, rows: tuple[int, ...], buried: frozenset[int]) -> tuple[Drawn, Drawn]:
    """The whole pose with the poses of these parts, and their shapes, given that they alone are there."""
    plan, parts = model.plan, len(model.plan.codes)
    there = np.isin(np.arange(parts), rows)
    hidden = [plan.codes[row] in buried for row in plan.hideable]
    flags = np.concatenate([there, hidden]).astype(float)
    given = []
    for gaussian, first, each in ((model.places, 4, POSE), (model.looks, 0, MODES)):
        own = np.concatenate([np.arange(first), _values(np.array(rows), first, each)])
        known = np.arange(first + each * parts, len(gaussian.mean))
        conditional = gaussian.given(known, flags, own)
        given.append((conditional.mean, conditional.axes()))
    return given[0], given[1]


def _flat(values: Floats) -> Floats:
    return values.reshape(len(values), -1)


def _values(rows: NDArray[np.int64], first: int, each: int) -> NDArray[np.int64]:
    """Where the values of these parts stand, `each` a part from `first` on."""
    return (first + rows[:, None] * each + np.arange(each)).ravel()


def _twin(plan: Plan, first: int, each: int) -> tuple[NDArray[np.int64], Floats] | None:
    """Order and sign of the values of a mirrored jaw, for the poses (`first` is 4) or the shapes."""
    if plan.twin is None:
        return None
    parts = len(plan.codes)
    flags = first + each * parts
    place = {int(part): at for at, part in enumerate(plan.hideable)}
    hidden = flags + parts + np.array([place[int(plan.twin[part])] for part in plan.hideable])
    own = _values(plan.twin, first, each)
    order = np.concatenate([np.arange(first), own, flags + plan.twin, hidden])
    sign = np.ones(len(order))
    if first:
        sign[[1, 2]] = -1  # turn and x
        sign[first:flags].reshape(parts, each)[:, [0, 2]] = -1  # x and angle
    return order, sign
