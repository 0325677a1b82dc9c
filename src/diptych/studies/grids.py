"""Runs of one arm, or pairs of runs of two, laid out as a grid of generators by seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import REPEATS, subject_weights
from diptych.metrics.checks import enough
from diptych.studies.cells import Cell
from diptych.studies.measures import Array, Measure

CHUNKS = 5
"""Times 2,000 draws of subjects: p values to 0.0002, which Holm over some twenty arms needs."""

LEAST = 5
"""Test subjects below which nothing is said: their bootstrap has too few different draws."""

Runs: TypeAlias = Mapping[tuple[int | None, int], Cell]
"""Generator seed and seed -> cell."""

Run: TypeAlias = tuple[Cell, ...]
"""A cell, or two that are compared."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """A measure, or a paired difference of it, for every run, and under every draw of the subjects."""

    values: Array
    """(generators, seeds)."""
    draws: Array
    """(R, generators, seeds), all runs under the same draws."""
    subjects: int
    notes: tuple[str, ...] = ()


def grid(cells: Sequence[Cell], measure: Measure, seed: int = 0) -> Grid:
    """The measure of the runs of one arm at one setting."""
    runs = _runs(cells)
    rows: list[list[Run]] = [[(runs[g, s],) for s in _seeds([runs])] for g in _generators(runs)]
    return _fill(rows, measure, seed, _remarks([runs]))


def paired_grid(first: Sequence[Cell], second: Sequence[Cell], measure: Measure, seed: int = 0) -> Grid:
    """The measure of `first` less that of `second`, both tested on the same subjects."""
    return _fill(pairs(first, second), measure, seed, _remarks([_runs(first), _runs(second)]))


def paired_subjects(first: Sequence[Cell], second: Sequence[Cell], measure: Measure) -> tuple[Array, Array]:
    """The subjects' own scores (n,) in both arms, each averaged over the paired runs.

    NaN where a subject has none in some run.
    """
    if measure.each is None:
        raise DiptychError.of(measure.name, "has no score of a single subject", "use a score like Dice")
    runs = [run for row in pairs(first, second) for run in row]
    _same_subjects([cell for run in runs for cell in run])
    ours, theirs = (np.mean([measure.each(run[side]) for run in runs], axis=0) for side in (0, 1))
    return ours, theirs


def pairs(first: Sequence[Cell], second: Sequence[Cell]) -> list[list[Run]]:
    """Runs of two arms paired by seed: (generators, seeds) of pairs.

    Runs are paired by generator, too, where both arms have the same; an arm without generators meets
    every generator of the other with its run of that seed. Seeds that some run lacks are left out.
    """
    ours, theirs = _runs(first), _runs(second)
    partners, seeds = _partners(_generators(ours), _generators(theirs)), _seeds([ours, theirs])
    return [[(ours[a, s], theirs[b, s]) for s in seeds] for a, b in partners]


def _runs(cells: Sequence[Cell]) -> Runs:
    enough(len(cells), 1, "cells")
    runs = {(cell.generator_seed, cell.seed): cell for cell in cells}
    settings = {(cell.study, cell.task, cell.arm, cell.fraction, cell.ratio, cell.learner) for cell in cells}
    if len(settings) > 1 or len(runs) < len(cells):
        raise DiptychError.of(
            f"cells of {cells[0].arm}",
            "are of several settings",
            "choose one arm, fraction, ratio and learner",
        )
    return runs


def _generators(runs: Runs) -> list[int | None]:
    return sorted({g for g, _ in runs}, key=lambda g: -1 if g is None else g)


def _seeds(arms: Sequence[Runs]) -> list[int]:
    """Seeds that every generator of every arm has."""
    sets = [{s for other, s in runs if other == g} for runs in arms for g in _generators(runs)]
    common = set.intersection(*sets)
    if not common:
        raise DiptychError.of("cells", "share no seed", "run both arms with the same seeds")
    return sorted(common)


def _remarks(arms: Sequence[Runs]) -> tuple[str, ...]:
    every = {s for runs in arms for _, s in runs}
    missing = len(every) - len(_seeds(arms))
    remarks = [f"{missing} of {len(every)} seeds left out: some run lacks them"] if missing else []
    trained = [{g for g, _ in runs} - {None} for runs in arms]
    if any(len(generators) == 1 for generators in trained):
        remarks.append("one generator: says nothing of others")
    return tuple(remarks)


def _partners(ours: list[int | None], theirs: list[int | None]) -> list[tuple[int | None, int | None]]:
    if theirs == [None]:
        return [(g, None) for g in ours]
    if ours == [None]:
        return [(None, g) for g in theirs]
    both = [g for g in ours if g in theirs]
    if not both:
        raise DiptychError.of("cells", "share no generator seed", "run both arms with the same generators")
    return [(g, g) for g in both]


def _fill(rows: Sequence[Sequence[Run]], measure: Measure, seed: int, notes: tuple[str, ...]) -> Grid:
    """Run by run; a second cell of a run is taken from the first."""
    cells = {id(cell): cell for row in rows for run in row for cell in run}
    subjects = _same_subjects(list(cells.values()))
    enough(len(subjects), LEAST, "test subjects")
    parts = []
    for weights in _weights(subjects, seed):
        values = {name: measure.of(cell, weights) for name, cell in cells.items()}
        parts.append(_less(rows, values))
    draws = np.concatenate(parts)
    return Grid(values=draws[0], draws=draws[1:], subjects=len(subjects), notes=notes)


def _less(rows: Sequence[Sequence[Run]], values: Mapping[int, Array]) -> Array:
    runs = [[values[id(run[0])] - (values[id(run[1])] if run[1:] else 0.0) for run in row] for row in rows]
    table: Array = np.moveaxis(np.array(runs), -1, 0)
    return table


def _weights(subjects: tuple[str, ...], seed: int) -> Iterator[NDArray[np.float64]]:
    """All subjects once, then the draws, a chunk at a time."""
    yield np.ones((1, len(subjects)))
    for chunk in range(CHUNKS):
        yield _drawn(subjects, seed * CHUNKS + chunk)


@lru_cache(maxsize=CHUNKS)
def _drawn(subjects: tuple[str, ...], seed: int) -> NDArray[np.float64]:
    """Kept, since a study asks for the draws of one test set again for each of its comparisons."""
    weights = subject_weights(subjects, REPEATS, seed)
    weights.flags.writeable = False
    return weights


def _same_subjects(cells: Sequence[Cell]) -> tuple[str, ...]:
    for cell in cells:
        if cell.subjects != cells[0].subjects:
            what = f"was tested on other subjects than {cells[0].arm}, seed {cells[0].seed}"
            raise DiptychError.of(f"cell {cell.arm}, seed {cell.seed}", what, "compare on the same test set")
    return cells[0].subjects
