"""The page about a study: the answer in a sentence first, then everything that it rests on."""

from __future__ import annotations

import math
from importlib.metadata import version

from diptych.reports import Cell, Facts, Notice, Report, Section, Table
from diptych.studies.answered import Answer, TaskAnswer
from diptych.studies.registered import signed
from diptych.studies.versus import Versus, VersusRow


def compose(answer: Answer) -> Report:
    """The page as blocks."""
    study = answer.placed.study
    return Report(
        title=f"Does synthetic data help? {study.name}",
        subtitle=f"{study.task}, tested on real images that nothing was trained on.",
        facts=Facts(rows=(("Cells", f"{answer.present} of {answer.wanted}"),)),
        notice=Notice(title="The answer.", text=answer.sentence),
        sections=tuple(_section(n, task) for n, task in enumerate(answer.tasks)),
        colophon=f"Written by diptych {version('diptych')}. Apache-2.0. This page needs no network.",
    )


def _section(number: int, task: TaskAnswer) -> Section:
    return Section(
        key=f"task-{number}",
        title=f"Every arm: {task.task}",
        blocks=tuple(_table(task, table) for table in task.tables),
    )


def _table(task: TaskAnswer, table: Versus) -> Table:
    head = (
        "Arm",
        "Real images",
        "Gain",
        "Holm p",
        "Wilcoxon p",
        "Cliff's delta",
        "Subjects that gain",
        "Verdict",
    )
    caption = f"{task.outcome.name} ({task.outcome.over}) less that of {table.control.label}"
    return Table(caption=caption, head=head, rows=tuple(_row(row) for row in table.rows))


def _row(row: VersusRow) -> tuple[str | Cell, ...]:
    gain = row.found.gain.estimate
    return (
        Cell(row.arm.label, gain.notes),
        f"{row.images:.0f}",
        Cell(signed(gain.value), (f"{signed(gain.low)} to {signed(gain.high)}",)),
        _p(row.adjusted),
        _p(row.signed_rank.value if row.signed_rank else math.nan),
        signed(row.delta.value if row.delta else math.nan),
        f"{row.share.value:.0%}" if row.share else "–",
        row.found.verdict,
    )


def _p(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2g}"
