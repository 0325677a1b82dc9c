"""Records that may be the same thing twice: by DOI, by address, by title."""

from __future__ import annotations

from collections import defaultdict
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
    """Pairs of records with one address, or with a like name and nothing that tells them apart.

    A paper often describes several data sets or generators: records with addresses of their own may share a
    DOI, an arXiv number or a title. Each pair comes with all that it shares; one address is a sure sign.
    """
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    listed = sorted(entries, key=lambda entry: entry.id)
    by_id = {entry.id: entry for entry in listed}
    for shared, ids in _groups(listed).items():
        for pair in combinations(ids, 2):
            found[pair].append(shared)
    for first, second in _alike(listed):
        found[(first, second)].append("their names are alike")
    pairs = ((by_id[a], by_id[b], tuple(shared)) for (a, b), shared in sorted(found.items()))
    return tuple(_twins(a, b, shared) for a, b, shared in pairs if not _told_apart(a, b))


def duplicates_of(entry: Entry, entries: Iterable[Entry]) -> tuple[Twins, ...]:
    """The records that a new one may repeat."""
    others = (other for other in entries if other.id != entry.id)
    return tuple(twins for twins in duplicates([entry, *others]) if entry.id in (twins.first, twins.second))


def _groups(entries: Iterable[Entry]) -> dict[str, list[str]]:
    """What several records say alike -> their ids."""
    groups: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for key in _keys(entry):
            groups[key].append(entry.id)
    return {key: ids for key, ids in groups.items() if len(ids) > 1}


def _keys(entry: Entry) -> Iterator[str]:
    paper = entry.paper
    if entry.release.url:
        yield f"both are at {plain_address(entry.release.url)}"
    for doi in dict.fromkeys(doi.casefold() for doi in paper.dois or ()):
        yield f"both have the DOI {doi}"
    if paper.arxiv:
        yield f"both have the arXiv number {paper.arxiv}"
    if paper.title:
        yield f"both have the title {' '.join(words(paper.title))!r}"


def plain_address(url: str) -> str:
    """An address without what seldom changes where it leads: scheme, www, last slash, query, fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}".casefold()


def _alike(entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """Pairs whose names differ by a few letters; digits tell members of a series apart."""
    names = [(entry.id, " ".join(words(entry.name))) for entry in entries]
    for (first, one), (second, other) in combinations(names, 2):
        if min(len(one), len(other)) < _LEAST or _digits(one) != _digits(other):
            continue
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        if (
            matcher.real_quick_ratio() >= _ALIKE
            and matcher.quick_ratio() >= _ALIKE
            and matcher.ratio() >= _ALIKE
        ):
            yield first, second


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _twins(one: Entry, other: Entry, shared: tuple[str, ...]) -> Twins:
    first, second = _addresses(one, other)
    return Twins(one.id, other.id, shared, sure=first == second != "")


def _told_apart(one: Entry, other: Entry) -> bool:
    """Whether both have an address, and not the same: then a shared paper or name is no sign."""
    first, second = _addresses(one, other)
    return bool(first and second) and first != second


def _addresses(one: Entry, other: Entry) -> tuple[str, str]:
    urls = (one.release.url, other.release.url)
    return plain_address(urls[0] or ""), plain_address(urls[1] or "")
