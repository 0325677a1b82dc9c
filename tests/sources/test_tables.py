"""Tables of every kind give the same rows; broken ones say what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from diptych.base.errors import DiptychError
from diptych.sources.tables import read_table

HEADING = ["file", "age", "labels"]
ROWS = [["a.png", "7", "pneumonia"], ["b.png", "", "normal; edema"]]


def make(path: Path) -> Path:
    if path.suffix == ".xlsx":
        book = Workbook()
        book.active.append(HEADING)
        for file, age, labels in ROWS:
            book.active.append([file, int(age) if age else None, labels])
        book.save(path)
    elif path.suffix == ".jsonl":
        lines = [json.dumps(dict(zip(HEADING, row, strict=True))) for row in ROWS]
        path.write_text("\n".join(lines) + "\n\n")
    else:
        separator = {"a.csv": ",", "b.csv": "|", "c.tsv": "\t"}[path.name]
        separator = ";" if separator == "|" else separator
        quoted = [[f'"{cell}"' for cell in row] for row in [HEADING, *ROWS]]
        path.write_text("\ufeff" + "\n".join(separator.join(row) for row in quoted) + "\n")
    return path


@pytest.mark.parametrize("name", ["a.csv", "b.csv", "c.tsv", "d.jsonl", "e.xlsx"])
def test_every_kind(tmp_path: Path, name: str) -> None:
    rows = read_table(make(tmp_path / name), HEADING)
    assert [[row.get(column) for column in HEADING] for row in rows] == ROWS
    first = 1 if name.endswith("jsonl") else 2
    assert [row.where for row in rows] == [f"{tmp_path / name} row {first + index}" for index in (0, 1)]
    with pytest.raises(DiptychError) as caught:
        read_table(tmp_path / name, ["sex", "file", "view"])
    assert [problem.what for problem in caught.value.problems] == [
        "has no column 'sex'",
        "has no column 'view'",
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"file,age\n", "has no rows"),
        ("a.csv", b"file\n\xff\xfe\n", "is not UTF-8"),
        ("a.jsonl", b'{"a": 1}\n[1]\n{"b"\n', "row 2: is not a JSON object.*\n.*row 3: is not JSON"),
        ("a.xlsx", b"no workbook", "is no Excel workbook"),
        ("a.doc", b"", "no known kind of table"),
        ("b.csv", None, "file is missing"),
    ],
)
def test_broken_tables(tmp_path: Path, name: str, data: bytes | None, words: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(DiptychError, match=words):
        read_table(tmp_path / name)
