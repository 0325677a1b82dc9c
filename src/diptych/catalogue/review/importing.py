"""Search results from any export to citations; the content tells the format, not the file's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from diptych.base.errors import Problems
from diptych.catalogue.review.bibtex import looks_like_bibtex, read_bibtex
from diptych.catalogue.review.citation import Citation
from diptych.catalogue.review.nbib import looks_like_nbib, read_nbib
from diptych.catalogue.review.ris import looks_like_ris, read_ris
from diptych.catalogue.review.tables import read_table
from diptych.catalogue.review.text import read_text

MOST_RECORDS = 100_000
"""Records that one file may hold."""

Reader = Callable[[str, str, Problems], Iterator[Citation]]


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file of search results."""

    format: str
    """ris, nbib, bibtex or table."""
    citations: tuple[Citation, ...]


def read_export(path: Path | str, encoding: str = "utf-8") -> Export:
    """The citations of a RIS, BibTeX, PubMed (nbib) or CSV file.

    All of them or none: raises `DiptychError` with every record that cannot be read, by line, since counts
    of a review must not depend on what a reader could make of a file.
    """
    where, problems = str(path), Problems()
    text = read_text(Path(path), encoding)
    kind, reader = _reader(text)
    citations: list[Citation] = []
    with problems.collect():
        for citation in reader(text, where, problems):
            citations.append(citation)
            if len(citations) > MOST_RECORDS:
                problems.add(
                    where, f"more than {MOST_RECORDS:,} records", "export the search in several files"
                )
                break
    if not problems and not citations:
        problems.add(where, "holds no record", "export the search again")
    problems.raise_any()
    return Export(format=kind, citations=tuple(citations))


def _reader(text: str) -> tuple[str, Reader]:
    if looks_like_ris(text):
        return "ris", read_ris
    if looks_like_nbib(text):
        return "nbib", read_nbib
    return ("bibtex", read_bibtex) if looks_like_bibtex(text) else ("table", read_table)
