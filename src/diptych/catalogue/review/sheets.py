"""A sheet for a reviewer: the records that wait for a decision, in a table that any office program opens."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from diptych.base.atomic import write_text
from diptych.base.errors import DiptychError
from diptych.catalogue.review.decisions import JUDGED, Decision, Stage
from diptych.catalogue.review.records import Record
from diptych.catalogue.review.review import Review
from diptych.catalogue.review.standing import standings, votes

TOLD = ("record", "title", "authors", "year", "venue", "doi", "url", "abstract")
ASKED = ("decision", "reason", "study")
_FORMULA = ("=", "+", "-", "@", "\t")


def waiting(review: Review, stage: Stage, reviewer: str) -> tuple[Record, ...]:
    """The records that this reviewer has still to judge at a stage."""
    states = {
        "screening": ("unscreened",),
        "retrieval": ("unassessed",),
        "eligibility": ("unassessed",),
    }.get(stage, ())
    done = {d.record for d in review.decisions if d.stage == stage and d.reviewer == reviewer}
    now = standings(review)
    return tuple(r for r in review.records if now[r.id].state in states and r.id not in done)


def conflicts(review: Review, stage: Stage) -> tuple[Record, ...]:
    """The records on which reviewers disagree at a stage."""
    now = standings(review)
    return tuple(r for r in review.records if now[r.id].state == f"{stage} conflict")


def write_sheet(review: Review, stage: Stage, reviewer: str, out: Path) -> int:
    """Write the records that wait for `reviewer`; how many. With reviewer "", the conflicts with all votes.

    Cells that a spreadsheet would run as a formula get an apostrophe in front. Raises `DiptychError` for a
    file that exists: it may hold decisions.
    """
    if out.exists():
        raise DiptychError.of(str(out), "exists already", "give a new name")
    if not reviewer and stage not in JUDGED:
        raise DiptychError.of(
            "--conflicts", f"there are no votes at {stage}", "take screening or eligibility"
        )
    records = waiting(review, stage, reviewer) if reviewer else conflicts(review, stage)
    head = (*TOLD, *ASKED) if reviewer else (*TOLD, *ASKED, "votes")
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(head)
    for record in records:
        row = _row(record)
        table.writerow([*row, *([] if reviewer else [_safe(_votes(review, stage, record.id))])])
    write_text(out, "\ufeff" + text.getvalue())  # the mark makes spreadsheets read it as UTF-8
    return len(records)


def _row(record: Record) -> list[str]:
    c = record.citation
    cells = (c.title, "; ".join(c.authors), str(c.year or ""), c.venue, c.doi, c.url, c.abstract, "", "", "")
    return [record.id, *map(_safe, cells)]


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _votes(review: Review, stage: Stage, record: str) -> str:
    given = votes([d for d in review.decisions if d.record == record], stage)
    return "; ".join(_vote(d) for d in given.values())


def _vote(decision: Decision) -> str:
    reason = f" ({decision.reason})" if decision.reason else ""
    return f"{decision.reviewer}: {decision.word}{reason}"
