"""Filters over entries: every value belongs to a vocabulary, and a wrong one is told with the right ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from diptych.base.errors import Problems
from diptych.catalogue.entry import Entry
from diptych.catalogue.vocabulary import VOCABULARIES

_YEARS = re.compile(r"(\d{4})|(\d{4})?-(\d{4})?")
HAS = tuple(
    dict.fromkeys(
        (*VOCABULARIES["evaluation axis"], *VOCABULARIES["released"], *VOCABULARIES["labels"], "doi", "paper")
    )
)
"""What one may ask an entry to have: an axis of evaluation, a released part, a shipped label, a paper."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What entries must be: all that is given must hold; of several values of a field one is enough.

    `has` is the exception: everything named there must be had. `unknown` stands for what was not reported.
    `year` is a year or a range: `2024`, `2022-2024`, `2023-` or `-2020`.
    """

    kind: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    conditioning: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    year: str = ""

    def __post_init__(self) -> None:
        problems = Problems()
        for name, known in _KNOWN.items():
            for value in getattr(self, name):
                if value.casefold() not in map(str.casefold, known):
                    problems.add(f"--{name}", f"does not know {value!r}", f"choose from {', '.join(known)}")
        if self.year and not _years(self.year):
            problems.add("--year", f"{self.year!r} is no range of years", "write 2024, 2022-2024 or 2023-")
        problems.raise_any()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def alone(self, entries: Iterable[Entry]) -> dict[str, int]:
        """How many of the entries each filter that is given would leave if it were the only one."""
        facets = Facets(entries)
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: len(facets.allowed(Filters(**{name: value}))) for name, value in given.items() if value}

    def keep(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries for which every filter holds, in their order."""
        listed = tuple(entries)
        allowed = Facets(listed).allowed(self)
        return [entry for entry in listed if entry.id in allowed]


class Facets:
    """Which entries have which value, so that a filter over thousands is a look-up."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._ids: dict[str, Mapping[str, set[str]]] = {}

    def allowed(self, filters: Filters) -> set[str]:
        """The ids of the entries for which every filter holds."""
        found = {entry.id for entry in self._entries}
        for name in _KNOWN:
            values = getattr(filters, name)
            sets = [self._of(name).get(value.casefold(), set()) for value in values]
            if sets:
                found &= set[str].intersection(*sets) if name == "has" else set[str].union(*sets)
        return found & self._in_years(filters.year) if filters.year else found

    def _of(self, name: str) -> Mapping[str, set[str]]:
        """Value -> ids, made when a filter is first used."""
        if name not in self._ids:
            made: dict[str, set[str]] = defaultdict(set)
            for entry in self._entries:
                for value in _TOLD[name](entry):
                    made[value.casefold()].add(entry.id)
            self._ids[name] = made
        return self._ids[name]

    def _in_years(self, text: str) -> set[str]:
        years = _years(text)
        return {entry.id for entry in self._entries if entry.year in years}


def _years(text: str) -> range:
    """The years of a range as it is written; empty where it is none, or ends before it begins."""
    match = _YEARS.fullmatch(text)
    if not match or text == "-":
        return range(0)
    only, first, last = match.groups()
    return range(int(only or first or 0), int(only or last or 9999) + 1)


def _kinds(entry: Entry) -> Sequence[str]:
    """A data set with its generator answers to both names."""
    return (entry.kind, *entry.kind.split("+"))


def _has(entry: Entry) -> Sequence[str]:
    own = (*entry.axes, *(entry.release.parts or ()), *(entry.labels or ()))
    paper = entry.paper
    return (*own, *(["doi"] if paper.dois else []), *(["paper"] if paper.dois or paper.arxiv else []))


def _uses(entry: Entry) -> Sequence[str]:
    return [use.use for use in entry.use_cases or ()] or ["unknown"]


_TOLD: Mapping[str, Callable[[Entry], Sequence[str]]] = {
    "kind": _kinds,
    "modality": lambda entry: (*entry.modality, *entry.modality_groups),
    "region": lambda entry: entry.body_region or ("unknown",),
    "family": lambda entry: entry.generator.families or ("unknown",),
    "conditioning": lambda entry: entry.conditioning or ("unknown",),
    "labels": lambda entry: ("unknown",) if entry.labels is None else entry.labels,
    "licence": lambda entry: (entry.licence_class, entry.licence.family or "", entry.licence.spdx or ""),
    "access": lambda entry: (entry.release.access or "unknown",),
    "use": _uses,
    "has": _has,
}
"""Filter -> what an entry tells about it."""

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "kind": VOCABULARIES["kind"],
    "modality": tuple(dict.fromkeys((*VOCABULARIES["modality"], *VOCABULARIES["modality group"]))),
    "region": (*VOCABULARIES["body region"], "unknown"),
    "family": (*VOCABULARIES["generator family"], "unknown"),
    "conditioning": (*VOCABULARIES["conditioning"], "unknown"),
    "labels": (*VOCABULARIES["labels"], "unknown"),
    "licence": (*VOCABULARIES["licence class"], *VOCABULARIES["licence family"]),
    "access": (*VOCABULARIES["access"], "unknown"),
    "use": (*VOCABULARIES["use case"], "unknown"),
    "has": HAS,
}
"""Filter -> the values that it takes."""
