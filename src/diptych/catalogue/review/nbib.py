"""The PubMed format (MEDLINE), which PubMed saves as .nbib and .txt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diptych.base.errors import Problems
from diptych.catalogue.review.citation import Citation, cite
from diptych.catalogue.review.tagged import MEDLINE, TaggedRecord, tagged_records

ADDRESS = "https://pubmed.ncbi.nlm.nih.gov/{}/"


def looks_like_nbib(text: str) -> bool:
    """Whether a PubMed record opens near the head of the text."""
    return re.search(r"^PMID-", text[:20_000], re.MULTILINE) is not None


def read_nbib(text: str, where: str, problems: Problems) -> Iterator[Citation]:
    """The citations of a text in PubMed format.

    Tags as in NLM's "MEDLINE/PubMed data element (field) descriptions": FAU holds full names, CN groups
    that sign as authors; LID and AID hold the DOI with the mark [doi].
    """
    for record in tagged_records(text, MEDLINE, where, problems):
        with problems.collect():
            yield _citation(record, where)


def _citation(record: TaggedRecord, where: str) -> Citation:
    number = record.first("PMID").strip()
    marked = (value for tag in ("LID", "AID") for value in record.values.get(tag, ()))
    return cite(
        where,
        record.line,
        title=record.first("TI", "BTI", "TT"),
        authors=[*record.all("FAU", "AU"), *record.all("CN")],
        year=record.first("DP", "DEP"),
        venue=record.first("JT", "TA", "BTI"),
        doi=next((value for value in marked if value.endswith("[doi]")), ""),
        pmid=number,
        abstract=record.first("AB"),
        url=ADDRESS.format(number) if number.isdigit() else "",
        kind="; ".join(record.all("PT")),
        database="PubMed",
    )
