"""The answer of a study in a terminal: lines of plain text."""

from __future__ import annotations

import math
from collections.abc import Iterator

from diptych.reports.page import signed
from diptych.studies.answered import Answer, TaskAnswer
from diptych.studies.report_ranges import possible_gain
from diptych.studies.versus import Versus, VersusRow

HEAD = ("arm", "images", "gain", "95 % interval", "Holm p", "verdict")


def answer_lines(answer: Answer) -> tuple[str, ...]:
    """The sentence, how much of the study is there, and each table in columns."""
    told = [answer.sentence, f"{answer.present} of {answer.wanted} cells are there."]
    for task in (answer.own, *answer.elsewhere):
        for table in task.tables:
            told += ["", *_table(task, table)]
    return tuple(told)


def _table(task: TaskAnswer, table: Versus) -> Iterator[str]:
    yield f"{task.task}: {task.outcome.name} ({task.outcome.over}) against {table.control.label}"
    rows = [HEAD, *(_row(row, task) for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _row(row: VersusRow, task: TaskAnswer) -> tuple[str, ...]:
    gain = possible_gain(row.found.gain.estimate, task.outcome)
    return (
        row.arm.label,
        f"{row.images:.0f}",
        signed(gain.value),
        f"{signed(gain.low)} to {signed(gain.high)}",
        "–" if math.isnan(row.adjusted) else f"{row.adjusted:.2g}",
        row.verdict,
    )
