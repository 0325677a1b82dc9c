"""Two questions against each other: how many records answer both, and where there is a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from diptych.catalogue.entry import Entry
from diptych.catalogue.statistics import QUESTIONS
from diptych.catalogue.vocabulary import VOCABULARIES

UNTOLD = ("unknown", "not told")
"""Rows for what was not reported; they come last."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Numbers of records by two questions. A record counts in every cell that it answers."""

    title: str
    row_name: str
    column_name: str
    rows: Mapping[str, int]
    """Answer -> how many records give it."""
    columns: Mapping[str, int]
    cells: Mapping[tuple[str, str], int]
    """(row, column) -> how many records give both; a pair that none gives is left out."""
    records: int
    """How many records were asked."""

    def count(self, row: str, column: str) -> int:
        """How many records are in a cell."""
        return self.cells.get((row, column), 0)

    @property
    def greatest(self) -> int:
        """The number of the fullest cell, at least 1."""
        return max([1, *self.cells.values()])

    @property
    def gaps(self) -> int:
        """How many cells are empty; answers that were not reported are no gap and do not count."""
        asked = [(r, c) for r in self.rows for c in self.columns if r not in UNTOLD and c not in UNTOLD]
        return sum(not self.count(*cell) for cell in asked)

    def described(self) -> str:
        """The matrix in words, for those who do not see it."""
        fullest = sorted(self.cells.items(), key=lambda item: (-item[1], item[0]))[:3]
        named = "; ".join(f"{row} by {column} {n}" for (row, column), n in fullest)
        known = [r for r in self.rows if r not in UNTOLD], [c for c in self.columns if c not in UNTOLD]
        most = f" Most records: {named}." if named else ""
        cells = len(known[0]) * len(known[1])
        return f"{of_records(self.records)}. {self.gaps} of {cells} cells are empty.{most}"


def of_records(n: int) -> str:
    """A number of records in words."""
    return f"{n} record" if n == 1 else f"{n} records"


def cross(entries: Iterable[Entry], rows: str, columns: str, title: str, among: Iterable[Entry]) -> Matrix:
    """The matrix of two questions of `ASKED` over the entries.

    Answers are those of the vocabulary, also where nobody gives them, or of all entries `among` which these
    are, so that matrices of parts have the same cells.
    """
    listed, whole = tuple(entries), tuple(among)
    asked = [(set(ASKED[rows](entry)), set(ASKED[columns](entry))) for entry in listed]
    cells = Counter((r, c) for own_rows, own_columns in asked for r in own_rows for c in own_columns)
    down, across = Counter(r for own, _ in asked for r in own), Counter(c for _, own in asked for c in own)
    return Matrix(
        title=title,
        row_name=rows,
        column_name=columns,
        rows={answer: down[answer] for answer in _answers(rows, whole)},
        columns={answer: across[answer] for answer in _answers(columns, whole)},
        cells=dict(sorted(cells.items())),
        records=len(listed),
    )


def _answers(question: str, entries: Sequence[Entry]) -> list[str]:
    """All answers to a question in their order; years without a gap, so that an empty one shows."""
    told = {answer for entry in entries for answer in ASKED[question](entry)}
    known: Iterable[str] = VOCABULARIES.get(question, ())
    if question == "year":
        years = sorted(int(answer) for answer in told if answer not in UNTOLD)
        known = map(str, range(years[0], years[-1] + 1)) if years else ()
    return [*known, *(answer for answer in UNTOLD if answer in told)]


ASKED: Mapping[str, Callable[[Entry], Iterable[str]]] = {
    **{name: QUESTIONS[name] for name in ("modality group", "generator family", "year", "use case")},
    "evaluation axis": lambda entry: entry.axes,
}
"""Questions that can be crossed -> the answers of an entry."""
