"""Facets: by what the table of the site can be narrowed down, and what each record says to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from diptych.catalogue.entry import Entry
from diptych.catalogue.vocabulary import AXES, VOCABULARIES

UNKNOWN = "unknown"
"""Stands for what was not reported, as in the flags of `search`."""
KINDS: Mapping[str, str] = {
    "dataset": "data set",
    "dataset+generator": "data set with generator",
    "generator": "generator",
}
"""The kinds of records in words."""


@dataclass(frozen=True, kw_only=True)
class Facet:
    """One question with a few answers; a record may give several."""

    key: str
    """Its name in the address of a filtered page."""
    title: str
    tell: Callable[[Entry], Iterable[str]]
    order: Sequence[str]
    """The answers in their order; others come before `unknown`, the greatest first."""
    match: Literal["any", "all"] = "any"
    """Whether one of the chosen answers is enough."""

    def options(self, entries: Iterable[Entry]) -> list[tuple[str, str, int]]:
        """(value, its words, number of entries) of every value that some entry has."""
        counted = Counter(value for entry in entries for value in self.tell(entry))
        others = sorted(set(counted) - {*self.order, UNKNOWN}, reverse=True)
        order = [*self.order, *others, UNKNOWN]
        return [(value, in_words(value), counted[value]) for value in order if counted[value]]


def in_words(value: str) -> str:
    """A facet's value as it is shown."""
    return "not reported" if value == UNKNOWN else KINDS.get(value, value)


def told(entry: Entry) -> dict[str, list[str]]:
    """What the entry says to every facet."""
    return {facet.key: list(facet.tell(entry)) for facet in FACETS}


def address(**chosen: Sequence[str]) -> str:
    """The part of a page's address, from #, that filters the table by these values of facets."""
    return f"#{urlencode([(key, value) for key, values in chosen.items() for value in values])}"


def _uses(entry: Entry) -> Iterable[str]:
    return [use.use for use in entry.use_cases or ()] or (UNKNOWN,)


FACETS = (
    Facet(key="kind", title="Record", tell=lambda entry: (entry.kind,), order=tuple(KINDS)),
    Facet(
        key="modality",
        title="Modality",
        tell=lambda entry: entry.modality_groups,
        order=VOCABULARIES["modality group"],
    ),
    Facet(
        key="family",
        title="Generator",
        tell=lambda entry: entry.generator.families or (UNKNOWN,),
        order=VOCABULARIES["generator family"],
    ),
    Facet(key="axis", title="Evaluated on, all of", tell=lambda entry: entry.axes, order=AXES, match="all"),
    Facet(
        key="labels",
        title="Labels, all of",
        tell=lambda entry: (UNKNOWN,) if entry.labels is None else entry.labels or ("none",),
        order=VOCABULARIES["labels"],
        match="all",
    ),
    Facet(
        key="licence",
        title="Licence",
        tell=lambda entry: (entry.licence_class,),
        order=tuple(term for term in VOCABULARIES["licence class"] if term != UNKNOWN),
    ),
    Facet(
        key="access",
        title="Access",
        tell=lambda entry: (entry.release.access or UNKNOWN,),
        order=VOCABULARIES["access"],
    ),
    Facet(key="use", title="Use case", tell=_uses, order=VOCABULARIES["use case"]),
    Facet(key="year", title="Year", tell=lambda entry: (str(entry.year or UNKNOWN),), order=()),
)
"""The facets in the order of the page."""
