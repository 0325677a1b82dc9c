"""All that the cells of a study answer, as typed tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diptych.base.errors import DiptychError
from diptych.studies.cells import Cell
from diptych.studies.design import Study
from diptych.studies.outcomes import Outcome, outcomes, remembered
from diptych.studies.placed import Placed, placed
from diptych.studies.registered import Registered, registered, sentence
from diptych.studies.versus import Versus, versus

CONTROLS = ("real-only", "duplicate-real")
"""Every arm is compared with these."""


@dataclass(frozen=True, kw_only=True)
class TaskAnswer:
    """What is told of one test set: the study's own, or one of another place."""

    task: str
    outcome: Outcome
    """The one that decides."""
    tables: tuple[Versus, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A study, answered as far as its cells go."""

    placed: Placed
    present: int
    wanted: int
    sentence: str
    primary: Registered | None
    """None where the study's own task has no cell yet."""
    tasks: tuple[TaskAnswer, ...]


def answered(study: Study, cells: Sequence[Cell]) -> Answer:
    """Answer a study as far as its cells go. The same cells, in whatever order, give the same answer.

    Raises `DiptychError` for no cells at all, and for cells of another study.
    """
    _check(study, cells)
    here = placed(study, cells)
    present, wanted = here.counts
    deciding = {task: remembered(outcomes(_of(here, task))[0]) for task in here.tasks}
    primary = registered(here, deciding[study.task]) if study.task in deciding else None
    return Answer(
        placed=here,
        present=present,
        wanted=wanted,
        sentence=sentence(primary, deciding[study.task]) if primary else "Not told yet: no cell is there.",
        primary=primary,
        tasks=tuple(_task(here, task, outcome) for task, outcome in deciding.items()),
    )


def _task(here: Placed, task: str, outcome: Outcome) -> TaskAnswer:
    controls = [here.find(arm.name) for arm in here.study.arms if arm.name in CONTROLS]
    tables = (versus(here, task, control, outcome) for control in dict.fromkeys(controls))
    return TaskAnswer(task=task, outcome=outcome, tables=tuple(table for table in tables if table.rows))


def _of(here: Placed, task: str) -> list[Cell]:
    return [cell for cell in here.cells if cell.task == task]


def _check(study: Study, cells: Sequence[Cell]) -> None:
    if not cells:
        raise DiptychError.of("cells", "are none", "run the study first")
    others = sorted({cell.study for cell in cells} - {study.name})
    if others:
        raise DiptychError.of("cells", f"are of the study {others[0]!r}", f"give those of {study.name!r}")
