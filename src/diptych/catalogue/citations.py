"""Entries as bibliographic records, BibTeX and RIS: the paper where there is one, else the data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from diptych.catalogue.entry import Entry

_LATEX = {
    **{letter: f"\\{letter}" for letter in "{}$&%#_"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def bibtex(entries: Iterable[Entry]) -> str:
    """One `@misc` an entry under its id. Texts are escaped, so that none can close its field."""
    return "\n".join(_bibtex(entry) for entry in entries)


def ris(entries: Iterable[Entry]) -> str:
    """One record an entry, `DATA` for data sets and `COMP` for generators, lines ended by CR LF."""
    lines = (f"{tag}  - {text}" for entry in entries for tag, text in _ris(entry))
    return "".join(f"{line}\r\n" for line in lines)


def latex(text: str) -> str:
    """The text with everything escaped that LaTeX would read as a command."""
    return "".join(_LATEX.get(letter, letter) for letter in text)


def _bibtex(entry: Entry) -> str:
    # Addresses are in the verbatim field `url`, where only braces could do harm; an entry's address has none.
    fields = {
        "title": "{" + latex(entry.paper.title or entry.name) + "}",
        "year": str(entry.year or ""),
        "doi": (entry.paper.dois or ("",))[0],
        "eprint": entry.paper.arxiv or "",
        "archiveprefix": "arXiv" if entry.paper.arxiv else "",
        "url": _address(entry),
        "note": latex(_note(entry)),
    }
    body = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items() if text)
    return f"@misc{{{entry.id},\n{body}}}\n"


def _ris(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "TY", "DATA" if entry.holds_images else "COMP"
    yield "ID", entry.id
    yield "TI", entry.paper.title or entry.name
    if entry.year:
        yield "PY", str(entry.year)
    yield from (("DO", doi) for doi in entry.paper.dois or ())
    yield "UR", _address(entry)
    if entry.paper.arxiv:
        yield "AN", f"arXiv:{entry.paper.arxiv}"
    yield from (("KW", term) for term in (*entry.modality, *(entry.generator.families or ())))
    yield "N1", _note(entry)
    yield "ER", ""


def _address(entry: Entry) -> str:
    return entry.release.url or entry.paper.url or entry.sources[0].url


def _note(entry: Entry) -> str:
    """What it is, the licence, and when it was looked at."""
    licence = entry.licence.words or "licence not reported"
    kind = entry.kind.replace("+", " and ")
    return f"{entry.name}: synthetic {kind}; {licence}; seen {entry.verified.isoformat()}"
