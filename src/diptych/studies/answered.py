"""All that the cells of a study answer, as typed tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.studies.cells import Cell
from diptych.studies.design import Study
from diptych.studies.makers import Maker, makers
from diptych.studies.outcomes import Outcome, outcomes, remembered
from diptych.studies.placed import Placed, placed
from diptych.studies.registered import Registered, registered, sentence
from diptych.studies.scored import Score, scores
from diptych.studies.secondary import Secondary, secondary
from diptych.studies.versus import Versus, versus
from diptych.studies.who_gains import Groups, WhoGains, who_gains
from diptych.studies.without_real import WithoutReal, without_real

CONTROLS = ("real-only", "duplicate-real")
"""Every arm is compared with these."""


@dataclass(frozen=True, kw_only=True)
class TaskAnswer:
    """What is told of one test set: the study's own, or one of another place."""

    task: str
    outcome: Outcome
    """The one that decides."""
    primary: Registered
    """The registered comparison on this test set; it was registered for the study's own."""
    tables: tuple[Versus, ...]
    """Every arm against each of `CONTROLS`."""
    scores: tuple[Score, ...]
    without_real: tuple[WithoutReal, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A study, answered as far as its cells go."""

    placed: Placed
    present: int
    """Cells of the study's own task that there are."""
    wanted: int
    """Cells that the study asks for."""
    sentence: str
    own: TaskAnswer
    """The study's own task."""
    elsewhere: tuple[TaskAnswer, ...]
    """The same learners on test sets of other places."""
    secondary: tuple[Secondary, ...]
    who: WhoGains | None
    makers: tuple[Maker, ...]


def answered(study: Study, cells: Sequence[Cell], out: Path, groups: Groups | None = None) -> Answer:
    """Answer a study as far as its cells go. The same cells, in whatever order, give the same answer.

    `out` is the study's folder, where what is known of its generators lies; `groups` is what is known of
    its test subjects. Raises `DiptychError` for cells of another study, and where the study's own task
    has no cell yet.
    """
    _check(study, cells)
    here = placed(study, cells)
    found = {task: outcomes([cell for cell in here.own if cell.task == task]) for task in here.tasks}
    own, *elsewhere = (_task(here, task, remembered(some[0])) for task, some in found.items())
    present, wanted = here.counts
    return Answer(
        placed=here,
        present=present,
        wanted=wanted,
        sentence=sentence(own.primary, own.outcome),
        own=own,
        elsewhere=tuple(elsewhere),
        secondary=secondary(here, own.primary, (own.outcome, *found[study.task][1:])),
        makers=makers(here, own.primary.control, own.outcome, out),
        who=who_gains(here, own.primary, own.outcome, groups or {}),
    )


def _task(here: Placed, task: str, outcome: Outcome) -> TaskAnswer:
    controls = dict.fromkeys(here.find(arm.name) for arm in here.study.arms if arm.name in CONTROLS)
    tables = (versus(here, task, control, outcome) for control in controls)
    return TaskAnswer(
        task=task,
        outcome=outcome,
        primary=registered(here, task, outcome),
        tables=tuple(table for table in tables if table.rows),
        scores=scores(here, task, outcome),
        without_real=without_real(here, task, outcome),
    )


def _check(study: Study, cells: Sequence[Cell]) -> None:
    others = sorted({cell.study for cell in cells} - {study.name})
    if others:
        raise DiptychError.of("cells", f"are of the study {others[0]!r}", f"give those of {study.name!r}")
    if all(cell.task != study.task for cell in cells):
        raise DiptychError.of("cells", f"have none of the task {study.task!r}", "run the study first")
