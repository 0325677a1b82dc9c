"""Records of tagged lines, as RIS and PubMed write them: a tag, a dash, a value, lines that go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from diptych.base.errors import Problems


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a format marks its lines and its records."""

    line: re.Pattern[str]
    """Matches a tagged line; groups are tag and value."""
    opens: str
    """The tag that begins a record."""
    closes: str = ""
    """The tag that ends one; "" where the next record or the end of the file does."""


RIS = Dialect(line=re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?$"), opens="TY", closes="ER")
MEDLINE = Dialect(line=re.compile(r"(?=.{4}-)([A-Z][A-Z0-9]{1,3}) {0,2}-(?: (.*))?$"), opens="PMID")


@dataclass
class TaggedRecord:
    """One record, with the number of its first line."""

    line: int
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    """Tags with the lines of their values."""

    @cached_property
    def values(self) -> dict[str, list[str]]:
        """The values of each tag, in order."""
        told: dict[str, list[str]] = {}
        for tag, lines in self.fields:
            told.setdefault(tag, []).append(" ".join(lines))
        return told

    def first(self, *tags: str) -> str:
        """The first value of the first tag that has one, "" for none."""
        return next((value for tag in tags for value in self.values.get(tag, ()) if value), "")

    def all(self, *tags: str) -> list[str]:
        """All values of the first tag that has any."""
        return next((self.values[tag] for tag in tags if tag in self.values), [])


def tagged_records(text: str, dialect: Dialect, where: str, problems: Problems) -> Iterator[TaggedRecord]:
    """The records of a text; what stands before the first one is a heading and is passed over.

    Notes in `problems`, with the line: a record that is not closed before the next one or the end, and
    tagged lines between records.
    """
    record: TaggedRecord | None = None
    begun = False
    for number, line in enumerate(text.split("\n"), start=1):
        found = dialect.line.match(line)
        if found and found[1] == dialect.opens:
            if record:
                _check_closed(record, dialect, where, problems)
                yield record
            record, begun = TaggedRecord(number), True
        elif found and record and found[1] == dialect.closes:
            yield record
            record = None
        elif found and begun and not record:
            problems.add(f"{where}, line {number}", f"{found[1]} stands outside a record", _remedy(dialect))
        if found and record:
            record.fields.append((found[1], [found[2] or ""]))
        elif record and line.strip():
            record.fields[-1][1].append(line.strip())
    if record:
        _check_closed(record, dialect, where, problems)
        yield record


def _check_closed(record: TaggedRecord, dialect: Dialect, where: str, problems: Problems) -> None:
    if dialect.closes:
        what = f"the record is not closed by {dialect.closes}"
        problems.add(f"{where}, line {record.line}", what, "is the file cut short? export it again")


def _remedy(dialect: Dialect) -> str:
    return f"begin the record with {dialect.opens}"
