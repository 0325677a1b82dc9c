"""Where does the scatter of a study's scores come from: generators, seeds, or test subjects?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from diptych.studies.grids import Grid


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """Standard deviations of one run's value, level by level, in the measure's unit; NaN if unknown."""

    generators: float
    seeds: float
    subjects: float
    """By which the value would move with another test set of the same size."""


def scatter(runs: Grid) -> Scatter:
    """Nested standard deviations: seeds within generators, by the analysis of variance.

    Searle, Casella and McCulloch 1992 (Variance Components, ch. 3): the generators' variance is that
    of their means less the seeds' over their number; below 0 it is told as 0. One generator or one seed
    leaves its level unknown, and with 2 generators the number is known to a factor of ten at best.
    """
    made, seeds = runs.values.shape
    within = float(runs.values.var(axis=1, ddof=1).mean()) if seeds > 1 else math.nan
    between = float(runs.values.mean(axis=1).var(ddof=1)) if made > 1 else math.nan
    # One seed a generator: the two levels cannot be told apart, and the comparison keeps NaN.
    own = max(between - within / seeds, 0.0) if math.isfinite(between - within) else math.nan
    subjects = float(runs.draws.var(axis=0).mean())
    return Scatter(generators=math.sqrt(own), seeds=math.sqrt(within), subjects=math.sqrt(subjects))
