"""Leaks: no subject of a held-out row reaches training, by whatever way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from diptych.base.errors import Problems
from diptych.records.sample import Record
from diptych.records.splits import subject_of

_REMEDY = "take these rows out of training, or the subject out of the held-out rows"
_RUN = re.compile(r"[^\W_]+")
"""Letters and digits in a row: a name is found where whole runs of them are equal, `kerm-7` in `x_kerm-7.png`
but not in `kerm-71`."""
_SHORT = 4
"""Plain words shorter than this are also words of sentences, as plain numbers are teeth, ages and counts."""


class Held:
    """The subjects of the held-out rows, and where they stand."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Take the rows of every split but `train`."""
        rows = tuple(records)
        self._split = {subject_of(record): record.split for record in rows}
        self._named = {name: record.split for record in rows for name in (record.subject, record.id) if name}
        self._by_run: dict[str, list[str]] = {}
        for name in filter(_is_telling, self._named):
            self._by_run.setdefault(_RUN.findall(name)[0], []).append(name)

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
        for record in records:
            told = (record.provenance.generator, record.provenance.request, record.source)
            own = record.subject if record.subject in self._named else ""
            name = own or next(filter(None, map(self.named_in, told)), "")
            if name:
                what = f"names {name!r}, which is held out for {self._named[name]}"
                problems.add(f"{flag}, row {record.id}", what, _REMEDY)

    def named_in(self, text: str) -> str:
        """The first held-out name that stands in the text; empty when there is none."""
        for run in _RUN.finditer(text):
            for name in self._by_run.get(run.group(), ()):
                start = run.start() - name.index(run.group())
                end = start + len(name)
                if start >= 0 and text[start:end] == name and not _RUN.match(text[end : end + 1]):
                    return name
        return ""


def _is_telling(name: str) -> bool:
    """Whether a name, found in a sentence, can only be that name."""
    plain = name.isdecimal() or (name.isalpha() and len(name) < _SHORT)
    return not plain and bool(_RUN.search(name))
