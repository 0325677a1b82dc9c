"""Where a record stands: from the decisions on it to the one box of the flow that it is in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from diptych.catalogue.review.decisions import STAGES, Decision
from diptych.catalogue.review.review import Review

State = Literal[
    "duplicate", "ineligible", "removed", "unscreened", "excluded", "missing", "unassessed", "ruled out",
    "included", "screening conflict", "eligibility conflict",
]  # fmt: skip
OPEN: tuple[State, ...] = ("unscreened", "screening conflict", "unassessed", "eligibility conflict")
"""States in which somebody must still decide."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One record's place in the review."""

    state: State
    reason: str = ""
    """Of what was ruled out or removed."""
    of: str = ""
    """Of a duplicate, the record that is kept."""
    study: str = ""
    """Of what was included."""


def standings(review: Review) -> dict[str, Standing]:
    """The standing of every record, by id, in the order of the records."""
    taken: dict[str, list[Decision]] = defaultdict(list)
    for decision in review.decisions:
        taken[decision.record].append(decision)
    return {record.id: _standing(taken[record.id], review.config.reviewers) for record in review.records}


def votes(decisions: Sequence[Decision], stage: str) -> dict[str, Decision]:
    """The last word of each reviewer at a stage, without what was settled by consensus."""
    return {d.reviewer: d for d in decisions if d.stage == stage and not d.consensus}


def _standing(decisions: Sequence[Decision], reviewers: int) -> Standing:
    """Stage by stage, until one ends the record's way or waits for a decision."""
    last: Mapping[str, Decision] = {d.stage: d for d in decisions}
    if (first := last.get("identification")) and first.word != "keep":
        return Standing(state=cast(State, first.word), reason=first.reason, of=first.of)
    screened = settled(decisions, "screening", reviewers)
    if not isinstance(screened, Decision):
        return Standing(state="screening conflict" if screened == "conflict" else "unscreened")
    if screened.word == "exclude":
        return Standing(state="excluded", reason=screened.reason)
    if (sought := last.get("retrieval")) and sought.word == "missing":
        return Standing(state="missing", reason=sought.reason)
    assessed = settled(decisions, "eligibility", reviewers)
    if not isinstance(assessed, Decision):
        return Standing(state="eligibility conflict" if assessed == "conflict" else "unassessed")
    if assessed.word == "exclude":
        return Standing(state="ruled out", reason=assessed.reason)
    return Standing(state="included", study=assessed.study)


def settled(
    decisions: Sequence[Decision], stage: str, reviewers: int
) -> Decision | Literal["open", "conflict"]:
    """What was decided at a stage: by consensus, or by as many reviewers as must agree.

    A consensus holds against earlier votes, not against one that comes after it. Reviewers who rule a
    report out for different reasons are in conflict, too: it is counted once.
    """
    here = [d for d in decisions if d.stage == stage]
    if here and here[-1].consensus:
        return here[-1]
    given = list(votes(here, stage).values())
    if len({(d.word, d.reason.casefold() if stage == "eligibility" else "") for d in given}) > 1:
        return "conflict"
    return given[-1] if len(given) >= reviewers else "open"


def stage_of(state: State) -> str:
    """The stage at which a record in this state waits, or ended."""
    return next(stage for stage, states in _STATES.items() if state in states)


_STATES: dict[str, tuple[State, ...]] = dict(
    zip(
        STAGES,
        (
            ("duplicate", "ineligible", "removed"),
            ("unscreened", "screening conflict", "excluded"),
            ("missing",),
            ("unassessed", "eligibility conflict", "ruled out", "included"),
        ),
        strict=True,
    )
)


def summary(review: Review) -> str:
    """How many records are in each state, in the order of the flow."""
    found = Counter(standing.state for standing in standings(review).values())
    told = (f"{found[state]} {state}" for states in _STATES.values() for state in states if found[state])
    return f"{len(review.records)} records: {', '.join(told) or 'none'}"
