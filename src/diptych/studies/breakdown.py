"""Who gains? The paired difference class by class, and group by group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.difference import Difference
from diptych.metrics.estimate import Estimate
from diptych.metrics.groups import LEAST, GroupTable, by_group
from diptych.studies.cells import WHOLE, Cell, Column
from diptych.studies.grids import paired_grid
from diptych.studies.measures import Better, Measure, subject_mean
from diptych.studies.two_level import difference, resample


def by_class(
    first: Sequence[Cell], second: Sequence[Cell], metric: str, better: Better = "higher", seed: int = 0
) -> dict[str, Difference]:
    """The paired difference of a score for every class that both arms scored, by class.

    A class that too few test subjects have (5) is NaN with the reason. These are many tests: adjust
    the p values (`holm`) before one class is called better.
    """
    scored = [set(cell.scores.get(metric, {})) for cell in (*first, *second)]
    classes = sorted(set.intersection(*scored) - {WHOLE}, key=lambda name: (len(name), name))
    if not classes:
        raise DiptychError.of(f"scores.{metric}", "has no class in every cell", "score by class")
    return {name: _of_class(first, second, subject_mean(metric, name, better), seed) for name in classes}


def by_subject_group(
    first: Sequence[Cell],
    second: Sequence[Cell],
    measure: Measure,
    groups: Mapping[str, str],
    least: int = LEAST,
    seed: int = 0,
) -> GroupTable:
    """The paired difference for every group of subjects, the gap between groups, and who gains least.

    `groups` maps subjects to labels (sex, age band); an absent or empty one is unknown. A group of
    fewer than `least` subjects is not estimable. See `metrics.groups.by_group` for the gap, which is
    biased upward. Its errors are taken from the groups' intervals, seeds and all, as if independent.
    """
    subjects = first[0].subjects
    labels = np.asarray([groups.get(subject, "") for subject in subjects])
    members = {str(name): labels == name for name in np.unique(labels) if name}
    if not members:
        raise DiptychError.of("groups", "name no test subject", "give a label for the subjects of the cells")

    def gain(rows: NDArray[np.int64]) -> Estimate:
        ours, theirs = ([only(cell, rows) for cell in cells] for cells in (first, second))
        return difference(resample(paired_grid(ours, theirs, measure, seed), seed=seed)).estimate

    return by_group(gain, members, subjects, measure.better, least, seed=seed)


def only(cell: Cell, rows: Sequence[int] | NDArray[np.int64]) -> Cell:
    """The cell as if it had been tested on these subjects alone, by their places."""

    def cut(columns: Mapping[str, Column]) -> dict[str, Column]:
        return {name: tuple(column[row] for row in rows) for name, column in columns.items()}

    return replace(
        cell,
        subjects=tuple(cell.subjects[row] for row in rows),
        scores={metric: cut(part) for metric, part in cell.scores.items()},
        probabilities=cut(cell.probabilities),
        truth=cut(cell.truth),
    )


def _of_class(first: Sequence[Cell], second: Sequence[Cell], measure: Measure, seed: int) -> Difference:
    """Over the subjects that have the class in every run; where a run alone sees it, it has it not."""
    tables = [measure.each(cell) for cell in (*first, *second) if measure.each is not None]
    rows = np.flatnonzero(np.isfinite(np.stack(tables)).all(axis=0))
    try:
        ours, theirs = ([only(cell, rows) for cell in cells] for cells in (first, second))
        return difference(resample(paired_grid(ours, theirs, measure, seed), seed=seed))
    except DiptychError:
        note = f"not estimable: {len(rows)} subjects have the class"
        nothing = Estimate(value=math.nan, low=math.nan, high=math.nan, n=len(rows), notes=(note,))
        return Difference(estimate=nothing, p=math.nan)
