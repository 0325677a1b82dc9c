"""Tables of search results (CSV) as PubMed, Scopus and arXiv tools save them: columns go by their names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from diptych.base.errors import DiptychError, Problems
from diptych.catalogue.review.citation import Citation, cite
from diptych.catalogue.review.nbib import ADDRESS
from diptych.catalogue.review.text import shown

COLUMNS = {
    "title": ("title", "article title", "document title"),
    "authors": ("author full names", "authors", "author", "author names"),
    "year": ("publication year", "year", "published", "submitted", "publication date", "date"),
    "venue": ("journal/book", "source title", "journal_ref", "journal", "publication title", "venue"),
    "doi": ("doi",),
    "arxiv": ("arxiv id", "arxiv_id", "entry_id", "link_abstract"),
    "pmid": ("pmid", "pubmed id"),
    "abstract": ("abstract", "summary"),
    "url": ("link", "url", "link_abstract", "entry_id"),
    "kind": ("document type", "publication type", "type"),
    "database": ("source", "database"),
}
"""What each field is called, best name first: PubMed's, Scopus', those of tools over arXiv's interface."""

_SCOPUS_ID = re.compile(r"\s*\(\d{5,}\)")
_UNSURE = re.compile(r"[;|]")


def read_table(text: str, where: str, problems: Problems) -> Iterator[Citation]:
    """The citations of a table with a heading line, parted by commas, semicolons or tabs.

    Raises `DiptychError` where no column is a title; rows that are shorter or longer than the heading are
    noted in `problems`.
    """
    lines = csv.reader(io.StringIO(text), delimiter=delimiter_of(text), strict=True)
    try:
        head = [name.strip().lower() for name in next(lines, [])]
        places = _places(head, where)
        end = lines.line_num
        for row in lines:
            line, end = end + 1, lines.line_num
            if not any(row):
                continue
            with problems.collect():
                yield _citation(_told(row, head, places, f"{where}, line {line}"), head, where, line)
    except csv.Error as error:
        at = f"{where}, line {lines.line_num}"
        problems.add(at, f"the table cannot be read ({error})", "save it again as CSV")


def delimiter_of(text: str) -> str:
    """What parts the cells of a table, by its heading: a comma, a semicolon or a tab."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _places(head: list[str], where: str) -> dict[str, int]:
    """Where each field stands; only the best of its columns is read."""
    places = {}
    for field, names in COLUMNS.items():
        known = [head.index(name) for name in names if name in head]
        if known:
            places[field] = known[0]
    if "title" not in places:
        what = f"no column is called Title, the first is {shown(head[0] if head else '')}"
        raise DiptychError.of(where, what, "give RIS, BibTeX, PubMed format or a CSV with a heading")
    return places


def _told(row: list[str], head: list[str], places: Mapping[str, int], at: str) -> dict[str, str]:
    if len(row) != len(head):
        what = f"the row has {len(row)} cells, the heading {len(head)}"
        raise DiptychError.of(at, what, "a quote or a comma may be missing")
    return {field: row[place] for field, place in places.items()}


def _citation(told: dict[str, str], head: list[str], where: str, line: int) -> Citation:
    if "pmid" in told and "journal/book" in head:
        told |= {"database": "PubMed", "url": ADDRESS.format(told["pmid"].strip())}
    elif told.get("arxiv"):
        told |= {"database": "arXiv", "venue": told.get("venue") or "arXiv"}
    authors = _people(told.pop("authors", ""))
    return cite(where, line, authors=authors, **told)


def _people(cell: str) -> list[str]:
    """The names of a cell: parted by ";" or "|", else by "," (PubMed); Scopus adds numbers in brackets."""
    bare = _SCOPUS_ID.sub("", cell).strip().rstrip(".")
    parted = _UNSURE.split(bare) if _UNSURE.search(bare) else _by_comma(bare)
    return [name.strip() for name in parted]


def _by_comma(cell: str) -> list[str]:
    """PubMed's "Frid-Adar M, Diamant I" is two names; "Frid-Adar, Maayan" is one, its given name long."""
    names = cell.split(",")
    one = len(names) == 2 and " " not in names[0].strip() and len(names[1].strip().split(" ")[0]) > 3
    return [cell] if one else names
