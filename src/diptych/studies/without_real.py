"""Arms that see no real image: what share of real-only's score they keep, and whether they lose too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import percentile_interval
from diptych.metrics.estimate import Estimate
from diptych.studies.cells import Cell
from diptych.studies.compared import Compared, compare
from diptych.studies.grids import grid, paired_grid
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Place, Placed
from diptych.studies.two_level import noninferiority, resample

ALIKE = 0.05
"""Part by which two numbers of images may differ and still be called the same."""


@dataclass(frozen=True, kw_only=True)
class WithoutReal:
    """One arm without real images against real-only."""

    place: Place
    arm: Contender
    tuned: float
    """Real images that its generator learned from, if there is one."""
    images: float
    """Images that it trained on, none of them real."""
    real_images: float
    """Real images that real-only trained on."""
    same_number: bool
    """Whether these are as many."""
    share: Estimate
    """Of real-only's score."""
    found: Compared
    noninferior: Estimate
    """The one-sided p of "worse by the margin or more", with the verdict as its note."""


def without_real(placed: Placed, task: str, outcome: Outcome) -> tuple[WithoutReal, ...]:
    """Each such arm against real-only of its own size, and of the size with as many images if there is one.

    Shares of an AUROC flatter, since half of it is chance.
    """
    if all(arm.name != "real-only" for arm in placed.study.arms):
        return ()
    rows = (_row(placed, place, arm, partner, outcome) for place, arm, partner in _pairs(placed, task))
    return tuple(row for row in rows if row is not None)


def _pairs(placed: Placed, task: str) -> Iterator[tuple[Place, Contender, Place]]:
    real = placed.find("real-only")
    places = [place for place in placed.places if place.task == task]
    for arm in (one for one in placed.contenders if one.arm.without_real):
        for place in places:
            for partner in places:
                same = partner.learner == place.learner and placed.at(partner, real)
                fits = partner == place or _alike(placed, place, arm, partner)
                if placed.at(place, arm) and same and fits:
                    yield place, arm, partner


def _alike(placed: Placed, place: Place, arm: Contender, partner: Place) -> bool:
    made, real = placed.added(place, arm), placed.images(partner.size)
    return abs(made - real) <= ALIKE * real


def _row(
    placed: Placed, place: Place, arm: Contender, partner: Place, outcome: Outcome
) -> WithoutReal | None:
    ours, theirs = placed.at(place, arm), placed.at(partner, placed.find("real-only"))
    try:
        runs = resample(paired_grid(ours, theirs, outcome.measure))
        share = share_of(ours, theirs, outcome)
    except DiptychError:
        return None
    return WithoutReal(
        place=place,
        arm=arm,
        tuned=placed.images(place.size),
        images=placed.added(place, arm),
        real_images=placed.images(partner.size),
        same_number=_alike(placed, place, arm, partner),
        share=share,
        found=compare(ours, theirs, outcome),
        noninferior=noninferiority(runs, placed.study.margin, outcome.better),
    )


def share_of(ours: list[Cell], theirs: list[Cell], outcome: Outcome) -> Estimate:
    """The first score over the second, both under the same draws of subjects."""
    above = resample(grid(ours, outcome.measure))
    # Another seed for the t terms: runs of two arms are independent trainings.
    below = resample(grid(theirs, outcome.measure), seed=1)
    count = min(len(above.draws), len(below.draws))
    known = below.draws[:count] != 0
    draws = np.divide(above.draws[:count], below.draws[:count], out=np.full(count, np.nan), where=known)
    low, high = percentile_interval(draws)
    value = above.value / below.value if below.value else float("nan")
    return Estimate(value=value, low=low, high=high, n=above.subjects, notes=above.notes)
