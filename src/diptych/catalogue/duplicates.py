"""Records that may be the same thing twice: by DOI, by address, by title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from urllib.parse import urlsplit

from diptych.catalogue.entry import Entry
from diptych.catalogue.synonyms import words

_ALIKE = 0.92
"""Share of letters in common (Ratcliff and Obershelp) from which two names are called alike."""
_LEAST = 12
"""Letters that a name must have to be compared: short ones are alike by chance."""


@dataclass(frozen=True)
class Twins:
    """Two records and everything that they share."""

    first: str
    second: str
    shared: tuple[str, ...]
    sure: bool
    """Whether they have one address, and so are one thing."""

    def __str__(self) -> str:
        return f"{self.first} and {self.second}: {'; '.join(self.shared)}"


def duplicates(entries: Iterable[Entry]) -> tuple[Twins, ...]:
    """Pairs of records with one address, or with a paper or name in common and nothing that tells them apart.

    A paper often describes several data sets or generators: records with addresses of their own may share a
    DOI, an arXiv number or a title. Each pair comes with all that it shares; one address is a sure sign.
    """
    signs = [_Signs(entry) for entry in sorted(entries, key=lambda entry: entry.id)]
    return tuple(twins for one, other in combinations(signs, 2) if (twins := one.twins(other)))


def duplicates_of(entry: Entry, entries: Iterable[Entry]) -> tuple[Twins, ...]:
    """The records that a new one may repeat."""
    own = _Signs(entry)
    found = (own.twins(_Signs(other)) for other in entries if other.id != entry.id)
    return tuple(twins for twins in found if twins)


class _Signs:
    """What a record can be recognised by."""

    def __init__(self, entry: Entry) -> None:
        self.id = entry.id
        self.address = plain_address(entry.release.url or "")
        self.name = " ".join(words(entry.name))
        self.digits = "".join(letter for letter in self.name if letter.isdigit())
        self.keys = dict.fromkeys(_keys(entry))

    def twins(self, other: _Signs) -> Twins | None:
        """What both share, if it makes them one thing perhaps."""
        if self.address and other.address and self.address != other.address:
            return None
        shared = [key for key in self.keys if key in other.keys]
        shared += ["their names are alike"] if self._sounds_like(other) else []
        sure = self.address == other.address != ""
        return Twins(self.id, other.id, tuple(shared), sure) if shared else None

    def _sounds_like(self, other: _Signs) -> bool:
        """Whether the names differ by a few letters; digits tell members of a series apart."""
        if min(len(self.name), len(other.name)) < _LEAST or self.digits != other.digits:
            return False
        matcher = SequenceMatcher(None, self.name, other.name, autojunk=False)
        bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
        return all(bound() >= _ALIKE for bound in bounds)


def _keys(entry: Entry) -> Iterator[str]:
    """What the record says of its place and paper."""
    paper = entry.paper
    if entry.release.url:
        yield f"both are at {plain_address(entry.release.url)}"
    yield from (f"both have the DOI {doi.casefold()}" for doi in paper.dois or ())
    if paper.arxiv:
        yield f"both have the arXiv number {paper.arxiv}"
    if paper.title:
        yield f"both have the title {' '.join(words(paper.title))!r}"


def plain_address(url: str) -> str:
    """An address without what seldom changes where it leads: scheme, www, last slash, query, fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}".casefold()
