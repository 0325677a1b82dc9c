"""Exports: other tools read them, and text stays text in each."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from diptych.base.errors import DiptychError
from diptych.catalogue import Catalogue, Entry, parse_entry
from diptych.catalogue.citations import bibtex, latex, ris
from diptych.catalogue.croissant import croissant
from diptych.catalogue.exporting import FORMATS, export_catalogue, to_csv, to_markdown
from diptych.catalogue.fields import FIELDS, table
from diptych.catalogue.showing import full, listed, side_by_side


@pytest.fixture
def hurt(catalogue: Catalogue) -> Entry:
    """A record whose texts try to leave their place in every format."""
    entry = catalogue["pathldm"]
    text = (
        '=HYPERLINK("x") }, @misc{evil, | </td><script>alert(1)</script> [a](javascript:b) \\input{x} ER  - %'
    )
    return entry.model_copy(
        update={"name": text, "notes": text, "paper": entry.paper.model_copy(update={"title": text})}
    )


def test_csv_has_a_row_a_record_and_a_column_a_field(catalogue: Catalogue) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(catalogue.entries))))
    assert [row["id"] for row in rows] == [entry.id for entry in catalogue]
    assert list(rows[0]) == list(FIELDS)
    assert {row["id"]: row["licence"] for row in rows}["m-synth"] == "CC0-1.0"
    assert rows == [
        {name: f"'{text}" if text[:1] in "=+-@" and text else text for name, text in row.items()}
        for row in table(catalogue)
    ]


def test_no_cell_computes(hurt: Entry) -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([hurt])))
    assert row["name"] == f"'{hurt.name}"


def test_json_reads_back_to_the_records(catalogue: Catalogue, tmp_path: Path) -> None:
    assert export_catalogue(catalogue.entries, "json", tmp_path / "all.json") == 102
    data = json.loads((tmp_path / "all.json").read_text("utf-8"))
    assert [parse_entry(json.dumps(values)) for values in data["entries"]] == list(catalogue)


def test_bibtex_has_balanced_braces_and_one_entry_a_record(catalogue: Catalogue, hurt: Entry) -> None:
    text = bibtex([*catalogue, hurt])
    assert len(re.findall(r"^@misc\{", text, re.MULTILINE)) == 103
    depth = 0
    for mark in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if mark == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_latex_has_no_command_left() -> None:
    assert latex("\\input{a} 5 % & $x_1$ #~^<>") == (
        "\\textbackslash{}input\\{a\\} 5 \\% \\& \\$x\\_1\\$ \\#\\textasciitilde{}\\textasciicircum{}"
        "\\textless{}\\textgreater{}"
    )


def test_ris_has_lines_of_tags_only(catalogue: Catalogue, hurt: Entry) -> None:
    text = ris([*catalogue, hurt])
    lines = text.split("\r\n")
    assert lines.pop() == "" and all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert lines.count("ER  - ") == sum(line.startswith("TY  - ") for line in lines) == 103


def test_markdown_escapes_markup(hurt: Entry) -> None:
    row = to_markdown([hurt]).splitlines()[2]
    assert "<script" not in row.replace("\\<", "") and "](javascript" not in row.replace("\\](", "")
    assert len(re.findall(r"(?<!\\)\|", row)) == 9


def test_croissant_says_what_is_known_and_leaves_out_the_rest(catalogue: Catalogue) -> None:
    values = croissant(catalogue["m-synth"])
    assert values["license"] == "https://spdx.org/licenses/CC0-1.0.html"
    assert values["rai:hasSyntheticData"] is True
    assert values["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    assert "license" not in croissant(catalogue["minim"])
    for entry in catalogue:
        assert all(value not in (None, "", []) for value in croissant(entry).values())


def test_croissant_is_a_folder_with_a_file_a_record(catalogue: Catalogue, tmp_path: Path) -> None:
    export_catalogue(catalogue.entries[:3], "croissant", tmp_path / "cards")
    names = sorted(path.stem for path in (tmp_path / "cards").iterdir())
    assert names == [entry.id for entry in catalogue.entries[:3]]
    with pytest.raises(DiptychError, match="not empty"):
        export_catalogue(catalogue.entries[:3], "croissant", tmp_path / "cards")


@pytest.mark.parametrize("to", FORMATS)
def test_nothing_is_written_of_nothing(to: str, tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="no entry"):
        export_catalogue([], to, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_told_with_the_known(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="csv, json, bibtex, ris, markdown, croissant"):
        export_catalogue(catalogue.entries, "pdf", tmp_path / "out")


def test_a_record_is_shown_whole(catalogue: Catalogue) -> None:
    for entry in catalogue:
        lines = full(entry)
        assert all(any(source.url in line for line in lines) for source in entry.sources)
        assert all(any(use.because in line for line in lines) for use in entry.use_cases or ())
        assert any(line.startswith("not reported in the material seen: ") for line in lines)


def test_records_stand_side_by_side(catalogue: Catalogue) -> None:
    lines = side_by_side([catalogue["pano-gan"], catalogue["panodiff-sr"]])
    assert "dimensionality: 2d" in lines
    assert "  panodiff-sr: diffusion" in lines and "  pano-gan: GAN" in lines
    with pytest.raises(DiptychError, match="two"):
        side_by_side([catalogue["pano-gan"]] * 2)


def test_a_list_has_two_lines_a_hit(catalogue: Catalogue) -> None:
    from diptych.catalogue.searching import Hit

    assert listed([Hit(catalogue["synthchex-75k"], 1.0)]) == [
        "synthchex-75k  SynthCheX-75K",
        "    CXR | diffusion | 2025 | classes, text | images, weights, code | Apache-2.0 "
        "| judged on fidelity, privacy, utility",
    ]
