r"""BibTeX as arXiv, Scopus and managers write it: in UTF-8, or with accents in LaTeX (M{\"u}ller)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from diptych.base.errors import DiptychError, Problems
from diptych.base.optional import optional
from diptych.catalogue.review.citation import LONGEST, Citation, cite

DEEPEST = 40
"""Braces within braces that a field may have; the LaTeX reader calls itself for each."""

_READ = re.findall(
    r"\w+",
    "title year date journal journaltitle booktitle howpublished publisher doi eprint archiveprefix pmid "
    "abstract type source",
)
"""Fields that are read; names and addresses are read in ways of their own."""

_MARKED = re.compile(r"[\\{}$~]|--")
_BARE_PERCENT = re.compile(r"(?<!\\)%")


def looks_like_bibtex(text: str) -> bool:
    """Whether an entry opens near the head of the text."""
    return re.search(r"^\s*@\s*\w+\s*[{(]", text[:20_000], re.MULTILINE) is not None


def read_bibtex(text: str, where: str, problems: Problems) -> Iterator[Citation]:
    """The citations of a BibTeX text, for entry types known or not.

    Notes in `problems`, with the line, what is no entry, and a key that comes twice. Needs the extra
    `review`.
    """
    parser = _quiet("bibtexparser")
    with _faults(where, "the file is no BibTeX"):
        library = parser.parse_string(text)
    for block in library.failed_blocks:
        problems.add(f"{where}, line {block.start_line + 1}", _fault(block), "correct the entry")
    for entry in library.entries:
        fields = {field.key.lower(): str(field.value) for field in entry.fields}
        with problems.collect():
            yield _citation(fields, entry.entry_type, where, entry.start_line + 1)


def _quiet(module: str) -> Any:
    """A library that would say every fault a second time, in its log, on standard error."""
    logging.getLogger(module.partition(".")[0]).setLevel(logging.CRITICAL + 1)
    return optional(module, "BibTeX")


@contextmanager
def _faults(where: str, what: str) -> Iterator[None]:
    """Whatever hostile text makes a foreign parser raise, such as endless nesting, as one line."""
    try:
        yield
    except Exception as error:
        raise DiptychError.of(where, f"{what} ({type(error).__name__})", "correct it") from None


def _fault(block: Any) -> str:
    key = getattr(block, "key", None)
    if key is not None and type(block).__name__ == "DuplicateBlockKeyBlock":
        return f"the key {key!r} comes twice"
    return "the entry cannot be read, a brace or a comma is missing in it or before it"


def _citation(fields: Mapping[str, str], kind: str, where: str, line: int) -> Citation:
    at = f"{where}, line {line}"
    told = {name: plain(fields[name], at) for name in _READ if fields.get(name)}
    eprint = told.get("eprint", "") if told.get("archiveprefix", "arxiv").lower() == "arxiv" else ""
    venue = _first(told, "journal", "journaltitle", "booktitle", "howpublished", "publisher")
    return cite(
        where,
        line,
        title=told.get("title", ""),
        authors=[_person(name, at) for name in people(fields.get("author", ""))],
        year=_first(told, "year", "date"),
        venue=venue,
        doi=told.get("doi", ""),
        arxiv=eprint or venue,
        pmid=told.get("pmid", ""),
        abstract=told.get("abstract", ""),
        url=fields.get("url", "").replace("\\", ""),
        kind=" / ".join(filter(None, (kind, told.get("type", "")))),
        database=told.get("source", ""),
    )


def _first(told: Mapping[str, str], *names: str) -> str:
    return next((told[name] for name in names if told.get(name)), "")


def people(text: str) -> list[str]:
    """The names of an author field, which the word "and" parts where no brace is open."""
    names, depth = [""], 0
    for word in re.split(r"(\s+)", text):
        if word.lower() == "and" and depth == 0:
            names.append("")
        else:
            names[-1] += word
        depth += word.count("{") - word.count("}")
    return [name.strip() for name in names if name.strip() and name.strip().lower() != "others"]


def _person(name: str, where: str) -> str:
    """A name as "Family, Given"; one in braces is that of a group and stays as it is."""
    told = plain(name, where)
    if "," in told or (name.startswith("{") and name.endswith("}")):
        return told
    words = told.split()
    first = next((i for i, word in enumerate(words[:-1]) if i and word[0].islower()), len(words) - 1)
    return ", ".join(filter(None, (" ".join(words[first:]), " ".join(words[:first]))))


def plain(text: str, where: str) -> str:
    """LaTeX to letters: accents composed, braces dropped, formulas as text; other text as it is.

    Raises `DiptychError` for braces deeper than `DEEPEST`.
    """
    if not _MARKED.search(text) or len(text) > 2 * LONGEST["abstract"]:
        return text  # nothing to do, or so long that it will be refused
    if _depth(text) > DEEPEST:
        raise DiptychError.of(where, f"more than {DEEPEST} braces within each other", "take them out")
    converter = _quiet("pylatexenc.latex2text").LatexNodes2Text(math_mode="text")
    with _faults(where, "the LaTeX of a field cannot be read"):
        # Outside LaTeX files a bare % is a percent sign, not the start of a remark.
        return str(converter.latex_to_text(_BARE_PERCENT.sub(r"\\%", text)))


def _depth(text: str) -> int:
    depth = deepest = 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        deepest = max(deepest, depth)
    return deepest
