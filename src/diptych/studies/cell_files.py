"""`cells.jsonl`: a file that only grows. Every problem in it is reported at once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from diptych.base.errors import DiptychError, Problem, Problems
from diptych.studies.cell_peers import Line, check_peers
from diptych.studies.cells import KEY, Cell, Key, encode_cell

_MEND = "correct the line, or drop it and run the study again"


def read_cells(path: Path) -> tuple[Cell, ...]:
    """The cells of a file, in its order; an absent file has none, so that a study may start.

    Raises one `DiptychError` with all problems: file, line, field, remedy. Two lines with one key
    are refused, whichever is right. A last line that was cut off (no line end) is refused as well,
    unless it is whole: `mend_cells` drops it. So are lines that do not belong together (`check_peers`).
    """
    problems, lines, first = Problems(), list[Line](), dict[Key, int]()
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        with problems.collect():
            cell = decode_cell(line, f"{path} line {number}")
            if cell.key in first:
                what = f"repeats the cell of line {first[cell.key]} ({_name(cell)})"
                raise DiptychError.of(f"{path} line {number}", what, "keep one of the lines")
            first[cell.key] = number
            lines.append(Line(number, cell))
    check_peers(lines, str(path), problems)
    problems.raise_any()
    return tuple(line.cell for line in lines)


def append_cell(path: Path, cell: Cell, present: Iterable[Key] = ()) -> None:
    """Add a line and see it onto the disk; the lines before it stay as they are.

    A cell whose key is among `present` is refused. One process at a time writes a file.
    """
    if cell.key in set(present):
        raise DiptychError.of(str(path), f"already has the cell {_name(cell)}", "run what is missing only")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(encode_cell(cell).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def mend_cells(path: Path) -> bool:
    """Drop a last line without its end, which a killed run leaves; True if there was one."""
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    if whole == len(data):
        return False
    with path.open("r+b") as file:
        file.truncate(whole)
    return True


def decode_cell(line: str, where: str = "cell") -> Cell:
    """The cell of one line; `where` names it in errors. Raises `DiptychError` with all problems."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DiptychError.of(where, f"is not JSON ({error})", _MEND) from None
    if not isinstance(data, dict):
        raise DiptychError.of(where, "is not a JSON object", _MEND)
    problems, values = Problems(), dict[str, Any]()
    for name in data.keys() - {f.name for f in fields(Cell)}:
        problems.add(f"{where}, field {name}", "is unknown", "another version of diptych wrote it")
    for f in fields(Cell):
        with problems.collect():
            if f.name in data:
                values[f.name] = _READERS[f.name](data[f.name], f"{where}, field {f.name}")
            elif f.default_factory is MISSING:
                raise DiptychError.of(f"{where}, field {f.name}", "is missing", _MEND)
    problems.raise_any()
    try:
        return Cell(**values)
    except DiptychError as error:
        raise DiptychError(Problem(f"{where}, {p.where}", p.what, p.remedy) for p in error.problems) from None


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): JSON strings may hold other Unicode line ends.
        return path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", "restore the file") from None


def _name(cell: Cell) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(KEY, cell.key, strict=True))


def _text(value: Any, where: str) -> str:
    return str(_expect(isinstance(value, str), value, where, "a text"))


def _whole(value: Any, where: str) -> int:
    return int(_expect(type(value) is int, value, where, "a whole number"))


def _whole_or_none(value: Any, where: str) -> int | None:
    return None if value is None else _whole(value, where)


def _number(value: Any, where: str) -> float:
    return float(_expect(_is_number(value), value, where, "a number"))


def _is_number(value: Any) -> bool:
    """JSON's whole numbers may be longer than any float."""
    return type(value) is float or (type(value) is int and abs(value) <= sys.float_info.max)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    lawful = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return tuple(_expect(lawful, value, where, "a list of texts"))


def _column(value: Any, where: str) -> tuple[float | None, ...]:
    lawful = isinstance(value, list) and all(item is None or _is_number(item) for item in value)
    items = _expect(lawful, value, where, "a list of numbers or null")
    return tuple(None if item is None else float(item) for item in items)


def _named(read: Callable[[Any, str], Any]) -> Callable[[Any, str], Mapping[str, Any]]:
    """A reader of objects whose values `read` reads."""

    def reader(value: Any, where: str) -> Mapping[str, Any]:
        items = _expect(isinstance(value, dict), value, where, "an object").items()
        return {name: read(item, f"{where}.{name}") for name, item in items}

    return reader


def _expect(lawful: bool, value: Any, where: str, wanted: str) -> Any:
    if not lawful:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else f"{shown[:60]}..."
        raise DiptychError.of(where, f"expected {wanted}, found {shown}", _MEND)
    return value


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(("study", "task", "arm", "learner"), _text),
    **dict.fromkeys(("fraction", "ratio"), _number),
    **dict.fromkeys(("seed", "images"), _whole),
    "generator_seed": _whole_or_none,
    "subjects": _texts,
    "scores": _named(_named(_column)),
    **dict.fromkeys(("probabilities", "truth"), _named(_column)),
    "extra": _named(_text),
}
