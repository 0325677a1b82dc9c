"""RIS, the exchange format of reference managers, as Scopus, Embase, Web of Science and others write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diptych.base.errors import Problems
from diptych.catalogue.review.citation import Citation, cite
from diptych.catalogue.review.tagged import RIS, TaggedRecord, tagged_records


def looks_like_ris(text: str) -> bool:
    """Whether a record opens near the head of the text."""
    return re.search(r"^TY  -", text[:20_000], re.MULTILINE) is not None


def read_ris(text: str, where: str, problems: Problems) -> Iterator[Citation]:
    """The citations of a RIS text, for types of reference known or not.

    Databases fill the tags in their own ways: the journal stands in T2 (Scopus, Web of Science), JF
    (Embase) or JO (EndNote), the PubMed number in C2 (Scopus) or AN (PubMed, Ovid).
    """
    for record in tagged_records(text, RIS, where, problems):
        with problems.collect():
            yield _citation(record, where)


def _citation(record: TaggedRecord, where: str) -> Citation:
    database = record.first("DB", "DP")
    kinds = (record.first("TY"), record.first("M3"))
    return cite(
        where,
        record.line,
        title=record.first("TI", "T1", "CT", "BT"),
        authors=record.all("AU", "A1"),
        year=record.first("PY", "Y1", "DA"),
        venue=record.first("JF", "T2", "JO", "JA", "J2", "BT"),
        doi=record.first("DO"),
        arxiv=_eprint(record),
        pmid=_pmid(record, database),
        abstract=record.first("AB", "N2"),
        url=record.first("UR", "L2"),
        kind=" / ".join(kind for kind in kinds if kind and not kind.startswith("10.")),
        database=database,
    )


def _eprint(record: TaggedRecord) -> str:
    """A value that names arXiv, where arXiv's own and reference managers' exports put it."""
    tags = ("AN", "M1", "T2", "JO", "UR", "N1")
    return next((v for tag in tags for v in record.values.get(tag, ()) if "arxiv" in v.lower()), "")


def _pmid(record: TaggedRecord, database: str) -> str:
    if "scopus" in database.lower():
        return record.first("C2")
    return record.first("AN") if re.search("pubmed|medline", database, re.IGNORECASE) else ""
