"""Every arm against one control, at every size: the table, with Holm over all of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from diptych.base.errors import DiptychError
from diptych.metrics.estimate import Estimate
from diptych.studies.cells import Cell
from diptych.studies.compared import Compared, Verdict, compare, held
from diptych.studies.effect import cliffs_delta, gain_share
from diptych.studies.grids import paired_subjects
from diptych.studies.holm import holm
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Place, Placed
from diptych.studies.signed_rank import signed_rank


@dataclass(frozen=True, kw_only=True)
class VersusRow:
    """One arm against the control, at one place."""

    place: Place
    images: float
    """Real training images of the size."""
    arm: Contender
    found: Compared
    adjusted: float
    """The p of `found` after Holm over the table."""
    signed_rank: Estimate | None
    """Wilcoxon's p on single subjects, for these models; None where it cannot be had."""
    delta: Estimate | None
    """Cliff's delta."""
    share: Estimate | None
    """Of subjects that gain."""
    verdict: Verdict
    """By `adjusted`, since it is one of many; `found` has the word for it alone."""


@dataclass(frozen=True, kw_only=True)
class Versus:
    """All arms of one task against one control."""

    task: str
    control: Contender
    rows: tuple[VersusRow, ...]


def versus(placed: Placed, task: str, control: Contender, outcome: Outcome) -> Versus:
    """The table of one control; arms and sizes without cells on both sides have no row.

    An arm that cannot be compared (too few subjects, no seed in common) has a row that says why, and does
    not count in Holm's number of tests.
    """
    rows = [_row(placed, place, arm, control, outcome) for place, arm in _pairs(placed, task, control)]
    adjusted = holm([row.found.gain.p for row in rows])
    told = (
        replace(row, adjusted=p, verdict=held(row.found.verdict, p))
        for row, p in zip(rows, adjusted, strict=True)
    )
    return Versus(task=task, control=control, rows=tuple(told))


def _pairs(placed: Placed, task: str, control: Contender) -> Iterable[tuple[Place, Contender]]:
    for place in placed.places:
        for arm in placed.contenders:
            both = placed.at(place, arm) and placed.at(place, control)
            if place.task == task and arm != control and both:
                yield place, arm


def _row(placed: Placed, place: Place, arm: Contender, control: Contender, outcome: Outcome) -> VersusRow:
    ours, theirs = placed.at(place, arm), placed.at(place, control)
    test, delta, share = _of_subjects(ours, theirs, outcome)
    found = compare(ours, theirs, outcome)
    return VersusRow(
        place=place,
        images=placed.images(place.size),
        arm=arm,
        found=found,
        adjusted=found.gain.p,
        signed_rank=test,
        delta=delta,
        share=share,
        verdict=found.verdict,
    )


def _of_subjects(
    ours: list[Cell], theirs: list[Cell], outcome: Outcome
) -> tuple[Estimate | None, Estimate | None, Estimate | None]:
    """What single subjects tell; rankings have none, and few subjects tell nothing."""
    if outcome.measure.each is None:
        return None, None, None
    try:
        x, y = paired_subjects(ours, theirs, outcome.measure)
        return signed_rank(x, y), cliffs_delta(x, y), gain_share(x, y, outcome.better)
    except DiptychError:
        return None, None, None
