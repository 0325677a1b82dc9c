"""Bad input through the command line: one clear line a problem, exit code 2, nothing half-written."""

from __future__ import annotations

import json
import resource
import shutil
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from PIL import Image
from tests.cli.begun import begun

from diptych.cli import main
from diptych.phantoms import write_cohort

from .conftest import Complain


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Three chest images with masks of the lungs."""
    mask = np.zeros((32, 32), np.uint8)
    mask[4:28, 2:14], mask[4:28, 18:30] = 1, 2
    for name in "abc":
        put(tmp_path / f"images/{name}.png", np.full((32, 32), 90, np.uint8))
        put(tmp_path / f"masks/{name}.png", mask)
    return tmp_path


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """A cohort of two phantoms in the folder `mine`."""
    write_cohort("chest", count=2, seed=1, out=tmp_path / "mine", size=(32, 32))
    return tmp_path / "mine"


FOLDER = ("import", "folder", "--body", "chest", "--images", "images", "--layer", "lungs=masks")
EXPORT = ("export", "--cohort", "mine", "--to", "coco")


def put(path: Path, pixels: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that asks for any number of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_every_bad_pair_is_named_at_once(pairs: Path, complain: Complain) -> None:
    put(pairs / "masks/a.png", np.full((32, 32), 77, np.uint8))
    put(pairs / "masks/b.png", np.zeros((16, 32), np.uint8))
    (pairs / "images/c.png").write_bytes((pairs / "images/c.png").read_bytes()[:60])
    lines = complain(*FOLDER)
    assert [name for name in ("a.png", "b.png", "c.png") if name in " ".join(lines)] == [
        "a.png",
        "b.png",
        "c.png",
    ]
    assert "unknown value 77" in lines[0] and "32 x 16" in lines[1] and len(lines) == 3


@pytest.mark.parametrize("data", [b"", b"hello", bomb(60_000, 60_000), bomb(10_001, 10_001)])
def test_what_is_no_image_is_named(data: bytes, pairs: Path, complain: Complain) -> None:
    (pairs / "images/b.png").write_bytes(data)
    (line,) = complain(*FOLDER)
    assert "images/b.png" in line


def test_a_missing_mask_is_named(pairs: Path, complain: Complain) -> None:
    (pairs / "masks/b.png").unlink()
    (line,) = complain(*FOLDER)
    assert "b.png: has no mask" in line and "--partial" in line


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--val", "nan"),
        ("--subject", "("),
        ("--name", "../x"),
        ("--name", "x" * 119),
        ("--remap", "lungs:1=900"),
        ("--label", "findings:0=cyst"),
    ],
)
def test_a_bad_flag_is_named(flag: str, value: str, pairs: Path, complain: Complain) -> None:
    (line,) = complain(*FOLDER, flag, value)
    assert line.startswith(f"diptych: {flag}")


def test_one_subject_cannot_be_divided(pairs: Path, complain: Complain) -> None:
    (pairs / "masks/b.png").unlink()
    for name in ("images/b.png", "images/c.png", "masks/c.png"):
        (pairs / name).unlink()
    assert "--val 0" in complain(*FOLDER)[0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", "file\nimages/a.png\n", "no column 'labels'"),
        ("t.csv", "file,labels,labels\nimages/a.png,normal,pneumonia\n", "2 columns named 'labels'"),
        ("t.csv", "file,labels\nimages/a.png,dragon\n", "row 2, field labels"),
        ("t.csv", "file,labels\n", "has no rows"),
        ("t.csv", b"\xff\xfe\0f", "UTF-8"),
        ("t.jsonl", "[" * 100_000, "row 1"),
        ("t.jsonl", '{"file":' + '{"a":' * 900 + "1" + "}" * 901, "nested"),
        ("t.xlsx", "no zip", "no Excel workbook"),
    ],
)
def test_a_bad_table_is_named(
    name: str, content: str | bytes, words: str, pairs: Path, complain: Complain
) -> None:
    (pairs / name).write_bytes(content.encode() if isinstance(content, str) else content)
    table = ("import", "table", "--body", "chest", "--table", name, "--image", "file", "--val", "0")
    (line,) = complain(*table, "--column", "findings=labels")
    assert name in line and words in line


@pytest.mark.parametrize(("field", "value"), [("split", "holiday"), ("text", "Tooth 19 missing.")])
def test_a_bad_cell_is_named(field: str, value: str, pairs: Path, complain: Complain) -> None:
    (pairs / "t.csv").write_text(f"file,cell\nimages/a.png,{value}\n")
    table = ("import", "table", "--body", "panoramic", "--table", "t.csv", "--image", "file", "--val", "0")
    (line,) = complain(*table, "--column", f"{field}=cell")
    assert "row 2, field cell" in line


@pytest.mark.parametrize("sheet", [b"<worksheet><broken", b" " * 200_000_001], ids=["torn", "bomb"])
def test_a_bad_workbook_is_named(sheet: bytes, pairs: Path, complain: Complain) -> None:
    book = openpyxl.Workbook()
    book.save(pairs / "good.xlsx")
    with (
        zipfile.ZipFile(pairs / "good.xlsx") as good,
        zipfile.ZipFile(pairs / "bad.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, sheet if name.endswith("sheet1.xml") else good.read(name))
    (line,) = complain("import", "table", "--body", "chest", "--table", "bad.xlsx", "--image", "file")
    assert "bad.xlsx" in line


IMAGE = {"id": 1, "file_name": "a.png", "height": 32, "width": 32}
RUNS = {"image_id": 1, "category_id": 1, "segmentation": {"size": [32, 32], "counts": [9**20]}}
CATEGORY = {"id": 1, "name": "right lung"}


@pytest.mark.parametrize(
    "change",
    [
        {"images": []},
        {"images": [IMAGE | {"id": [1]}]},
        {"images": [IMAGE, IMAGE]},
        {"images": [IMAGE | {"file_name": "../masks/a.png"}]},
        {"images": [IMAGE | {"height": 9}]},
        {"categories": [CATEGORY | {"id": {}}]},
        {"annotations": [{"id": 1, "image_id": [1], "category_id": 1}]},
        {"annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": True}]},
        {"annotations": [RUNS]},
    ],
)
def test_bad_annotations_are_named(change: dict[str, Any], pairs: Path, complain: Complain) -> None:
    data = {"images": [IMAGE], "categories": [CATEGORY], "annotations": []} | change
    (pairs / "c.json").write_text(json.dumps(data))
    coco = ("import", "coco", "--body", "chest", "--annotations", "c.json", "--images", "images")
    assert len(complain(*coco, "--layer", "lungs", "--val", "0")) == 1


def test_too_many_categories_are_named(pairs: Path, complain: Complain) -> None:
    names = [{"id": number, "name": f"kind {number}"} for number in range(300)]
    (pairs / "c.json").write_text(json.dumps({"images": [IMAGE], "categories": names, "annotations": []}))
    coco = ("import", "coco", "--body", "chest", "--annotations", "c.json", "--images", "images")
    assert any("code below 256" in line for line in complain(*coco, "--layer", "findings"))


@pytest.mark.parametrize(
    "change",
    [
        {"file_name": "../../x.png"},
        {"file_name": "/etc/hostname"},
        {"file_name": "x" * 5000},
        {"file_name": "images"},
        {"text": "\ud800"},
        {"subject": 5},
        {"findings": [{"name": "dragon"}]},
        {"provenance": {"kind": "alien"}},
    ],
)
def test_a_hostile_line_is_named(change: dict[str, Any], cohort: Path, complain: Complain) -> None:
    lines = (cohort / "metadata.jsonl").read_text().splitlines()
    (cohort / "metadata.jsonl").write_text("\n".join([lines[0], json.dumps(json.loads(lines[1]) | change)]))
    (line,) = complain(*EXPORT)
    assert "metadata.jsonl line 2" in line


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("metadata.jsonl", ""),
        ("metadata.jsonl", "[" * 100_000),
        ("cohort.json", "[" * 100_000),
        ("cohort.json", "9" * 9000),
        ("cohort.json", '{"schema": 1, "body": "skull"}'),
        ("cohort.json", '{"schema": 1, "body": "chest", "name": "\\ud800"}'),
        (
            "cohort.json",
            '{"schema": 1, "body": "chest", "layers": {"lungs": '
            '[{"code": 3, "name": "x", "colour": [0, 0, 0]}]}}',
        ),
    ],
)
def test_a_damaged_cohort_is_named(file: str, content: str, cohort: Path, complain: Complain) -> None:
    (cohort / file).write_text(content)
    (line,) = complain(*EXPORT)
    assert "mine" in line


def test_a_full_disk_leaves_nothing(cohort: Path, complain: Complain) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        (line,) = complain(*EXPORT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "out: cannot be written" in line and "free some space" in line


@pytest.mark.parametrize(
    ("place", "words"), [(".", "no folder"), ("file", "is a file"), ("file/x", "cannot")]
)
def test_a_bad_out_is_named(
    place: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    assert main(["phantom", "chest", "--count", "1", "--out", place]) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("diptych: ")]
    assert words in line
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_no_name_reaches_the_terminal_as_it_is(pairs: Path, complain: Complain) -> None:
    shutil.copy(pairs / "images/a.png", pairs / "images/\x1b[31mred.png")
    (line,) = complain(*FOLDER)
    assert "\x1b" not in line and "red.png" in line


def test_a_command_killed_half_way_leaves_only_a_hidden_folder(tmp_path: Path) -> None:
    running = begun(tmp_path)
    running.kill()
    running.communicate()
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".out.") and left.name.endswith(".part")


@pytest.mark.parametrize("count", ["1000001", "100000000000", "99999999999999999999"])
@pytest.mark.parametrize(
    "verb",
    [
        ("generate", "--checkpoint", "panoramic-gan", "--prompt", "32 teeth"),
        ("phantom", "chest"),
    ],
)
def test_more_samples_than_a_folder_holds_are_refused(
    verb: tuple[str, ...], count: str, complain: Complain
) -> None:
    (line,) = complain(*verb, "--count", count)
    assert line.startswith(f"diptych: --count: {count} is too large; give 1000000 or less")
