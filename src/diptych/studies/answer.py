"""A study is answered: its cells become a page, a table and a few lines to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from diptych.base.atomic import write_text
from diptych.reports import write_report
from diptych.studies.answered import answered
from diptych.studies.cells import Cell
from diptych.studies.design import Study
from diptych.studies.report import compose
from diptych.studies.report_json import answer_json
from diptych.studies.report_lines import answer_lines
from diptych.studies.who_gains import Groups

REPORT, TABLE = "report.html", "table.json"


def answer_study(
    study: Study, cells: Sequence[Cell], out: Path, *, groups: Groups | None = None, command: str = ""
) -> tuple[str, ...]:
    """Write `report.html` and `table.json` into the study's folder; gives the lines to print.

    A study whose cells are not all there is answered as far as they go. `groups` says what is known of
    test subjects (`subject_groups` of the real cohort), `command` is the line that ran the study. Raises
    `DiptychError` for cells of another study, and where the study's own task has no cell yet.
    """
    answer = answered(study, cells, out, groups)
    write_text(out / TABLE, answer_json(answer))
    write_report(compose(answer, command), out / REPORT)
    return (*answer_lines(answer), "", f"{out / REPORT}: the answer with all that it rests on")
