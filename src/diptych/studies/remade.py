"""What a study made itself and finds damaged is not mended by hand: it is deleted, and made again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from diptych.base.errors import DiptychError, Problem

LONE = "phantoms"
"""The folder of a study that is one cohort; the others hold a folder for each thing."""


@contextmanager
def remade(out: Path) -> Iterator[None]:
    """Problems with files that the study in `out` made say which of its folders to delete."""
    try:
        yield
    except DiptychError as error:
        raise DiptychError(_remedied(problem, out) for problem in error.problems) from None


def _remedied(problem: Problem, out: Path) -> Problem:
    for folder in (out / LONE, *(path for path in sorted(out.glob("*/*")) if path.is_dir())):
        if problem.where == str(folder) or f"{folder}/" in problem.where.replace("\\", "/"):
            return replace(problem, remedy=f"delete {folder} and run the study again")
    return problem
