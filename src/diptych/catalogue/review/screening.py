"""Reviewers decide: their words are checked against the review as it stands, then logged."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from diptych.base.errors import DiptychError, Problems
from diptych.catalogue.review.decisions import JUDGED, STAGES, WORDS, Decision, Stage, Word
from diptych.catalogue.review.review import Review, add_decisions
from diptych.catalogue.review.standing import Standing, stage_of, standings
from diptych.catalogue.review.tables import delimiter_of
from diptych.catalogue.review.text import clean, read_text, shown

LONGEST_NOTE = 300
"""Letters of a reason or a study's name."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What somebody says of one record, as it was given."""

    record: str
    word: str
    reason: str = ""
    of: str = ""
    study: str = ""
    where: str = ""
    """File and line, for messages."""


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """Who decides, on what, and when."""

    stage: Stage
    reviewer: str
    date: str
    consensus: bool = False
    """Whether these words settle conflicts."""


def read_verdicts(path: Path, encoding: str = "utf-8") -> tuple[Verdict, ...]:
    """The rows of a table with columns record and decision, and perhaps reason, of and study.

    Rows without a decision are passed over: they are still to be done.
    """
    text, where = read_text(path, encoding), str(path)
    lines = csv.DictReader(io.StringIO(text), delimiter=delimiter_of(text), restval="")
    verdicts = []
    try:
        lines.fieldnames = [name.strip().lower() for name in lines.fieldnames or ()]
        _check_columns(lines.fieldnames, where)
        for row in lines:
            word = clean(row["decision"]).lower()
            if word:
                told = {name: clean(row.get(name, "")) for name in ("record", "reason", "of", "study")}
                verdicts.append(Verdict(word=word, where=f"{where}, line {lines.line_num}", **told))
    except csv.Error as error:
        at = f"{where}, line {lines.line_num}"
        raise DiptychError.of(at, f"the table cannot be read ({error})", "save it again as CSV") from None
    return tuple(verdicts)


def _check_columns(head: Sequence[str], where: str) -> None:
    if missing := [name for name in ("record", "decision") if name not in head]:
        what = f"has no column {' and no column '.join(missing)}"
        raise DiptychError.of(where, what, "make a sheet with `diptych catalogue sheet`")


def decide(review: Review, sitting: Sitting, verdicts: Sequence[Verdict]) -> tuple[Decision, ...]:
    """Log what was decided, all or none.

    Raises `DiptychError` with every verdict that cannot stand: an unknown record or word, a record that is
    not at this stage, a report that is ruled out without a reason.
    """
    problems, now = Problems(), standings(review)
    if not sitting.reviewer.strip():
        problems.add("--reviewer", "is empty", "give a name or initials")
    if sitting.consensus and sitting.stage not in JUDGED:
        problems.add("--consensus", f"there are no votes at {sitting.stage}", "leave it out")
    _check_once(verdicts, problems)
    for verdict in verdicts:
        _check(review, sitting.stage, verdict, now, problems)
    problems.raise_any()
    decisions = tuple(_decision(review, sitting, verdict) for verdict in verdicts)
    if decisions:
        add_decisions(review, decisions)
    return decisions


def _decision(review: Review, sitting: Sitting, verdict: Verdict) -> Decision:
    return Decision(
        record=verdict.record,
        stage=sitting.stage,
        word=cast(Word, verdict.word),
        reviewer=clean(sitting.reviewer),
        date=sitting.date,
        round=review.by_id[verdict.record].origin.round,
        reason=clean(verdict.reason),
        of=verdict.of,
        study=clean(verdict.study),
        consensus=sitting.consensus,
    )


def _check_once(verdicts: Iterable[Verdict], problems: Problems) -> None:
    seen: set[str] = set()
    for verdict in verdicts:
        if verdict.record in seen:
            what = f"{shown(verdict.record)} was decided above"
            problems.add(verdict.where or "--record", what, "leave one of them out")
        seen.add(verdict.record)


def _check(
    review: Review, stage: Stage, verdict: Verdict, now: dict[str, Standing], problems: Problems
) -> None:
    where = verdict.where or "--record"
    if verdict.record not in review.by_id:
        problems.add(where, f"no record is called {shown(verdict.record)}", "see the ids in a sheet")
        return
    if verdict.word not in WORDS[stage]:
        words = ", ".join(WORDS[stage])
        problems.add(where, f"{shown(verdict.word)} is no decision at {stage}", f"take one of {words}")
    if stage == "eligibility" and verdict.word == "exclude" and not verdict.reason:
        what = f"{verdict.record} is ruled out without a reason"
        problems.add(where, what, "give one; the flow counts by reason")
    if verdict.word == "duplicate" and (verdict.of not in review.by_id or verdict.of == verdict.record):
        what = f"{verdict.record} is a duplicate of {shown(verdict.of)}, which is no other record"
        problems.add(where, what, "name the record that is kept as `of`")
    if max(len(verdict.reason), len(verdict.study)) > LONGEST_NOTE:
        problems.add(where, f"reason or study has more than {LONGEST_NOTE} letters", "shorten it")
    _check_stage(verdict.record, stage, now[verdict.record], where, problems)


def _check_stage(record: str, stage: Stage, standing: Standing, where: str, problems: Problems) -> None:
    """A record is decided in the order of the stages; what was decided may be decided anew."""
    if STAGES.index(stage_of(standing.state)) < STAGES.index(stage):
        of = f" of {standing.of}" if standing.of else ""
        what = f"{record} is not at {stage}, it is {standing.state}{of}"
        problems.add(where, what, f"decide on it at {stage_of(standing.state)} first")
