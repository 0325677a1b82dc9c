"""A living review on disk: `review.json`, `records.jsonl` and `log.jsonl`; the last two only grow."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from diptych.base.atomic import write_bytes, write_json
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError, Problems
from diptych.catalogue.review.decisions import Decision
from diptych.catalogue.review.records import Record

T = TypeVar("T")

ABOUT, RECORDS, LOG, LOCK = "review.json", "records.jsonl", "log.jsonl", ".lock"


@dataclass(frozen=True, kw_only=True)
class ReviewConfig:
    """How a review is conducted."""

    title: str = "Review"
    reviewers: int = 2
    """How many must agree on each record, 1 or 2."""


@dataclass(frozen=True)
class Review:
    """A review as it stands in its folder."""

    folder: Path
    config: ReviewConfig
    records: tuple[Record, ...]
    decisions: tuple[Decision, ...]

    @cached_property
    def by_id(self) -> dict[str, Record]:
        """The records by their ids."""
        return {record.id: record for record in self.records}

    @cached_property
    def round(self) -> int:
        """The latest round, 0 before the first import."""
        return max((record.origin.round for record in self.records), default=0)


def start_review(folder: Path, config: ReviewConfig) -> Review:
    """Make the folder of a new review. Raises `DiptychError` where one is already."""
    if config.reviewers not in (1, 2):
        what = f"{config.reviewers} reviewers a record are not supported"
        raise DiptychError.of("--reviewers", what, "take 1 or 2")
    if (folder / ABOUT).exists():
        raise DiptychError.of(str(folder), "is a review already", "import into it, or choose another folder")
    write_json(folder / ABOUT, encode(config))
    return open_review(folder)


def open_review(folder: Path) -> Review:
    """Read a review. Raises `DiptychError` with every line that cannot be read, and ids that come twice."""
    if not (folder / ABOUT).is_file():
        raise DiptychError.of(str(folder), "is no review", "begin one with `diptych catalogue import`")
    problems = Problems()
    config = ReviewConfig()
    with problems.collect():
        config = decode(ReviewConfig, _json((folder / ABOUT).read_bytes(), str(folder / ABOUT)), ABOUT)
    records = tuple(_lines(Record, folder / RECORDS, problems))
    decisions = tuple(_lines(Decision, folder / LOG, problems))
    _check_ids(records, decisions, folder, problems)
    problems.raise_any()
    return Review(folder, config, records, decisions)


def add_records(review: Review, records: Sequence[Record]) -> None:
    """Append records, all or none."""
    _append(review, RECORDS, [encode(record) for record in records])


def add_decisions(review: Review, decisions: Sequence[Decision]) -> None:
    """Append decisions, all or none."""
    _append(review, LOG, [encode(decision) for decision in decisions])


def _append(review: Review, name: str, rows: Iterable[Any]) -> None:
    """Write the file anew with more lines at its end: a crash leaves the old one or the new one."""
    path = review.folder / name
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()
    with _alone(review.folder):
        before = path.read_bytes() if path.exists() else b""
        write_bytes(path, before + text)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time: two reviewers who save at the same moment must not lose a line."""
    lock = folder / LOCK
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        what = "another diptych is writing to this review"
        raise DiptychError.of(str(lock), what, "try again; if none is running, remove this file") from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _lines(kind: type[T], path: Path, problems: Problems) -> Iterator[T]:
    data = path.read_bytes() if path.exists() else b""
    for number, line in enumerate(data.splitlines(), start=1):
        where = f"{path}, line {number}"
        with problems.collect():
            yield decode(kind, _json(line, where), where)


def _json(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise DiptychError.of(where, "is no JSON", "restore the line, or take it out") from None


def _check_ids(
    records: Sequence[Record], decisions: Sequence[Decision], folder: Path, problems: Problems
) -> None:
    known: set[str] = set()
    for record in records:
        if record.id in known:
            problems.add(str(folder / RECORDS), f"the id {record.id!r} comes twice", "take one line out")
        known.add(record.id)
    for strange in sorted({d.record for d in decisions} - known):
        problems.add(str(folder / LOG), f"no record is called {strange!r}", "restore the records' file")
