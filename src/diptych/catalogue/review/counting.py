"""From the log of a review to the numbers of its flow, for one round or all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from diptych.base.errors import Problems
from diptych.catalogue.review.flow import Arm, Count, Flow, check_flow
from diptych.catalogue.review.records import Record
from diptych.catalogue.review.review import Review
from diptych.catalogue.review.standing import OPEN, Standing, standings

SHOWN = 5
"""Ids that a message names."""


def count_flow(review: Review, round: int | None = None) -> Flow:
    """The flow of a round, with what earlier rounds included; of all rounds together for None.

    Raises `DiptychError` with the sums that do not add up, because records still wait for a decision or
    reviewers disagree, and names them.
    """
    now = standings(review)
    mine = [r for r in review.records if round in (None, r.origin.round)]
    earlier = [r for r in review.records if round is not None and r.origin.round < round]
    _check_round(review, round, mine)
    databases = [r for r in mine if r.origin.channel in ("database", "register")]
    others = [r for r in mine if r.origin.channel not in ("database", "register")]
    before, after = _studies(earlier, now), _studies([*earlier, *mine], now)
    reports = [len(_included(group, now)) for group in (earlier, mine)]
    flow = Flow(
        title=review.config.title if round is None else f"{review.config.title}, round {round}",
        databases=_arm(databases, now),
        others=_arm(others, now),
        previous_studies=len(before),
        previous_reports=reports[0],
        new_studies=len(after - before),
        new_reports=reports[1],
        total_studies=len(after),
        total_reports=sum(reports),
    )
    _check_done(flow, mine, now)
    check_flow(flow, str(review.folder))
    return flow


def _check_round(review: Review, round: int | None, mine: Sequence[Record]) -> None:
    problems = Problems()
    if not mine:
        what = "holds no record" if round is None else f"has no round {round}"
        problems.add(str(review.folder), what, f"import a search; the latest round is {review.round}")
    problems.raise_any()


def _check_done(flow: Flow, records: Sequence[Record], now: dict[str, Standing]) -> None:
    """Name the sums that open records break, rather than count them somewhere."""
    arms = (flow.databases, flow.others)
    after = {
        "unscreened": ("identified less removed", sum(a.screened for a in arms), "screened"),
        "screening conflict": ("screened less excluded", sum(a.sought for a in arms), "sought"),
        "unassessed": ("sought less not retrieved", sum(a.assessed for a in arms), "assessed"),
        "eligibility conflict": ("assessed less excluded", sum(a.included for a in arms), "included"),
    }
    problems = Problems()
    for state in OPEN:
        waiting = [r.id for r in records if now[r.id].state == state]
        if waiting:
            words, n, name = after[state]
            named = ", ".join(waiting[:SHOWN]) + (", ..." if len(waiting) > SHOWN else "")
            what = f"{words} is {n + len(waiting)}, but {name} is {n}: {len(waiting)} {state} ({named})"
            remedy = "settle them with --consensus" if "conflict" in state else "decide on them"
            problems.add(flow.title, what, remedy)
    problems.raise_any()


def _arm(records: Sequence[Record], now: dict[str, Standing]) -> Arm:
    """The counts of one way; records that wait are counted up to where they wait."""
    states = Counter(now[r.id].state for r in records)
    gone = states["duplicate"] + states["ineligible"] + states["removed"]
    screened = len(records) - gone - states["unscreened"]
    sought = screened - states["excluded"] - states["screening conflict"]
    assessed = sought - states["missing"] - states["unassessed"]
    return Arm(
        identified=_by_source(r for r in records if r.origin.channel != "register"),
        registers=_by_source(r for r in records if r.origin.channel == "register"),
        duplicates=states["duplicate"],
        ineligible=states["ineligible"],
        removed=states["removed"],
        screened=screened,
        excluded=states["excluded"],
        sought=sought,
        missing=states["missing"],
        assessed=assessed,
        ruled_out=_by_reason(now[r.id] for r in records),
        included=states["included"],
    )


def _by_source(records: Iterable[Record]) -> tuple[Count, ...]:
    return _counts(r.origin.source for r in records)


def _by_reason(standings: Iterable[Standing]) -> tuple[Count, ...]:
    """Reports ruled out, reasons that differ in capitals only as one."""
    reasons = [s.reason for s in standings if s.state == "ruled out"]
    first: dict[str, str] = {}
    return _counts(first.setdefault(reason.casefold(), reason) for reason in reasons)


def _counts(names: Iterable[str]) -> tuple[Count, ...]:
    found = Counter(names)
    return tuple(Count(name=name, n=n) for name, n in sorted(found.items(), key=lambda kv: (-kv[1], kv[0])))


def _included(records: Iterable[Record], now: dict[str, Standing]) -> list[Record]:
    return [r for r in records if now[r.id].state == "included"]


def _studies(records: Iterable[Record], now: dict[str, Standing]) -> set[str]:
    """The studies of the included reports; a report without a study's name is one of its own."""
    named = ((r.id, now[r.id].study.casefold()) for r in _included(records, now))
    return {f"study {study}" if study else f"report {record}" for record, study in named}
