"""Tables in: CSV, TSV, JSON lines and Excel sheets as rows of texts, each with its place."""

from __future__ import annotations

import csv
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diptych.base.errors import DiptychError, Problems

ENDINGS = (".csv", ".tsv", ".jsonl", ".xlsx")
_LONGEST_FIELD = 10_000_000
_LARGEST_BOOK = 200_000_000
"""An Excel file that unpacks to more bytes is refused: a few kilobytes can ask for hours."""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One row: where it stands ("cases.csv row 7", counted as a spreadsheet does) and its cells."""

    where: str
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The cell, without blanks around it; "" where the column is empty or absent."""
        return self.cells.get(column, "").strip()


def read_table(path: Path, columns: Iterable[str] = ()) -> tuple[TableRow, ...]:
    """The rows of a table that are not blank; its kind is told by the ending of its name.

    Raises `DiptychError` when the file cannot be read, has no rows, or lacks one of `columns`.
    """
    if path.suffix.lower() not in ENDINGS:
        raise DiptychError.of(str(path), "is no known kind of table", f"use {', '.join(ENDINGS)}")
    try:
        rows = tuple(row for row in _rows(path) if any(row.cells.values()))
    except FileNotFoundError:
        raise DiptychError.of(str(path), "file is missing", "check the path") from None
    except UnicodeDecodeError:
        raise DiptychError.of(str(path), "is not UTF-8 text", "save it as UTF-8") from None
    except (OSError, ValueError, csv.Error) as error:
        raise DiptychError.of(
            str(path), f"cannot be read ({error})", "save it again as a plain table"
        ) from None
    if not rows:
        raise DiptychError.of(str(path), "has no rows", "give a table with a heading and rows")
    _check_columns(path, rows, columns)
    return rows


def _check_columns(path: Path, rows: tuple[TableRow, ...], columns: Iterable[str]) -> None:
    present = dict.fromkeys(column for row in rows for column in row.cells)
    problems = Problems()
    for column in columns:
        if column not in present:
            problems.add(str(path), f"has no column {column!r}", f"it has {', '.join(present)}")
    problems.raise_any()


def _rows(path: Path) -> Iterator[TableRow]:
    if path.suffix.lower() == ".jsonl":
        return _json_lines(path)
    if path.suffix.lower() == ".xlsx":
        return _sheet(path)
    return _separated(path, "\t" if path.suffix.lower() == ".tsv" else None)


def _separated(path: Path, separator: str | None) -> Iterator[TableRow]:
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as file:
        if separator is None:
            heading = file.readline()
            separator = max(",;\t", key=heading.count)
            file.seek(0)
        reader = csv.DictReader(file, delimiter=separator)
        _check_heading(path, reader.fieldnames or ())
        for number, cells in enumerate(reader, start=2):
            kept = {str(key): _text(value) for key, value in cells.items() if key is not None}
            yield TableRow(where=f"{path} row {number}", cells=kept)


def _json_lines(path: Path) -> Iterator[TableRow]:
    problems = Problems()
    # Not splitlines(): JSON texts may hold other Unicode line ends.
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path} row {number}"
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.add(where, f"is not JSON ({error})", "correct or drop the line")
            continue
        if not isinstance(cells, dict):
            problems.add(where, "is not a JSON object", "correct or drop the line")
            continue
        try:
            yield TableRow(where=where, cells={key: _text(value) for key, value in cells.items()})
        except RecursionError:
            problems.add(where, "is nested too deeply", "write plain values")
    problems.raise_any()


def _sheet(path: Path) -> Iterator[TableRow]:
    from zipfile import BadZipFile, ZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    broken = (BadZipFile, InvalidFileException, KeyError, TypeError, AttributeError, IndexError, SyntaxError)
    try:
        with ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > _LARGEST_BOOK:
            found = f"unpacks to {size:,} bytes, more than {_LARGEST_BOOK:,}"
            raise DiptychError.of(str(path), found, "save the sheet as .csv")
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            rows = iter(book.worksheets[0].iter_rows(values_only=True))
            heading = [_text(cell).strip() for cell in next(rows, ())]
            _check_heading(path, heading)
            for number, values in enumerate(rows, start=2):
                cells = {name: _text(value) for name, value in zip(heading, values, strict=False) if name}
                yield TableRow(where=f"{path} row {number}", cells=cells)
        finally:
            book.close()
    except (*broken, zlib.error) as error:
        raise DiptychError.of(
            str(path), f"is no Excel workbook ({error})", "save it as .xlsx or .csv"
        ) from None


def _check_heading(path: Path, heading: Sequence[str]) -> None:
    """Raise `DiptychError` for every column that stands there twice: only one of them could be read."""
    problems = Problems()
    for name, count in Counter(name for name in heading if name).items():
        if count > 1:
            problems.add(str(path), f"has {count} columns named {name!r}", "rename or remove one")
    problems.raise_any()


def _text(value: Any) -> str:
    """A cell as text; whole numbers lose the `.0` that spreadsheets give them, lists become `a|b`."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return "|".join(_text(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_text(item) for item in value.values())
    return str(value)
