"""Take near-duplicates out of a review before it is screened; the log says why, and can be overruled."""

from __future__ import annotations

from dataclasses import dataclass

from diptych.catalogue.review.decisions import Decision
from diptych.catalogue.review.duplicates import Match, find_duplicates
from diptych.catalogue.review.review import Review, add_decisions
from diptych.catalogue.review.standing import standings

REVIEWER = "diptych"
"""Who signs decisions that no person took."""


@dataclass(frozen=True, kw_only=True)
class Deduplicated:
    """What was found among the records of a review."""

    removed: tuple[Decision, ...]
    """The decisions to log: each names the record that is kept, and why the two are one."""
    doubtful: tuple[tuple[str, str, str], ...]
    """Ids of two records that a person must decide, and what speaks for and against it."""


def look_for_duplicates(review: Review, date: str) -> Deduplicated:
    """The duplicates among records on which nobody has decided yet.

    Records of earlier rounds are kept before later ones, and those that were screened before others. A
    record that somebody decided to keep stays, and its pairs are not brought up again.
    """
    places, now = review.records, standings(review)
    decided = {d.record for d in review.decisions if d.stage == "identification"}
    judged = {d.record for d in review.decisions if d.stage != "identification"}

    def rank(place: int) -> tuple[int, ...]:
        record = places[place]
        gone = now[record.id].state in ("duplicate", "ineligible", "removed")
        return (gone, record.origin.round, record.id not in judged)

    found = find_duplicates([record.citation for record in places], rank)
    removed = [
        Decision(
            record=places[place].id,
            stage="identification",
            word="duplicate",
            reviewer=REVIEWER,
            date=date,
            round=places[place].origin.round,
            reason=found.reason(place),
            of=places[group[0]].id,
        )
        for group in found.groups
        for place in group[1:]
        if places[place].id not in decided
    ]
    open_pairs = [m for m in found.doubtful if not decided & {places[m.first].id, places[m.second].id}]
    return Deduplicated(removed=tuple(removed), doubtful=tuple(_told(review, m) for m in open_pairs))


def remove_duplicates(review: Review, date: str) -> Deduplicated:
    """Look for duplicates and log them."""
    found = look_for_duplicates(review, date)
    if found.removed:
        add_decisions(review, found.removed)
    return found


def _told(review: Review, match: Match) -> tuple[str, str, str]:
    return review.records[match.first].id, review.records[match.second].id, match.judged.reason
