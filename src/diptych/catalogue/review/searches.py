"""Take search results into a review: every record of every file is one that was identified."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as calendar
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.catalogue.review.importing import Export, read_export
from diptych.catalogue.review.records import Channel, Origin, Record, name_records
from diptych.catalogue.review.review import (
    ABOUT,
    Review,
    ReviewConfig,
    add_records,
    open_review,
    start_review,
)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What the files of one import have in common."""

    source: str = ""
    """The database, register, site or list that was searched; "" takes it from the files."""
    channel: Channel = "database"
    round: int | None = None
    """None is the latest round; one more begins an update."""
    encoding: str = "utf-8"
    date: str = ""
    """As 2026-11-28; "" is today."""


def import_searches(
    files: Sequence[Path], into: Path, search: Search, config: ReviewConfig | None = None
) -> tuple[Record, ...]:
    """Add the records of search results to a review, which is begun with `config` if there is none.

    All files or none. Raises `DiptychError` with every problem of every file, for a file that was imported
    before, and where a review that is there was begun with another `config`.
    """
    review = open_review(into) if (into / ABOUT).exists() else None
    if review and config and config != review.config:
        what = f"was begun as {review.config.title!r} with {review.config.reviewers} reviewers a record"
        raise DiptychError.of(str(into), what, "leave out --title and --reviewers")
    number = _round(review, search)
    taken = {r.origin.sha256: r.origin for r in review.records} if review else {}
    problems, records = Problems(), list(review.records) if review else []
    before = len(records)
    for path in files:
        with problems.collect():
            export = read_export(path, search.encoding)
            origin = _origin(path, export, search, number)
            _check_new(path, origin, taken)
            taken[origin.sha256] = origin
            records += name_records(export.citations, origin, [record.id for record in records])
    if not files:
        problems.add("files", "none was given", "name the files that the databases saved")
    problems.raise_any()
    add_records(review or start_review(into, config or ReviewConfig()), records[before:])
    return tuple(records[before:])


def today() -> str:
    """The date, as 2026-11-28."""
    return calendar.today().isoformat()


def check_date(text: str) -> str:
    """A date as 2026-11-28, today for "". Raises `DiptychError` for another form."""
    try:
        return calendar.fromisoformat(text).isoformat() if text else today()
    except ValueError:
        raise DiptychError.of("--date", f"{text!r} is no date", "write it as 2026-11-28") from None


def _round(review: Review | None, search: Search) -> int:
    latest = review.round if review else 0
    number = search.round if search.round is not None else max(latest, 1)
    if number not in (max(latest, 1), latest + 1):
        what = f"{number} cannot be searched now, the latest round is {latest}"
        raise DiptychError.of("--round", what, f"give {max(latest, 1)}, or {latest + 1} for an update")
    return number


def _origin(path: Path, export: Export, search: Search, number: int) -> Origin:
    named = {citation.database for citation in export.citations}
    source = search.source or (named.pop() if len(named) == 1 else "")
    if not source:
        raise DiptychError.of(str(path), "does not say which database it is from", "name it with --source")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Origin(
        source=source,
        channel=search.channel,
        file=path.name,
        sha256=digest,
        round=number,
        date=check_date(search.date),
    )


def _check_new(path: Path, origin: Origin, taken: dict[str, Origin]) -> None:
    if before := taken.get(origin.sha256):
        what = f"was imported in round {before.round} as {before.file}"
        raise DiptychError.of(str(path), what, "search again for an update, or leave it out")
