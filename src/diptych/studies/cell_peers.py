"""Cells of one file belong together: they are of one study, and those of one task have the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diptych.base.errors import Problems
from diptych.base.wording import few
from diptych.studies.cells import Cell, columns

SHOWN = 3
"""Columns of which a line tells."""


@dataclass(frozen=True)
class Line:
    """A cell with the number of its line."""

    number: int
    cell: Cell


def check_peers(lines: Sequence[Line], where: str, problems: Problems) -> None:
    """Note lines that are of another study than most, or have other columns than most of their task.

    A comparison takes what all its cells have: one cell without Dice would let another score decide.
    """
    _check_study(lines, where, problems)
    tasks = dict.fromkeys(line.cell.task for line in lines)
    for task in tasks:
        _check_columns([line for line in lines if line.cell.task == task], where, problems)


def _check_study(lines: Sequence[Line], where: str, problems: Problems) -> None:
    most, *others = _alike([(line, line.cell.study) for line in lines]) or [[]]
    for odd in others:
        what = f"is of the study {odd[0].cell.study!r}, {_rest(most)} of {most[0].cell.study!r}"
        problems.add(f"{where} line {odd[0].number}", _counted(odd, what), "take it out")


def _check_columns(lines: Sequence[Line], where: str, problems: Problems) -> None:
    most, *others = _alike([(line, frozenset(columns(line.cell))) for line in lines])
    for odd in others:
        told = ", ".join(_differing(odd[0].cell, most[0].cell))
        what = f"{told}, unlike {_rest(most)} of the task {odd[0].cell.task}"
        remedy = "take it out, and run the study again"
        problems.add(f"{where} line {odd[0].number}", _counted(odd, what), remedy)


def _alike(lines: Sequence[tuple[Line, object]]) -> list[list[Line]]:
    """Lines of one kind together, the commonest kind first; of two as common, that which came first."""
    kinds: dict[object, list[Line]] = {}
    for line, kind in lines:
        kinds.setdefault(kind, []).append(line)
    return sorted(kinds.values(), key=len, reverse=True)


def _differing(odd: Cell, usual: Cell) -> Iterator[str]:
    has, wanted = columns(odd), columns(usual)
    if lacking := [name for name in wanted if name not in has]:
        yield f"lacks {few(lacking, SHOWN)}"
    if added := [name for name in has if name not in wanted]:
        yield f"has {few(added, SHOWN)}"


def _rest(lines: Sequence[Line]) -> str:
    return f"line {lines[0].number}" if len(lines) == 1 else f"{len(lines)} other lines"


def _counted(lines: Sequence[Line], what: str) -> str:
    more = len(lines) - 1
    return f"{what} (and so in {more} more)" if more else what
