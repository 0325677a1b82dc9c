"""Every other outcome: the scores of all arms at one place, and the registered comparison by each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.metrics.estimate import Estimate
from diptych.studies.compared import Compared, compare
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Placed
from diptych.studies.registered import Registered
from diptych.studies.scored import score


@dataclass(frozen=True, kw_only=True)
class Secondary:
    """One outcome at the place of the registered comparison."""

    outcome: Outcome
    scores: tuple[tuple[Contender, Estimate], ...]
    """Of every arm that has cells there."""
    found: Compared | None
    """The registered arm less its control; None while there is no control."""


def secondary(placed: Placed, found: Registered, outcomes: Sequence[Outcome]) -> tuple[Secondary, ...]:
    """All outcomes of the study's own task. Only the first was registered; the others explain it."""
    arms = [arm for arm in placed.contenders if placed.at(found.place, arm)]
    return tuple(
        Secondary(
            outcome=outcome,
            scores=tuple((arm, score(placed, found.place, arm, outcome)) for arm in arms),
            found=_compared(placed, found, outcome),
        )
        for outcome in outcomes
    )


def _compared(placed: Placed, found: Registered, outcome: Outcome) -> Compared | None:
    if found.control is None:
        return None
    first, second = placed.at(found.place, found.arm), placed.at(found.place, found.control)
    return compare(first, second, outcome)
