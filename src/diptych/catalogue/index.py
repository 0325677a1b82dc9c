"""The full-text index: SQLite FTS5, built at first use and kept in a cache folder."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from diptych.base.cache import cache_folder
from diptych.catalogue.entry import Entry
from diptych.catalogue.loading import Catalogue
from diptych.catalogue.synonyms import CONCEPTS, index_tokens

_FORMAT = 1
"""Rises when the columns or their contents change, so that old indexes are left alone."""
_KEPT = 4
"""Indexes that stay in the cache, the newest first."""
_COLUMNS = {"name": 6.0, "title": 4.0, "terms": 4.0, "details": 2.0, "rest": 1.0}
"""What a word in a column counts (bm25): name and terms say what a record is, the rest only mentions."""


class Index:
    """A searchable index of one catalogue, on disk where that is possible, else in memory."""

    def __init__(self, catalogue: Catalogue, cache: Path | None = None) -> None:
        """Open or make the index in the folder `cache`, by default `$DIPTYCH_CACHE` or `~/.cache/diptych`."""
        self._rows = _stored(catalogue, cache or cache_folder())
        self._ids = [entry.id for entry in catalogue]

    def ranked(
        self, phrases: Iterable[Sequence[str]], limit: int = -1, among: Container[str] | None = None
    ) -> list[tuple[str, float]]:
        """Ids with scores, best first, at most `limit` (-1: all): entries in which any of the phrases stands.

        A phrase is a sequence of index tokens. `among` holds the ids that may be found. Scores are bm25
        (Robertson and Zaragoza 2009), positive; higher is better, within one question only.
        """
        question = " OR ".join(f'"{" ".join(phrase)}"' for phrase in phrases)
        if not question:
            return []
        ids, chosen = self._ids, ""
        if among is not None:
            self._rows.create_function("chosen", 1, lambda row: ids[row - 1] in among)
            chosen = "AND chosen(rowid)"
        weights = ", ".join(map(str, _COLUMNS.values()))
        rows = self._rows.execute(
            f"SELECT rowid, bm25(entries, {weights}) AS score FROM entries "
            f"WHERE entries MATCH ? {chosen} ORDER BY score LIMIT ?",
            (question, limit),
        )
        return [(ids[row - 1], -score) for row, score in rows]

    def close(self) -> None:
        """Give the file back."""
        self._rows.close()


def _stored(catalogue: Catalogue, cache: Path) -> sqlite3.Connection:
    """The cached index, made where it is missing or broken; in memory where nothing can be kept."""
    meaning = f"{_FORMAT} {CONCEPTS} {catalogue.digest}"
    path = cache / "catalogue" / f"{hashlib.sha256(meaning.encode()).hexdigest()[:32]}.sqlite"
    for _ in range(2):
        with suppress(OSError, sqlite3.Error):
            if not path.exists():
                _make(catalogue, path)
            return _opened(path, len(catalogue))
        with suppress(OSError):
            path.unlink()
    rows = sqlite3.connect(":memory:")
    _fill(rows, catalogue)
    return rows


def _opened(path: Path, size: int) -> sqlite3.Connection:
    """The index of that file, read only. Raises `sqlite3.Error` when it is damaged or another's."""
    rows = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        (held,) = rows.execute("SELECT count(*) FROM entries").fetchone()
        if held != size:
            raise sqlite3.DatabaseError("another number of entries")
    except sqlite3.Error:
        rows.close()
        raise
    return rows


def _make(catalogue: Catalogue, path: Path) -> None:
    """Write the index beside its name, then rename it: several processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        with closing(sqlite3.connect(part)) as rows:
            rows.execute("PRAGMA journal_mode=OFF")
            rows.execute("PRAGMA synchronous=OFF")
            _fill(rows, catalogue)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    kept = sorted(path.parent.glob("*.sqlite"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in kept[_KEPT:]:
        old.unlink(missing_ok=True)


def _fill(rows: sqlite3.Connection, catalogue: Catalogue) -> None:
    """Make the table. The texts themselves are not kept (`content=''`), only where their words stand."""
    columns = ", ".join(_COLUMNS)
    tokenizer = "porter unicode61"
    rows.execute(f"CREATE VIRTUAL TABLE entries USING fts5({columns}, content='', tokenize='{tokenizer}')")
    marks = ", ".join("?" * (len(_COLUMNS) + 1))
    rows.executemany(
        f"INSERT INTO entries(rowid, {columns}) VALUES ({marks})",
        ((number, *_texts(entry)) for number, entry in enumerate(catalogue, start=1)),
    )
    rows.commit()


def _texts(entry: Entry) -> Iterator[str]:
    """The text of each column, as index tokens."""
    terms = (
        *entry.modality, *entry.modality_groups, *(entry.body_region or ()), *(entry.dimensionality or ()),
        *(entry.conditioning or ()), *(entry.labels or ()), *(entry.generator.families or ()),
        *(use.use for use in entry.use_cases or ()), entry.kind, *entry.axes,
    )  # fmt: skip
    details = (
        entry.modality_note, entry.body_region_note, entry.conditioning_note, entry.labels_note,
        entry.generator.model, *(entry.training.data or ()), entry.training.note, entry.resolution,
        entry.collection, entry.evaluation.utility and entry.evaluation.utility.task,
    )  # fmt: skip
    for parts in ((entry.id, entry.name), (entry.paper.title,), terms, details, _rest(entry)):
        yield " ".join([token for part in parts if part for token in index_tokens(part)])


def _rest(entry: Entry) -> Iterator[str | None]:
    """What is told of its quality, its terms and its origin."""
    yield from (entry.notes, entry.size.note, entry.release.evidence, entry.training.size)
    yield from (entry.evaluation.fairness, entry.evaluation.cost, entry.licence.words, entry.licence.note)
    yield from (metric.name for metric in entry.evaluation.metrics or ())
    if entry.evaluation.readers:
        yield entry.evaluation.readers.result
    if entry.evaluation.privacy:
        yield entry.evaluation.privacy.method
    if entry.evaluation.utility:
        yield entry.evaluation.utility.gain
    yield from (*(use.because for use in entry.use_cases or ()), *(entry.release.hosting or ()))
