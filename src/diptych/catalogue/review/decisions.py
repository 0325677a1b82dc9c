"""What was decided: by whom, when, of which record, at which stage; a log that only grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Stage = Literal["identification", "screening", "retrieval", "eligibility"]
STAGES: tuple[str, ...] = get_args(Stage)
"""In the order of PRISMA 2020: before screening, title and abstract, getting the report, full text."""

Word = Literal["keep", "duplicate", "ineligible", "removed", "include", "exclude", "retrieved", "missing"]

WORDS: dict[str, tuple[Word, ...]] = {
    "identification": ("keep", "duplicate", "ineligible", "removed"),
    "screening": ("include", "exclude"),
    "retrieval": ("retrieved", "missing"),
    "eligibility": ("include", "exclude"),
}
"""What may be decided at each stage. `ineligible` is for automation tools, `removed` for other reasons."""

JUDGED: tuple[str, ...] = ("screening", "eligibility")
"""Stages that reviewers judge independently of each other; at the others the last word counts."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One line of the log. A later one by the same reviewer replaces an earlier one; both stay in the log."""

    record: str
    stage: Stage
    word: Word
    reviewer: str
    date: str
    """As 2026-11-28."""
    round: int
    """Of the record."""
    reason: str = ""
    """Why a report was excluded, a record removed, or two records are one."""
    of: str = ""
    """Of a duplicate, the record that is kept."""
    study: str = ""
    """Of an included report, the study it reports; reports of one study count once. "" is one of its own."""
    consensus: bool = False
    """Whether the reviewers settled a conflict with it."""
