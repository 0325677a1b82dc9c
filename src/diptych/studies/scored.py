"""What every arm scores at every size, and how many real images would score the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

from diptych.base.errors import DiptychError
from diptych.metrics.estimate import Estimate
from diptych.studies.grids import grid
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Place, Placed
from diptych.studies.two_level import estimate, resample
from diptych.studies.worth import Worth, worth


@dataclass(frozen=True, kw_only=True)
class Score:
    """One arm at one place: a point of its learning curve."""

    place: Place
    images: float
    """Real training images of the size, which arms without real images do not see."""
    arm: Contender
    score: Estimate
    """With its two-level interval; NaN where it cannot be told, with the reason as its note."""
    worth: Worth | None = None
    """In real images; None for real-only itself and where real-only has fewer than two sizes."""


def scores(placed: Placed, task: str, outcome: Outcome) -> tuple[Score, ...]:
    """The learning curves of a task, arm by arm, each from few images to many.

    Intervals of two arms overlap more than their paired difference tells: `versus` compares them.
    """
    return tuple(
        Score(
            place=place,
            images=placed.images(place.size),
            arm=arm,
            score=score(placed, place, arm, outcome),
            worth=_worth(placed, place, arm, outcome),
        )
        for arm in placed.contenders
        for place in placed.places
        if place.task == task and placed.at(place, arm)
    )


def score(placed: Placed, place: Place, arm: Contender, outcome: Outcome) -> Estimate:
    """The score of one arm at one place, over its generators and seeds."""
    try:
        return estimate(resample(grid(placed.at(place, arm), outcome.measure)))
    except DiptychError as error:
        return Estimate(value=math.nan, low=math.nan, high=math.nan, n=0, notes=(str(error),))


def _worth(placed: Placed, place: Place, arm: Contender, outcome: Outcome) -> Worth | None:
    if arm.name == "real-only" or all(one.name != "real-only" for one in placed.study.arms):
        return None
    real = placed.find("real-only")
    here = [one for one in placed.places if (one.task, one.learner) == (place.task, place.learner)]
    curve = [cell for one in here for cell in placed.at(one, real)]
    try:
        return worth(placed.at(place, arm), curve, outcome.measure)
    except DiptychError:
        return None
