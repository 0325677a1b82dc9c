from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.studies.tiny import tiny_study

from diptych.base.errors import DiptychError
from diptych.studies.cell_files import append_cell, decode_cell, mend_cells, read_cells
from diptych.studies.cells import Cell, encode_cell, subject_means
from diptych.studies.wanted import missing


def test_a_line_is_the_cell_again(cell, tmp_path: Path) -> None:
    first = cell(
        scores={"dice": {"all": (0.5, None), "11": (0.25, 1.0)}},
        subjects=("ä\u2028", "b"),
        probabilities={"caries": (0.1, 0.9)},
        truth={"caries": (0.0, 1.0)},
        extra={"seconds": "12"},
    )
    second = replace(first, seed=1, generator_seed=3)
    path = tmp_path / "deep" / "cells.jsonl"
    assert read_cells(path) == ()
    for one in (first, second):
        append_cell(path, one)
    assert read_cells(path) == (first, second)
    assert path.read_text().count("\n") == 2
    assert decode_cell(encode_cell(first)).key == ("fusion", "lungs", "real-only", 0.1, 0.0, "unet", None, 0)


def test_scores_are_rounded_to_six_digits(cell) -> None:
    line = encode_cell(cell(np.full(3, 1 / 3)))
    assert "[0.333333, 0.333333, 0.333333]" in line
    assert encode_cell(decode_cell(line)) == line


def test_more_seeds_leave_the_old_lines_as_they_are(cell, tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    append_cell(path, cell())
    before = path.read_bytes()
    append_cell(path, cell(seed=1), [c.key for c in read_cells(path)])
    assert path.read_bytes().startswith(before)
    with pytest.raises(DiptychError, match="already has the cell study fusion, task lungs"):
        append_cell(path, cell(seed=1), [c.key for c in read_cells(path)])
    path.write_bytes(path.read_bytes() + before)
    with pytest.raises(DiptychError, match=r"cells.jsonl line 3: repeats the cell of line 1 .*keep one"):
        read_cells(path)


def test_a_line_that_was_cut_off_is_told_and_mended(cell, tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    assert not mend_cells(path)
    append_cell(path, cell())
    assert not mend_cells(path)
    path.write_bytes(path.read_bytes() + encode_cell(cell(seed=1)).encode()[:200])
    with pytest.raises(DiptychError, match="line 2: is not JSON"):
        read_cells(path)
    assert mend_cells(path)
    assert [one.key for one in read_cells(path)] == [cell().key]


def test_all_problems_of_a_file_at_once(cell, tmp_path: Path) -> None:
    good = json.loads(encode_cell(cell()))
    lines = [
        good | {"seed": "one", "fraction": True, "colour": 1},
        good | {"fraction": 2, "ratio": -1.0, "arm": ""},
        good | {"scores": {"dice": {"all": [0.5]}}},
        good | {"scores": {"dice": [0.5]}, "generator_seed": 1.5},
        {key: value for key, value in good.items() if key != "images"},
        [],
        good | {"ratio": 10**400, "scores": {"dice": {"all": [10**400]}}},
    ]
    path = tmp_path / "cells.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(DiptychError) as caught:
        read_cells(path)
    told = [str(problem).removeprefix(f"{path} ") for problem in caught.value.problems]
    assert [line.split(";")[0] for line in told] == [
        "line 1, field colour: is unknown",
        "line 1, field fraction: expected a number, found True",
        "line 1, field seed: expected a whole number, found 'one'",
        "line 2, field fraction: 2.0 is no share",
        "line 2, field ratio: -1.0 is no ratio",
        "line 2, field arm: is empty",
        "line 3, field scores.dice.all: has 1 values for 20 subjects",
        "line 4, field generator_seed: expected a whole number, found 1.5",
        "line 4, field scores.dice: expected an object, found [0.5]",
        "line 5, field images: is missing",
        "line 6: is not a JSON object",
        f"line 7, field ratio: expected a number, found 1{'0' * 59}...",
        f"line 7, field scores.dice.all: expected a list of numbers or null, found [1{'0' * 58}...",
    ]


def written(path: Path, cells: list[Cell]) -> Path:
    path.write_text("".join(f"{encode_cell(cell)}\n" for cell in cells))
    return path


def refused(path: Path) -> list[str]:
    with pytest.raises(DiptychError) as caught:
        read_cells(path)
    return [str(problem).removeprefix(f"{path} ") for problem in caught.value.problems]


def test_a_cell_of_another_study_is_refused_with_its_line(cell, tmp_path: Path) -> None:
    cells = [cell(seed=seed) for seed in range(4)]
    cells[2] = replace(cells[2], study="other")
    (line,) = refused(written(tmp_path / "cells.jsonl", cells))
    assert line.startswith("line 3: is of the study 'other', 3 other lines of 'fusion'")


def test_cells_of_another_study_alone_are_refused_before_anything_is_run(cell) -> None:
    with pytest.raises(DiptychError, match="line 1: is of the study 'fusion', not of 'tiny'"):
        missing(tiny_study(), {}, [cell().key])


def test_a_cell_without_a_score_that_others_have_is_refused(cell, tmp_path: Path) -> None:
    both = {name: {"all": (0.5,) * 20} for name in ("dice", "iou")}
    cells = [cell(seed=seed, scores=both) for seed in range(6)]
    elsewhere = cell(task="lungs on adults")
    for place in (0, 1):
        cells[place] = replace(cells[place], scores={"iou": both["iou"]})
    cells[4] = replace(cells[4], scores=both | {"dice": both["dice"] | {"11": (0.5,) * 20}})
    told = refused(written(tmp_path / "cells.jsonl", [*cells, elsewhere]))
    assert [line.split(";")[0] for line in told] == [
        "line 1: lacks scores.dice.all, unlike 3 other lines of the task lungs (and so in 1 more)",
        "line 5: has scores.dice.11, unlike 3 other lines of the task lungs",
    ]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"subjects": ("a",) * 20}, "names a subject twice"),
        ({"images": -1}, "no number of images"),
        ({"scores": {}}, "is empty, and so is"),
        ({"scores": {"dice": {"all": (float("nan"),) * 20}}}, "is not all finite"),
        ({"scores": {"dice": {"all": (1.01,) * 20}}}, "scores.dice.all: is not all from 0 to 1"),
        ({"scores": {"nsd": {"11": (-0.01,) * 20}}}, "scores.nsd.11: is not all from 0 to 1"),
        ({"scores": {"hd95": {"all": (-1.0,) * 20}}}, "scores.hd95.all: is not all 0 or more"),
        ({"probabilities": {"caries": (0.5,) * 20}}, "other findings"),
        ({"probabilities": {"c": (1.5,) * 20}, "truth": {"c": (1.0,) * 20}}, "is not all from 0 to 1"),
        ({"probabilities": {"c": (0.5,) * 20}, "truth": {"c": (0.5,) * 20}}, "1, 0 or null"),
    ],
)
def test_what_does_not_fit(cell, facts: dict[str, object], told: str) -> None:
    with pytest.raises(DiptychError, match=told):
        cell(**facts)


def test_means_of_subjects() -> None:
    values = np.array([[1.0, np.nan], [0.5, np.nan], [0.0, 3.0], [np.nan, 5.0]])
    assert subject_means(values, ["b", "b", "a", "a"]) == (("a", "b"), ((0.0, 0.75), (4.0, None)))
    with pytest.raises(DiptychError, match="infinite"):
        subject_means(np.full((2, 1), np.inf), ["a", "b"])
