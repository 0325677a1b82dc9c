"""Leaks: no subject of a held-out row reaches training, by whatever way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from diptych.base.errors import Problems
from diptych.records.sample import Record
from diptych.records.splits import subject_of

_REMEDY = "take these rows out of training, or the subject out of the held-out rows"


class Held:
    """The subjects of the held-out rows, and where they stand."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Take the rows of every split but `train`."""
        rows = tuple(records)
        self._split = {subject_of(record): record.split for record in rows}
        self._named = {name: record.split for record in rows for name in (record.subject, record.id) if name}
        # A number that is a subject is also a tooth, an age or a count in somebody's sentence.
        names = sorted((name for name in self._named if not name.isdecimal()), key=len, reverse=True)
        some = "|".join(map(re.escape, names))
        self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{some})(?![A-Za-z0-9])") if names else None

    def check_real(self, records: Sequence[Record], problems: Problems) -> None:
        """Note every subject of real training rows that is held out as well."""
        rows: dict[str, list[str]] = {}
        for record in records:
            if subject_of(record) in self._split:
                rows.setdefault(subject_of(record), []).append(record.id)
        for subject, ids in sorted(rows.items()):
            what = f"is in train ({', '.join(ids[:3])}) and in {self._split[subject]}"
            problems.add(f"--real, subject {subject!r}", what, _REMEDY)

    def check_drawn(self, flag: str, records: Sequence[Record], problems: Problems) -> None:
        """Note every synthetic row whose subject or provenance names a held-out subject or image."""
        seen: dict[str, str] = {}
        for record in records:
            name = record.subject if record.subject in self._named else self._told(record, seen)
            if name:
                what = f"names {name!r}, which is held out for {self._named[name]}"
                problems.add(f"{flag}, row {record.id}", what, _REMEDY)

    def _told(self, record: Record, seen: dict[str, str]) -> str:
        """The first held-out name in the row's provenance; rows share texts, so each is read once."""
        if self._pattern is None:
            return ""
        for text in (record.provenance.generator, record.provenance.request, record.source):
            if text not in seen:
                found = self._pattern.search(text)
                seen[text] = found.group() if found else ""
            if seen[text]:
                return seen[text]
        return ""
