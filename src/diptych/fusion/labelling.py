"""What counts as a label: findings by name, by site or from a list, and group attributes beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diptych.base.errors import Problems
from diptych.records.sample import Body, Record
from diptych.records.vocabulary import SITES, UNKNOWN

PLAIN_GROUPS = ("view", "sex", "age_group")
"""Attributes that are matched where every row tells them; an age in years would make a group of one."""
UNSEEN = "not looked for"
"""Ends the label of a finding that nobody looked for, which is neither there nor absent."""

Cell = tuple[tuple[str, ...], tuple[str, ...]]
"""A bin of the joint histogram: the combination of labels, and the values of the groups."""


@dataclass(frozen=True, kw_only=True)
class Labelling:
    """How rows are counted."""

    classes: tuple[str, ...] = ()
    """Labels that count; empty for all."""
    sites: bool = False
    groups: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """Names of findings that nobody looked for in some real row: their distribution is not known, so bins
    do not tell them apart."""

    def labels(self, record: Record) -> frozenset[str]:
        """The labels of one image, with those that nobody looked for marked as such."""
        names = {finding.name for finding in record.findings}
        placed = {str(finding) for finding in record.findings}
        seen = placed if self.sites else names
        if self.classes:
            seen = set(self.classes) & (names | placed)
        return frozenset(seen | self._unseen(record))

    def _unseen(self, record: Record) -> set[str]:
        """What the record's groups call unknown, of that which counts."""
        unknown = {name for name, value in record.groups.items() if value == UNKNOWN}
        counted = {name for name in unknown & set(SITES[record.body]) if self._counts(name)}
        return {f"{name} {UNSEEN}" for name in counted | (unknown & {"findings"})}

    def _counts(self, name: str) -> bool:
        return not self.classes or any(
            label == name or label.startswith(f"{name} ") for label in self.classes
        )

    def cell(self, record: Record) -> Cell:
        """The bin of one image."""
        values = tuple(record.groups.get(name, "") for name in self.groups)
        sure = [label for label in self.labels(record) if not self.is_unsure(label)]
        return tuple(sorted(sure)), values

    def is_unsure(self, label: str) -> bool:
        """Whether the label, with or without a site, is of a finding in `unsure`."""
        return any(f"{label} ".startswith(f"{name} ") for name in self.unsure)

    def histogram(self, records: Iterable[Record]) -> dict[Cell, int]:
        """How many images lie in each bin, in the order of the bins."""
        return dict(sorted(Counter(self.cell(record) for record in records).items()))

    def words(self, cell: Cell) -> str:
        """A bin for people: `pneumonia, view AP`."""
        labels, values = cell
        told = [f"{name} {value or 'not told'}" for name, value in zip(self.groups, values, strict=True)]
        return ", ".join([*(labels or ("no finding",)), *told])


def told_by_all(records: Sequence[Record]) -> tuple[str, ...]:
    """The plain attributes that every one of the records tells."""
    return tuple(
        name
        for name in PLAIN_GROUPS
        if records and all(record.groups.get(name, UNKNOWN) not in ("", UNKNOWN) for record in records)
    )


def not_looked_for(records: Iterable[Record]) -> tuple[str, ...]:
    """The findings that nobody looked for in some of the records; `findings` means all of them."""
    unknown = {name for r in records for name, value in r.groups.items() if value == UNKNOWN}
    lawful = {"findings", *(name for sites in SITES.values() for name in sites)}
    return tuple(sorted(unknown & lawful))


def check_classes(body: Body, classes: Iterable[str], problems: Problems) -> None:
    """Note every class that the vocabulary of the body region does not have."""
    for label in classes:
        lawful = any(
            label in (name, f"{name} {site}".strip()) for name, sites in SITES[body].items() for site in sites
        )
        if not lawful:
            what = f"{label!r} is no finding of {body} radiographs"
            problems.add("--classes", what, f"choose from {', '.join(SITES[body])}, with or without a site")
