"""Import: any source becomes a cohort folder, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diptych.records.cohort import Cohort
    from diptych.records.sample import Sample
    from diptych.sources.intake import Source

_NAMED = 5
"""A warning names this many samples at most."""


def import_cohort(source: Source, out: Path | str, *, warn: Callable[[str], None] | None = None) -> Cohort:
    """Read everything that `source` describes and write it as a cohort to the new folder `out`.

    Raises one `DiptychError` with every problem of the input (file, row, field, remedy); then
    nothing is written. What looks like burned-in text is only warned of, through `warn`
    (a line on standard error unless given).
    """
    from diptych.base.errors import Problems
    from diptych.base.progress import bar
    from diptych.records.cohort import Cohort
    from diptych.records.writing import CohortWriter
    from diptych.sources.burned_in import has_text

    intake = source.build()
    problems, texts = Problems(), []
    writer = CohortWriter(out, body=intake.body, name=intake.name, note=intake.note, spaces=intake.spaces)
    with writer, bar(f"Importing {intake.name}", len(intake.jobs)) as running:
        for job in intake.jobs:
            sample: Sample | None = None
            with problems.collect():
                sample = job()
                writer.add(sample)
            if sample is not None and has_text(sample.image):
                texts.append(sample.record.id)
            running.advance()
        problems.raise_any()
    say = warn or _print_warning
    for line in (*intake.warnings, *_text_warning(texts)):
        say(line)
    return Cohort.open(out)


def _text_warning(ids: list[str]) -> list[str]:
    if not ids:
        return []
    named = ", ".join(ids[:_NAMED]) + (" ..." if len(ids) > _NAMED else "")
    return [f"{len(ids)} image(s) may have text burned in ({named}); look at them before you share anything"]


def _print_warning(text: str) -> None:
    print(f"diptych: warning: {text}", file=sys.stderr)
