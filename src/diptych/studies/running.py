"""A study is run: what its cells are made of, then every cell that is missing, each kept at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from diptych.base.alone import alone
from diptych.base.atomic import write_json
from diptych.base.config import encode
from diptych.base.progress import bar
from diptych.recipes import recipe
from diptych.records.cohort import Cohort
from diptych.studies.cell_files import append_cell, mend_cells, read_cells
from diptych.studies.cells import Cell
from diptych.studies.claim import STUDY, Claim, check_makers, claim
from diptych.studies.design import Study, check_study
from diptych.studies.folds import Fold, make_folds
from diptych.studies.jobs import CellJob, Given, MakingJob
from diptych.studies.making import Workshop, generators
from diptych.studies.preflight import check_ready
from diptych.studies.remade import remade
from diptych.studies.wanted import WantedCell, missing, wanted_cells

CELLS = "cells.jsonl"
T = TypeVar("T")


class Runner(Protocol):
    """Does jobs, here or elsewhere, and hands over each result as soon as it is there."""

    def __call__(self, jobs: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        """Results in any order."""
        ...


def run_locally(jobs: Sequence[Callable[[], T]]) -> Iterator[T]:
    """One job after the other, in this process."""
    return (job() for job in jobs)


def run_study(
    study: Study, real: Path, out: Path, *, transfer: Path | None = None, runner: Runner = run_locally
) -> tuple[Cell, ...]:
    """Run what is missing of a study in the folder `out`; gives all its cells.

    Learners are tested on the real held-out rows, and on the cohort `transfer` as well if it is given. The
    run may be killed at any time: run it again. More seeds or sizes than before are added to what is there.
    Raises `DiptychError` with everything that is wrong before anything is trained, where cells are missing
    of a study that another version began, and while another run is at work in `out`.
    """
    given = Given(study=study, real=real, out=out, transfer=transfer)
    check_study(study, f"study {study.name}")
    cohort = Cohort.open(real)
    folds = make_folds(study, cohort)
    check_ready(study, cohort, folds, transfer)
    claimed = claim(given)
    with alone(out):
        return _go_on(given, folds, claimed, runner)


def _go_on(given: Given, folds: dict[float, Fold], claimed: Claim, runner: Runner) -> tuple[Cell, ...]:
    out = given.out
    mend_cells(out / CELLS)
    present = read_cells(out / CELLS)
    left = missing(given.study, folds, (cell.key for cell in present))
    if left:
        check_makers(claimed, str(out))
    write_json(out / STUDY, encode(claimed))
    with remade(out):
        _make(given, folds, runner, left)
        return _fill(given, left, present, runner)


def _make(given: Given, folds: dict[float, Fold], runner: Runner, left: Sequence[WantedCell]) -> None:
    """What several generators share one by one: phantoms, bases, a fold's judges; then every generator.

    Rows of folds are shared by jobs that run at once, so they are written here.
    """
    study, used = given.study, {(w.size, w.family, w.generator_seed) for w in left}
    first = [MakingJob(given=given, what="phantoms")]
    first += [MakingJob(given=given, what="base", family=family) for family in study.families]
    first += _judging(given, left)
    wanted = [
        MakingJob(given=given, what="pool", family=made.family, size=fold.size, seed=made.seed)
        for fold in folds.values()
        for made in generators(study, fold)
        if (fold.size, made.family, made.seed) in used
    ]
    if not wanted:
        first = first[:1]
    for size in sorted({job.size for job in wanted}):
        Workshop(given.out).rows(folds[size])
    for part in (first, wanted):
        with bar("making generators", len(part)) as shown:
            for _ in runner(part):
                shown.advance()


def _judging(given: Given, left: Sequence[WantedCell]) -> Iterator[MakingJob]:
    """Judges of every size with a pool to judge, once for each layer that families draw."""
    layers = {recipe(family.recipe).model.layer: family for family in given.study.families}
    for size in sorted({wanted.size for wanted in left if wanted.family}) if given.study.gated else ():
        for family in layers.values():
            yield MakingJob(given=given, what="judges", family=family, size=size)


def _fill(given: Given, left: Iterable[Any], present: tuple[Cell, ...], runner: Runner) -> tuple[Cell, ...]:
    jobs = [CellJob(given=given, wanted=wanted) for wanted in left]
    cells, all_of_them = list(present), len(wanted_cells(given.study))
    with bar("cells", all_of_them, all_of_them - len(jobs)) as shown:
        for made in runner(jobs):
            keys = {cell.key for cell in cells}
            for cell in made:
                if cell.key not in keys:
                    append_cell(given.out / CELLS, cell, keys)
                    cells.append(cell)
            shown.advance()
            shown.say(f"{cells[-1].arm}, seed {cells[-1].seed}")
    # As they stand in the file, rounded: a study that was interrupted has the same table to the digit.
    return read_cells(given.out / CELLS)
