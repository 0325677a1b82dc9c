"""Rows that a study stops by and tests on: what can be known of them before anything is trained."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.downstream import Task
from diptych.records.cohort import Cohort
from diptych.records.reading import Row
from diptych.records.sample import Record
from diptych.records.splits import subject_of
from diptych.records.vocabulary import UNKNOWN
from diptych.studies.folds import Fold


def tested_part(cohort: Cohort) -> Cohort:
    """The test rows of a foreign cohort: its split `test` or `val`, or all of it."""
    for split in ("test", "val"):
        if split in cohort.splits:
            return cohort.select(split=split)
    return cohort


def check_fold(fold: Fold, task: Task, problems: Problems) -> None:
    """Note what keeps the rows of a fold from being learned from, stopped by and tested on."""
    for split, told in (("train", "training"), ("val", "validation"), ("test", "test")):
        with problems.collect():
            rows = _with_truth(fold.cohort.select(split=split), task, f"size {fold.label}, {told} rows")
            if split != "train":
                _check_truth(rows, task, f"size {fold.label}, {told} rows")


def check_transfer(transfer: Path, real: Cohort, fold: Fold, task: Task, problems: Problems) -> None:
    """Note why a foreign cohort cannot be tested on, or must not: it holds what the study learns from.

    `real` is the whole real cohort: of its rows only those that `fold` tests on may share a subject with
    the foreign ones.
    """
    where = f"--transfer {transfer}"
    with problems.collect():
        foreign = tested_part(Cohort.open(transfer))
        if foreign.body != real.body:
            what = f"holds {foreign.body} images, and --real {real.body} ones"
            raise DiptychError.of(where, what, "test on one body region")
        rows = _with_truth(foreign, task, where)
        _check_truth(rows, task, where)
        if task.classes(foreign) != task.classes(real):
            what = f"its layer {task.layer!r} has other labels than that of --real"
            raise DiptychError.of(where, what, "give cohorts with one label space")
    with problems.collect():
        tested = {record.id for record in fold.cohort.select(split="test").records}
        known = (record for record in real.records if record.id not in tested)
        _check_apart(tested_part(Cohort.open(transfer)), known, where)


def _with_truth(part: Cohort, task: Task, where: str) -> tuple[Row, ...]:
    """The rows that say something about the task. Raises `DiptychError` where none does."""
    rows = tuple(row for row in part.rows if _told(row, task))
    if not rows:
        what = f"none has the layer {task.layer!r}" if task.layer else "nobody looked for the findings"
        raise DiptychError.of(where, f"{what} that the task {task.name} learns", "choose another cohort")
    return rows


def _told(row: Row, task: Task) -> bool:
    if task.layer:
        return task.layer in row.masks
    groups = row.record.groups
    seen = {finding.name for finding in row.record.findings}
    return any(
        name in seen or UNKNOWN not in (groups.get(name), groups.get("findings")) for name in task.findings
    )


def _check_truth(rows: tuple[Row, ...], task: Task, where: str) -> None:
    """Raise `DiptychError` for rows by which nothing may be judged: drawn ones, and masks by estimate."""
    drawn = sum(row.record.provenance.kind != "real" for row in rows)
    if drawn:
        what = f"{drawn} of {len(rows)} rows are not real"
        raise DiptychError.of(where, what, "give images of patients")
    estimated = sum(task.layer in row.record.estimated for row in rows)
    if estimated:
        what = f"the layer {task.layer!r} of {estimated} of {len(rows)} rows is estimated, not drawn"
        raise DiptychError.of(where, what, "give rows that somebody has outlined")


def _check_apart(foreign: Cohort, known: Iterable[Record], where: str) -> None:
    tested = {subject_of(record) for record in foreign.records}
    if both := sorted(tested & {subject_of(record) for record in known}):
        what = f"{len(both)} of its {len(tested)} tested subjects are among those that the study learns from"
        remedy = "take them out, or name them otherwise if they are other people"
        raise DiptychError.of(where, f"{what} or stops by, such as {both[0]}", remedy)
