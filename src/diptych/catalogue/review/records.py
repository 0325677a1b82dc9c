"""What was identified: every record of every search, with where it came from; a file that only grows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from diptych.catalogue.review.citation import Citation
from diptych.catalogue.review.transliteration import latin

Channel = Literal["database", "register", "website", "organisation", "citation searching"]
CHANNELS: tuple[str, ...] = get_args(Channel)
"""PRISMA 2020 counts databases and registers apart from all other methods."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """How a record came into the review."""

    source: str
    """The database, register, site or list that was searched: PubMed, Scopus, arXiv."""
    channel: Channel
    file: str
    """Name of the export, without folder."""
    sha256: str
    """Of the export, so that none is counted twice."""
    round: int
    """1 for the first search, 2 for the first update."""
    date: str
    """When it was imported, as 2026-11-28."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One line of a search result."""

    id: str
    """Short and stable: mueller2021synthetic."""
    citation: Citation
    origin: Origin


_EMPTY = frozenset(re.findall(r"\w+", "a an the on in of for to towards do is are from with and how what"))


def name_records(citations: Sequence[Citation], origin: Origin, taken: Iterable[str]) -> tuple[Record, ...]:
    """The records of an import, each under an id that no other has: first author, year, first word."""
    used, records = set(taken), []
    for citation in citations:
        stem = _stem(citation)
        name, n = stem, 2
        while name in used:
            name, n = f"{stem}-{n}", n + 1
        used.add(name)
        records.append(Record(id=name, citation=citation, origin=origin))
    return tuple(records)


def _stem(citation: Citation) -> str:
    author = citation.authors[0] if citation.authors else "anonymous"
    family = author.partition(",")[0] if "," in author else max(author.split(), key=len, default="")
    words = [w for w in re.findall(r"[a-z0-9]+", latin(citation.title)) if w not in _EMPTY]
    return f"{_plain(family) or 'anonymous'}{citation.year or ''}{words[0][:20] if words else ''}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", latin(text))[:30]
