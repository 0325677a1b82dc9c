"""Who gains from the registered arm, and who loses: class by class, and group by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diptych.base.errors import DiptychError
from diptych.metrics.difference import Difference
from diptych.metrics.groups import GroupTable
from diptych.records.cohort import Cohort
from diptych.records.splits import subject_of
from diptych.records.vocabulary import UNKNOWN
from diptych.studies.breakdown import by_class, by_subject_group
from diptych.studies.cells import Cell
from diptych.studies.compared import Verdict, compare, held, nothing, verdict
from diptych.studies.holm import holm
from diptych.studies.measures import auroc
from diptych.studies.outcomes import Outcome
from diptych.studies.paired_areas import paired_areas
from diptych.studies.placed import Placed
from diptych.studies.registered import Registered

GROUPINGS = ("sex", "age_group", "view")
"""Attributes of test subjects that are asked about where they are known."""

Groups = Mapping[str, Mapping[str, str]]
"""Attribute -> test subject -> label."""


@dataclass(frozen=True, kw_only=True)
class ClassGain:
    """The registered comparison on one class or finding alone."""

    name: str
    gain: Difference
    adjusted: float
    """Its p after Holm over the classes."""
    verdict: Verdict
    """By `adjusted`: a class that was picked among many."""
    delong: float | None = None
    """DeLong's p, for these models; None for segmentations."""


@dataclass(frozen=True, kw_only=True)
class WhoGains:
    """The registered comparison in parts."""

    classes: tuple[ClassGain, ...]
    groups: Mapping[str, GroupTable]
    """Attribute -> gain of each of its groups."""


def subject_groups(cohort: Cohort) -> Groups:
    """What a cohort knows of its subjects' sex, age group and view, as `who_gains` wants it."""
    found: dict[str, dict[str, str]] = {}
    for record in cohort.records:
        for name in GROUPINGS:
            label = dict(record.groups).get(name, UNKNOWN)
            if label != UNKNOWN:
                found.setdefault(name, {})[subject_of(record)] = label
    return found


def who_gains(placed: Placed, found: Registered, outcome: Outcome, groups: Groups) -> WhoGains | None:
    """The registered comparison by class and by group; None while it cannot be told as a whole."""
    if found.control is None or found.found.reason:
        return None
    first, second = placed.at(found.place, found.arm), placed.at(found.place, found.control)
    return WhoGains(
        classes=_classes(first, second, outcome, found.found.seeds),
        groups={name: table for name in groups if (table := _group(first, second, outcome, groups[name]))},
    )


def _classes(first: list[Cell], second: list[Cell], outcome: Outcome, seeds: int) -> tuple[ClassGain, ...]:
    if outcome.metric:
        gains = by_class(first, second, outcome.metric, outcome.better) if outcome.classes else {}
        areas: dict[str, float] = {}
    else:
        gains = {name: _of_finding(first, second, name, outcome) for name in _findings(first)}
        areas = {name: paired_areas(first, second, name).p for name in outcome.classes}
    adjusted = holm([gain.p for gain in gains.values()])
    return tuple(
        ClassGain(
            name=name,
            gain=gain,
            adjusted=p,
            verdict=held(verdict(gain.estimate, outcome.better, seeds), p),
            delong=areas.get(name),
        )
        for (name, gain), p in zip(gains.items(), adjusted, strict=True)
    )


def _findings(cells: list[Cell]) -> list[str]:
    return sorted(cells[0].probabilities, key=lambda name: (len(name), name))


def _of_finding(first: list[Cell], second: list[Cell], name: str, outcome: Outcome) -> Difference:
    if name not in outcome.classes:
        return nothing("not estimable: too few test subjects have it, or lack it")
    alone = Outcome(name=outcome.name, over=name, measure=auroc([name]), classes=(name,))
    return compare(first, second, alone).gain


def _group(
    first: list[Cell], second: list[Cell], outcome: Outcome, labels: Mapping[str, str]
) -> GroupTable | None:
    if len({labels[subject] for subject in first[0].subjects if subject in labels}) < 2:
        return None  # the whole set under another name
    try:
        return by_subject_group(first, second, outcome.measure, labels)
    except DiptychError:
        return None
