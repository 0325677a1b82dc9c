"""A bibliographic record, cleaned and within bounds, whatever database it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from diptych.base.errors import DiptychError, Problems
from diptych.catalogue.review import identifiers
from diptych.catalogue.review.text import clean

LONGEST = {"title": 2_000, "abstract": 50_000, "venue": 1_000, "url": 2_000, "kind": 300, "database": 100}
"""Letters that a field may have; what is longer is no bibliographic record."""
LONGEST_NAME, MOST_AUTHORS = 500, 10_000

_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d|2100)(?!\d)")
_UNKNOWN = {"[not available]", "[no title available]", "not available"}


@dataclass(frozen=True, kw_only=True)
class Citation:
    """What a database says of one publication; "" and None stand for what it does not say."""

    title: str = ""
    authors: tuple[str, ...] = ()
    """In order, as "Family, Given" where the source tells which is which."""
    year: int | None = None
    venue: str = ""
    """Journal, conference, repository or book."""
    doi: str = ""
    """Lower case, without address."""
    arxiv: str = ""
    """Without version."""
    pmid: str = ""
    abstract: str = ""
    url: str = ""
    """Only http and https."""
    kind: str = ""
    """What the source calls it: JOUR, Preprint, article, Published Erratum."""
    database: str = ""
    """The database that the file names."""
    line: int = 0
    """Where the record begins in its file."""


def cite(
    where: str,
    line: int,
    *,
    title: str = "",
    authors: Iterable[str] = (),
    year: str = "",
    doi: str = "",
    arxiv: str = "",
    pmid: str = "",
    url: str = "",
    **texts: str,
) -> Citation:
    """A citation from the words of a file; `texts` are venue, abstract, kind and database.

    Raises `DiptychError` with every problem of the record: a field that is too long, a DOI that is none,
    neither title nor identifier.
    """
    problems, at = Problems(), f"{where}, line {line}"
    words = {name: clean(text) for name, text in {"title": title, "url": url, **texts}.items()}
    people = tuple(name for name in map(clean, authors) if name)
    if words["title"].lower() in _UNKNOWN:
        words["title"] = ""
    _check_sizes(words, people, at, problems)
    number = ""
    try:
        number = identifiers.doi(doi) or identifiers.doi_in(words["url"])
    except DiptychError as error:
        problems.add(at, f"DOI {error.problems[0].what}", error.problems[0].remedy)
    eprint = identifiers.arxiv(arxiv) or identifiers.arxiv(number) or identifiers.arxiv(words["url"])
    if not (words["title"] or number or eprint or identifiers.pmid(pmid)):
        problems.add(at, "the record has neither title nor identifier", "complete it or take it out")
    problems.raise_any()
    if not words["url"].lower().startswith(("http://", "https://")):
        words["url"] = ""
    return Citation(
        authors=people,
        year=year_in(year),
        doi=number,
        arxiv=eprint,
        pmid=identifiers.pmid(pmid),
        line=line,
        **words,
    )


def year_in(text: str) -> int | None:
    """The first year from 1500 to 2100 in a date such as "2021 Mar 3" or "2021/03//"; None for none."""
    found = _YEAR.search(text)
    return int(found.group()) if found else None


def _check_sizes(words: dict[str, str], people: tuple[str, ...], at: str, problems: Problems) -> None:
    remedy = "shorten it or take the record out"
    for name, text in words.items():
        if len(text) > LONGEST[name]:
            problems.add(at, f"{name} has {len(text):,} letters, {LONGEST[name]:,} are read", remedy)
    if len(people) > MOST_AUTHORS:
        problems.add(at, f"{len(people):,} authors, {MOST_AUTHORS:,} are read", remedy)
    if any(len(name) > LONGEST_NAME for name in people):
        problems.add(at, f"a name has more than {LONGEST_NAME} letters", remedy)
