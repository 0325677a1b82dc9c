"""Two arms of a study side by side, and the word for what came out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from diptych.base.errors import DiptychError
from diptych.metrics.difference import Difference
from diptych.metrics.estimate import Estimate
from diptych.studies.cells import Cell
from diptych.studies.grids import paired_grid, pairs
from diptych.studies.measures import Better
from diptych.studies.outcomes import Outcome
from diptych.studies.two_level import Generators, difference, resample

Verdict: TypeAlias = Literal["gain shown", "no gain shown", "harm shown", "not told yet"]

ALPHA = 0.05
"""Of adjusted p values; the same that 95 % intervals have."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The first arm less the second, and what it rests on."""

    gain: Difference
    """By the two-level bootstrap; NaN where it cannot be told, with the reason as its note."""
    verdict: Verdict
    subjects: int = 0
    seeds: int = 0
    """Trainings a side that are paired."""
    generators: int = 0
    """Generators behind the first arm, 0 for an arm without."""

    @property
    def reason(self) -> str:
        """Why nothing can be told; empty where something can."""
        notes = self.gain.estimate.notes
        return notes[0] if notes and math.isnan(self.gain.estimate.value) else ""


def compare(
    first: Sequence[Cell], second: Sequence[Cell], outcome: Outcome, generators: Generators = "these"
) -> Compared:
    """The paired two-level difference; never raises for cells that are missing or do not fit."""
    try:
        gain = difference(resample(paired_grid(first, second, outcome.measure), generators))
        runs = pairs(first, second)
    except DiptychError as error:
        return Compared(gain=nothing(str(error)), verdict="not told yet")
    made = {cell.generator_seed for row in runs for cell, _ in row} - {None}
    return Compared(
        gain=gain,
        verdict=verdict(gain.estimate, outcome.better, len(runs[0])),
        subjects=len(first[0].subjects),
        seeds=len(runs[0]),
        generators=len(made),
    )


def verdict(gain: Estimate, better: Better, seeds: int) -> Verdict:
    """The word for an interval: beyond zero or not. One seed shows neither, since others may differ."""
    low, high = (gain.low, gain.high) if better == "higher" else (-gain.high, -gain.low)
    if seeds < 2 or math.isnan(low) or math.isnan(high):
        return "not told yet"
    if low > 0:
        return "gain shown"
    return "harm shown" if high < 0 else "no gain shown"


def held(word: Verdict, adjusted: float) -> Verdict:
    """The word for one of many comparisons: what Holm takes back is not shown."""
    return word if word == "not told yet" or adjusted < ALPHA else "no gain shown"


def nothing(why: str) -> Difference:
    """A difference that cannot be told."""
    empty = Estimate(value=math.nan, low=math.nan, high=math.nan, n=0, notes=(why,))
    return Difference(estimate=empty, p=math.nan)
