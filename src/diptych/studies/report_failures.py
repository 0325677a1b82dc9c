"""What did not work: arms that hurt or do not beat what is free, classes that lose, copies, other places."""

from __future__ import annotations

import math
from collections.abc import Iterator

from diptych.reports import Cell
from diptych.reports.page import signed
from diptych.studies.answered import Answer, TaskAnswer
from diptych.studies.compared import verdict
from diptych.studies.report_ranges import possible_gain
from diptych.studies.report_words import images
from diptych.studies.versus import Versus, VersusRow

COPIES = 0.03
"""Copy rate above which a generator is named; about 0.01 of new real images look like copies."""

Failure = tuple[str, Cell]
"""What failed, and how far."""


def failures(answer: Answer) -> tuple[Failure, ...]:
    """Every failure that the tables show, the gravest kinds first.

    Harm is taken before Holm, so that it is not excused by the number of arms.
    """
    return (
        *_registered(answer),
        *(failure for task in (answer.own, *answer.elsewhere) for failure in _harm(task)),
        *_no_better(answer.own),
        *_classes(answer),
        *_copies(answer),
        *_untold(answer),
    )


def _registered(answer: Answer) -> Iterator[Failure]:
    for task in (answer.own, *answer.elsewhere):
        found = task.primary.found
        if found.verdict in ("harm shown", "no gain shown"):
            gain = possible_gain(found.gain.estimate, task.outcome)
            told = f"{signed(gain.value)}, {signed(gain.low)} to {signed(gain.high)}"
            control = task.primary.control.label if task.primary.control else ""
            yield f"The registered arm does not beat {control} on {task.task}", Cell(told)


def _harm(task: TaskAnswer) -> Iterator[Failure]:
    """Arms and controls that are worse than a control, but for what was registered and told already."""
    for table in task.tables:
        for row in table.rows:
            if row.found.verdict == "harm shown" and not is_registered(row, table, task):
                name = f"The control {row.arm.label}" if row.arm.control else row.arm.label
                yield f"{name} is worse than {table.control.label} on {task.task}", _far(row, task)


def _no_better(task: TaskAnswer) -> Iterator[Failure]:
    """Arms with synthetic images that nothing tells from repeating the real ones."""
    for table in (one for one in task.tables if one.control.name == "duplicate-real"):
        for row in table.rows:
            counts = not row.arm.control and not row.arm.arm.without_real
            told = is_registered(row, table, task)
            if counts and not told and row.found.verdict == "no gain shown":
                yield f"{row.arm.label} is not shown to beat {table.control.label}", _far(row, task)


def _classes(answer: Answer) -> Iterator[Failure]:
    """Classes that are shown to lose, which one seed cannot show."""
    better, seeds = answer.own.outcome.better, answer.own.primary.found.seeds
    for row in answer.who.classes if answer.who else ():
        gain = possible_gain(row.gain.estimate, answer.own.outcome)
        if verdict(row.gain.estimate, better, seeds) == "harm shown":
            told = f"{signed(gain.value)}, {signed(gain.low)} to {signed(gain.high)}"
            yield f"The class {row.name} loses by the registered arm", Cell(told, (f"n {gain.n}",))


def _copies(answer: Answer) -> Iterator[Failure]:
    for row in answer.makers:
        if row.seed is not None and math.isfinite(row.copies) and row.copies > COPIES:
            name = f"{row.family}, seed {row.seed}, {images(row.images)}"
            yield f"The generator {name} copies training images", Cell(row.copies_told)


def _untold(answer: Answer) -> Iterator[Failure]:
    """Comparisons that could not be made, each with its reason."""
    for task in (answer.own, *answer.elsewhere):
        for table in task.tables:
            for row in (one for one in table.rows if one.found.reason):
                what = f"{row.arm.label} cannot be compared with {table.control.label} on {task.task}"
                yield what, Cell(images(row.images), (row.found.reason,))


def is_registered(row: VersusRow, table: Versus, task: TaskAnswer) -> bool:
    """Whether a row of a table is the registered comparison itself."""
    found = task.primary
    return (row.arm, row.place, table.control) == (found.arm, found.place, found.control)


def _far(row: VersusRow, task: TaskAnswer) -> Cell:
    gain = possible_gain(row.found.gain.estimate, task.outcome)
    told = f"{signed(gain.value)}, {signed(gain.low)} to {signed(gain.high)}"
    return Cell(told, (f"{images(row.images)}, {row.place.learner}",))
