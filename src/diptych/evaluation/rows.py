"""The rows of a report: one number each, with all that is needed to read it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from diptych.evaluation.candidates import Candidate
from diptych.evaluation.measures.registry import Axis, MeasureCard
from diptych.metrics.estimate import Estimate

Verdict = Literal["within floor", "between", "at bad reference", "cannot tell", "not estimable"]
WORDS = ("within floor", "between", "at bad reference")
"""The verdicts; the other two say that there is none."""
NOT_ESTIMABLE = Estimate(value=math.nan, low=math.nan, high=math.nan, n=0)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A measure of one candidate, beside the same of other real images and of spoilt ones."""

    metric: str
    axis: Axis | Literal["cost"]
    extractor: str
    group: str
    """`all`, or a group such as `sex=female`."""
    estimate: Estimate
    floor: Estimate
    bad: Estimate
    bad_name: str
    better: Literal["lower", "higher", "middle"]
    primary: bool = False
    others: tuple[tuple[str, Estimate], ...] = ()
    """The same measure of further candidates, for orientation."""
    worst: str = ""
    """Of a gap between groups: the group with the worst value."""

    @property
    def verdict(self) -> Verdict:
        """Where the value stands between other real images and the spoilt ones."""
        return verdict(self.estimate, self.floor, self.bad, self.better)

    def as_json(self) -> dict[str, Any]:
        """Plain values; NaN becomes null."""
        found, floor, bad = (_plain(e) for e in (self.estimate, self.floor, self.bad))
        return {
            "metric": self.metric,
            "extractor": self.extractor,
            "group": self.group,
            **{key: found[key] for key in ("value", "low", "high")},
            "n": self.estimate.n,
            "unit": self.estimate.unit,
            "floor": floor["value"],
            "bad_reference": bad["value"],
            "note": "; ".join(self.estimate.notes),
            "axis": self.axis,
            "verdict": self.verdict if self.verdict in WORDS else None,
            "primary": self.primary,
            "better": self.better,
            "floor_interval": [floor["low"], floor["high"]],
            "bad_reference_interval": [bad["low"], bad["high"]],
            "bad_reference_name": self.bad_name,
            "floor_n": self.floor.n,
            "bad_reference_n": self.bad.n,
            "others": {name: {**_plain(found), "n": found.n} for name, found in self.others},
        }


def verdict(value: Estimate, floor: Estimate, bad: Estimate, better: str) -> Verdict:
    """Within the floor if the intervals of value and floor meet, at the bad reference likewise.

    Where floor and bad reference themselves overlap, the measure cannot tell at this n; nor can
    it where an interval is so wide that it reaches the floor from beside the bad reference.
    """
    if math.isnan(value.value):
        return "not estimable"
    if not (math.isfinite(floor.value) and math.isfinite(bad.value)):
        return "cannot tell"
    worse = not (_meet(value, floor) or _better(value, floor, better))
    if worse and _beyond(value, floor, bad):
        return "at bad reference"
    if _meet(floor, bad) or (not worse and not _nearer(value, floor, bad, better)):
        return "cannot tell"
    if not worse:
        return "within floor"
    return "at bad reference" if _meet(value, bad) else "between"


def _nearer(value: Estimate, floor: Estimate, bad: Estimate, better: str) -> bool:
    """Whether the value itself lies on the floor's half of the way."""
    apart = abs(value.value - floor.value), abs(value.value - bad.value)
    return _better(value, floor, better) or apart[0] <= apart[1]


def _meet(a: Estimate, b: Estimate) -> bool:
    return a.low <= b.high and b.low <= a.high


def _better(value: Estimate, floor: Estimate, better: str) -> bool:
    if better == "middle":
        return False
    return value.value < floor.value if better == "lower" else value.value > floor.value


def _beyond(value: Estimate, floor: Estimate, bad: Estimate) -> bool:
    """Whether the value lies at least as far from the floor as the bad reference, on its side or not."""
    return abs(value.value - floor.value) >= abs(bad.value - floor.value)


def _plain(estimate: Estimate) -> dict[str, float | None]:
    pairs = (("value", estimate.value), ("low", estimate.low), ("high", estimate.high))
    return {name: number if math.isfinite(number) else None for name, number in pairs}


NEARLY_ALL = 0.95
"""Subjects an image above which images count as independent without a word."""


def interval_notes(card: MeasureCard, sides: Iterable[Candidate]) -> tuple[str, ...]:
    """What a report says of an interval that is not calibrated, or not for these sides."""
    known = (f"interval not calibrated: {card.interval}",) if card.interval else ()
    if card.by_subject:
        return known
    several = {
        f"{len(side)} images of {len(set(side.subjects))} subjects ({side.name})": None
        for side in sides
        if len(set(side.subjects)) < NEARLY_ALL * len(side)
    }
    told = f"interval may be too narrow: it takes {' and '.join(several)} as independent"
    return (*known, told) if several else known
