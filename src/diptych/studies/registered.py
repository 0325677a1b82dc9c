"""The registered comparison: the one that was chosen before any result was seen, answered in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from diptych.reports.page import signed
from diptych.studies.compared import Compared, compare, nothing
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Place, Placed
from diptych.studies.report_ranges import possible_gain


@dataclass(frozen=True, kw_only=True)
class Registered:
    """The primary arm in its family against the best of its controls, at the smallest size."""

    place: Place
    images: float
    """Real training images."""
    arm: Contender
    control: Contender | None
    """The one with the best mean score; None where no control has a cell yet."""
    scores: tuple[tuple[str, float], ...]
    """Mean score of every control that it was chosen from."""
    asked: int
    """Controls that were registered; with fewer scores than these the choice may change."""
    found: Compared
    any_generator: Compared | None = None
    """The same for any generator trained in this way; None with fewer than two."""
    missed: str = ""
    """A sentence on the best control that nobody registered, where it scores better than all that were."""


def registered(placed: Placed, task: str, outcome: Outcome) -> Registered:
    """The registered comparison as far as it can be told.

    At the study's smallest size, with its first learner; `task` is the study's own, or the same on another
    test set. The control to beat is the one with the best mean score, which is against the arm: the best of
    several is flattered by luck.
    """
    study = placed.study
    place = Place(task=task, learner=study.learners[0], size=smallest(placed))
    arm = placed.find(study.primary.arm, study.primary.family)
    controls = [placed.find(name, study.primary.family) for name in study.primary.against]
    known = [(one, _mean(placed, place, one, outcome)) for one in controls if placed.at(place, one)]
    sign = 1 if outcome.better == "higher" else -1
    # One that no test subject can be scored on is chosen last.
    best = max(known, key=lambda pair: -math.inf if math.isnan(pair[1]) else sign * pair[1], default=None)
    control = best[0] if best else None
    found = _found(placed, place, arm, control, outcome)
    return Registered(
        place=place,
        images=placed.images(place.size),
        arm=arm,
        control=control,
        scores=tuple((one.label, score) for one, score in known),
        asked=len(controls),
        found=found,
        any_generator=_any(placed, place, arm, control, outcome) if found.generators > 1 else None,
        missed=_missed(placed, place, best, outcome) if best and not found.reason else "",
    )


def _missed(placed: Placed, place: Place, best: tuple[Contender, float], outcome: Outcome) -> str:
    """A simple arm that nobody registered and that does better than the best control; empty if none does.

    A gain over the registered controls may be none over it.
    """
    sign = 1 if outcome.better == "higher" else -1
    others = [
        (one.label, _mean(placed, place, one, outcome))
        for one in placed.contenders
        if one.control and one.arm.name not in placed.study.primary.against and placed.at(place, one)
    ]
    better = [(label, score) for label, score in others if round(sign * (score - best[1]), 3) > 0]
    if not better:
        return ""
    label, score = max(better, key=lambda pair: sign * pair[1])
    told = f"{label}, which was not registered, scores {score:.3f}"
    return f" Note: {told}, better than that control ({best[1]:.3f})."


def smallest(placed: Placed) -> float:
    """The size of the study with the fewest images."""
    whole = 1.0 if math.isnan(placed.whole) else placed.whole
    return min(placed.study.sizes, key=lambda size: size if size > 1 else size * whole)


def sentence(found: Registered, outcome: Outcome) -> str:
    """The answer in one sentence, with all that it rests on."""
    told, gain = found.found, possible_gain(found.found.gain.estimate, outcome)
    who = f"with {found.images:.0f} real images, {found.arm.label}"
    if told.reason:
        return f"Not told yet: {who} cannot be compared: {told.reason}."
    control = found.control.label if found.control else ""
    value = gain.value
    way = "above" if value >= 0 else "below"
    lower = ", lower is better" if outcome.better == "lower" else ""
    made = f", {counted(told.generators, 'generator')}" if told.generators else ""
    return (
        f"{told.verdict.capitalize()}: {who} scores {abs(value):.3f} {way} {control}, "
        f"{_which(found)}, in {outcome.name} ({outcome.over}{lower}; 95 % interval "
        f"{signed(gain.low)} to {signed(gain.high)}, p = {told.gain.p:.2g}; "
        f"{counted(told.subjects, 'test subject')}, {counted(told.seeds, 'seed')}{made})"
        f"{'; one seed tells nothing of other trainings' if told.seeds == 1 else ''}.{found.missed}"
    )


def _which(found: Registered) -> str:
    """How the control was chosen."""
    if len(found.scores) < found.asked:
        return f"the best of those {len(found.scores)} of its {found.asked} controls that are there"
    return "its control" if found.asked == 1 else f"the best of its {found.asked} controls"


def counted(count: int, noun: str) -> str:
    """`1 seed`, `5 seeds`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _found(
    placed: Placed, place: Place, arm: Contender, control: Contender | None, outcome: Outcome
) -> Compared:
    ours = placed.at(place, arm)
    if not ours:
        return Compared(gain=nothing("it has no cell there yet"), verdict="not told yet")
    if control is None:
        return Compared(gain=nothing("its controls have no cell there yet"), verdict="not told yet")
    return compare(ours, placed.at(place, control), outcome)


def _any(
    placed: Placed, place: Place, arm: Contender, control: Contender | None, outcome: Outcome
) -> Compared | None:
    return compare(placed.at(place, arm), placed.at(place, control), outcome, "any") if control else None


def _mean(placed: Placed, place: Place, arm: Contender, outcome: Outcome) -> float:
    """Over all of its runs; no interval, since it only chooses."""
    cells = placed.at(place, arm)
    return sum(float(outcome.measure.of(c, np.ones((1, len(c.subjects))))[0]) for c in cells) / len(cells)
