"""Search: words in any order, synonyms understood, filters by vocabulary; the best match first."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from diptych.base.errors import DiptychError
from diptych.catalogue.entry import Entry
from diptych.catalogue.filters import Facets, Filters
from diptych.catalogue.index import Index
from diptych.catalogue.loading import Catalogue, load_catalogue
from diptych.catalogue.synonyms import CONCEPTS, question_phrases, words

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
    index, facets = _opened(catalogue)
    among = facets.allowed(filters) if filters else None
    return tuple(Hit(catalogue[name], score) for name, score in index.ranked(phrases, limit, among))


def suggestion(text: str, catalogue: Catalogue) -> str:
    """The question with each word that no record's name or title knows turned into the nearest that one does.

    Empty when nothing can be mended. Meant for a question without a hit: it reads every name.
    """
    names = (f"{entry.name} {entry.paper.title or ''}" for entry in catalogue)
    phrases = (phrase for concept in CONCEPTS for phrase in concept.phrases)
    known = {word for line in (*names, *phrases) for word in words(line)}
    asked = words(text[:MOST_LETTERS])[:MOST_PHRASES]
    mended = [
        word if word in known else (get_close_matches(word, known, 1, 0.8) or [word])[0] for word in asked
    ]
    return "" if mended == asked else " ".join(mended)


_OPENED: dict[str, tuple[Index, Facets]] = {}
"""By the digest of a catalogue, so that a second search of a process is instant."""


def _opened(catalogue: Catalogue) -> tuple[Index, Facets]:
    if catalogue.digest not in _OPENED:
        _OPENED[catalogue.digest] = (Index(catalogue), Facets(catalogue))
    return _OPENED[catalogue.digest]
