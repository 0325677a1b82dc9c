"""A new record: asked for in a terminal or read from a file, checked, compared with the others, written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from diptych.base.errors import DiptychError, Problems
from diptych.catalogue.duplicates import duplicates_of
from diptych.catalogue.entry import Entry
from diptych.catalogue.loading import Catalogue, load_catalogue, parse_entry, read_entry
from diptych.catalogue.vocabulary import SPDX, VOCABULARIES
from diptych.catalogue.writing import write_entry

Ask = Callable[[str], str]


def add_entry(source: str | Path | None, into: str | Path, distinct: bool = False, ask: Ask = input) -> Path:
    """Put a record into a folder of records and return the path of its file.

    `source` is a YAML file; without one, `ask` is called with each question (an answer a call). `distinct`
    says that the record is another thing than those that it resembles. Raises `DiptychError` with every fault
    of the record, when its id is taken, and when it may stand there already; nothing is written then.
    """
    folder = Path(into)
    present = load_catalogue(folder) if any(folder.glob("*.y*ml")) else Catalogue(())
    entry = ask_entry(ask) if source is None else read_entry(Path(source))
    problems = Problems()
    if any(other.id == entry.id for other in present):
        problems.add(
            str(folder), f"already has a record {entry.id!r}", "choose another id, or edit that file"
        )
    for twins in duplicates_of(entry, present):
        if twins.sure or not distinct:
            remedy = "edit that record" if twins.sure else "if it is another thing, say so with --distinct"
            problems.add(str(folder), f"may have it already ({twins})", remedy)
    problems.raise_any()
    return write_entry(entry, folder)


def ask_entry(ask: Ask = input) -> Entry:
    """A record from answers: an empty answer is "not reported"; a wrong one is told, and asked for again."""
    today = date.today().isoformat()
    values: dict[str, Any] = {"verified": today, "sources": [{"seen": today}], "release": {}}
    for question in QUESTIONS:
        value = _answer(question, ask)
        if value is not None:
            _place(values, question.path, value)
    values["release"]["seen"] = "url" in values["release"]
    words = values.get("licence", {}).get("words")
    if words is not None:
        spdx = {"spdx": words} if words in SPDX else {}
        values["licence"] |= {**spdx, "family": SPDX.get(words, values["licence"].get("family", "other"))}
    else:
        values.pop("licence", None)
    return parse_entry(json.dumps(values, ensure_ascii=False), "the answers")


@dataclass(frozen=True)
class Question:
    """One field: its dotted path, what is asked, and the vocabulary of its terms, if it has one."""

    path: str
    text: str
    terms: str = ""
    many: bool = False
    needed: bool = False

    def prompt(self) -> str:
        """The question with what may be answered."""
        hints = [f"one or more of: {', '.join(VOCABULARIES[self.terms])}" if self.many and self.terms else ""]
        hints += [f"one of: {', '.join(VOCABULARIES[self.terms])}" if self.terms and not self.many else ""]
        hints += ["separated by commas" if self.many else "", "" if self.needed else "empty: not reported"]
        told = "; ".join(hint for hint in hints if hint)
        return f"{self.text} ({told}): " if told else f"{self.text}: "


QUESTIONS = (
    Question("id", "Short id, such as echonet-synthetic", needed=True),
    Question("name", "Name", needed=True),
    Question("kind", "What it is", "kind", needed=True),
    Question("year", "Year of publication"),
    Question("modality", "Modality", "modality", many=True, needed=True),
    Question("body_region", "Body region", "body region", many=True),
    Question("dimensionality", "Dimensionality", "dimensionality", many=True),
    Question("size.n", "Number of synthetic samples, digits only"),
    Question("size.unit", "Counted in", "unit"),
    Question("resolution", "Resolution, such as 256x256"),
    Question("conditioning", "Conditioned on", "conditioning", many=True),
    Question("labels", "Labels that come with the images", "labels", many=True),
    Question("generator.families", "Family of the generator", "generator family", many=True),
    Question("generator.model", "Model of the generator"),
    Question("training.data", "Real data that it learned from", many=True),
    Question("release.parts", "What is published", "released", many=True),
    Question("release.evidence", "What shows that it is public, such as: dataset card"),
    Question("release.access", "Access", "access"),
    Question("release.url", "Address of the data set or generator"),
    Question("release.code_url", "Address of the code"),
    Question("licence.words", "Licence in the publisher's words, or as SPDX identifier"),
    Question("licence.family", "Family of that licence", "licence family"),
    Question("paper.title", "Title of the paper"),
    Question("paper.dois", "DOI, such as 10.1234/abc", many=True),
    Question("paper.arxiv", "arXiv number, such as 2209.07162"),
    Question("sources.0.url", "Address where you saw these facts", needed=True),
    Question("notes", "Anything else"),
)
"""What `add` asks. The rest of the schema (evaluation, use cases) is added in the file."""

_WHOLE = ("year", "size.n")


def _answer(question: Question, ask: Ask) -> Any:
    """An answer that stands; asks until there is one."""
    prompt = question.prompt()
    while True:
        try:
            text = ask(prompt).strip()
        except EOFError:
            raise DiptychError.of(
                "add", "the answers ended", "answer every question, or give --from"
            ) from None
        if not text and not question.needed:
            return None
        value = _value(question, text)
        fault = _fault(question, value)
        if not fault:
            return value
        prompt = f"{fault}\n{question.prompt()}"


def _value(question: Question, text: str) -> Any:
    if question.many:
        return [part.strip() for part in text.split(",") if part.strip()]
    return int(text) if question.path in _WHOLE and text.isdecimal() else text


def _fault(question: Question, value: Any) -> str:
    """What the schema says against this value in an otherwise sound record; empty if nothing."""
    probe: dict[str, Any] = json.loads(_SOUND)
    _place(probe, question.path, value)
    try:
        parse_entry(json.dumps(probe, ensure_ascii=False), "answer")
    except DiptychError as error:
        return "; ".join(problem.what for problem in error.problems)
    return ""


_SOUND = json.dumps(
    {
        "id": "x",
        "name": "x",
        "kind": "generator",
        "modality": ["CT"],
        "release": {"seen": True},
        "licence": {"words": "x", "family": "other"},
        "sources": [{"url": "https://example.org", "seen": "2000-01-01"}],
        "verified": "2000-01-01",
    }
)
"""A record without fault, to try one answer in."""


def _place(values: dict[str, Any], path: str, value: Any) -> None:
    """Set the field of a dotted path; numbers in it are places in lists that are there."""
    *above, last = path.split(".")
    place: Any = values
    for part in above:
        place = place[int(part)] if part.isdecimal() else place.setdefault(part, {})
    place[last] = value
