"""Search: words in any order, synonyms understood, filters by vocabulary; the best match first."""

from __future__ import annotations

from dataclasses import dataclass

from diptych.base.errors import DiptychError
from diptych.catalogue.entry import Entry
from diptych.catalogue.filters import Filters
from diptych.catalogue.index import Index
from diptych.catalogue.loading import Catalogue, load_catalogue
from diptych.catalogue.synonyms import question_phrases

MOST_LETTERS, MOST_PHRASES = 1_000, 40
"""Bounds of a question; what comes after them is not looked for."""


@dataclass(frozen=True)
class Hit:
    """An entry and how well it matches: bm25, higher is better, comparable within one search only."""

    entry: Entry
    score: float


def search(
    text: str = "", catalogue: Catalogue | None = None, filters: Filters | None = None, limit: int = 10
) -> tuple[Hit, ...]:
    """The entries that match the words and pass the filters, best first, at most `limit` (1 or more).

    The text is words, never query syntax: quotes, operators and emoji are looked for like anything else. An
    entry that has any of the words is found. Without words, the newest entries come first, with score 0.
    Raises `DiptychError` for a limit below 1.
    """
    if limit < 1:
        raise DiptychError.of("--limit", f"{limit} is too small", "give 1 or more")
    catalogue = load_catalogue() if catalogue is None else catalogue
    filters = filters or Filters()
    if not text.strip():
        newest = sorted(filters.keep(catalogue), key=lambda entry: (-(entry.year or 0), entry.id))
        return tuple(Hit(entry, 0.0) for entry in newest[:limit])
    phrases = question_phrases(text[:MOST_LETTERS])[:MOST_PHRASES]
    rows = _index(catalogue).ranked(phrases, limit=None if filters else limit)
    scores = dict(rows)
    kept = filters.keep(catalogue[name] for name in scores)
    return tuple(Hit(entry, scores[entry.id]) for entry in kept[:limit])


_INDEXES: dict[str, Index] = {}
"""Open indexes by the digest of their catalogue, so that a second search of a process is instant."""


def _index(catalogue: Catalogue) -> Index:
    if catalogue.digest not in _INDEXES:
        _INDEXES[catalogue.digest] = Index(catalogue)
    return _INDEXES[catalogue.digest]
