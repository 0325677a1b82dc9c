"""Cohorts: what is written is read back; what is wrong is reported, all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.records import Cohort, CohortWriter, Finding, Provenance, Record, Sample
from diptych.records.images import encode_png


def make_sample(name: str = "a-1", *, depth: type = np.uint8, **changes: object) -> Sample:
    rng = np.random.default_rng(len(name))
    image = rng.integers(0, np.iinfo(depth).max, (12, 20), endpoint=True).astype(depth)
    lungs = np.zeros((12, 20), np.uint8)
    lungs[2:8, 2:6], lungs[2:8, 12:16] = 1, 2
    record = Record(
        id=name,
        body="chest",
        text="Chest radiograph, pneumonia.",
        subject="s1",
        findings=(Finding("pneumonia"), Finding("opacity", "right upper")),
        groups={"view": "AP", "sex": "F", "findings": "unknown"},
        licence="CC0",
        source="test",
        provenance=Provenance(kind="phantom", generator="g", request="r", seed=7),
    )
    return Sample(record=replace(record, **changes), image=image, masks={"lungs": lungs})  # type: ignore[arg-type]


def write(path: Path, *samples: Sample) -> Path:
    with CohortWriter(path, body="chest", name="test", note="made by a test") as writer:
        for sample in samples:
            writer.add(sample)
    return path


def rewrite(path: Path, change: Callable[[list[dict[str, object]]], None]) -> None:
    """Edit the lines of a cohort's metadata."""
    file = path / "metadata.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    change(rows)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_round_trip(tmp_path: Path, depth: type) -> None:
    first = make_sample("a-1", depth=depth)
    second = replace(make_sample("b-22", depth=depth, split="val", findings=(), groups={}), masks={})
    cohort = Cohort.open(write(tmp_path / "c", first, second))
    assert (cohort.body, cohort.name, cohort.note, len(cohort)) == ("chest", "test", "made by a test", 2)
    for sample, found in zip((first, second), cohort, strict=True):
        assert found.record == replace(sample.record, layers=tuple(sample.masks))
        assert found.image.dtype == depth
        np.testing.assert_array_equal(found.image, sample.image)
        assert set(found.masks) == set(sample.masks)
    np.testing.assert_array_equal(cohort.load("a-1").masks["lungs"], first.masks["lungs"])
    assert cohort.layers == ("lungs",)
    cohort.check()


def test_a_row_says_which_layers_are_estimated_and_others_say_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", make_sample("a-1", estimated=("lungs",)), make_sample("b-22"))
    cohort = Cohort.open(folder)
    assert [record.estimated for record in cohort.records] == [("lungs",), ()]
    told, silent = (json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines())
    assert told["estimated"] == ["lungs"] and "estimated" not in silent
    rewrite(folder, lambda rows: rows[1].update(estimated=["roof"]))
    with pytest.raises(DiptychError, match=r"line 2, field estimated: \['roof'\] is no list of layers"):
        Cohort.open(folder)


def test_same_samples_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, make_sample("a-1"), make_sample("b-22", depth=np.uint16))
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 6
    for file in files:
        one, two = ((tmp_path / name / file).read_text("latin-1") for name in ("one", "two"))
        assert one == two, file
    one, two = (Cohort.open(tmp_path / name).fingerprint() for name in ("one", "two"))
    assert one == two


def test_fingerprint_sees_every_change(tmp_path: Path) -> None:
    base = Cohort.open(write(tmp_path / "c", make_sample("a-1"), make_sample("b-22"))).fingerprint()
    prints = {base, Cohort.open(tmp_path / "c").select(ids=["a-1"]).fingerprint()}
    rewrite(tmp_path / "c", lambda rows: rows[0].update(text="other"))
    prints.add(Cohort.open(tmp_path / "c").fingerprint())
    mask = tmp_path / "c" / "masks" / "lungs" / "a-1.png"
    mask.write_bytes(encode_png(np.zeros((12, 20), np.uint8)))
    prints.add(Cohort.open(tmp_path / "c").fingerprint())
    assert len(prints) == 4


def test_metadata_columns(tmp_path: Path) -> None:
    no_mask = replace(make_sample("b-22"), masks={})
    write(tmp_path / "c", no_mask, make_sample("a-1"))
    rows = [json.loads(line) for line in (tmp_path / "c" / "metadata.jsonl").read_text().splitlines()]
    assert list(rows[0])[:3] == ["file_name", "lungs_file_name", "id"]
    assert [row["lungs_file_name"] for row in rows] == [None, "masks/lungs/a-1.png"]
    assert rows[0]["view"] == "AP" and rows[0]["age"] is None and rows[0]["groups"] == {"findings": "unknown"}
    assert rows[0]["findings"][1] == {"name": "opacity", "site": "right upper"}
    header = json.loads((tmp_path / "c" / "cohort.json").read_text())
    assert [(label["code"], label["name"]) for label in header["layers"]["lungs"]] == [
        (1, "right lung"),
        (2, "left lung"),
    ]


def test_the_mask_of_findings_has_a_second_column(tmp_path: Path) -> None:
    sample = make_sample("a-1")
    found = replace(sample, masks={"findings": sample.masks["lungs"]})
    write(tmp_path / "c", found, make_sample("b-2"))
    rows = [json.loads(line) for line in (tmp_path / "c" / "metadata.jsonl").read_text().splitlines()]
    assert [row["findings_mask_file_name"] for row in rows] == ["masks/findings/a-1.png", None]
    assert [row["findings_file_name"] for row in rows] == ["masks/findings/a-1.png", None]
    assert [record.layers for record in Cohort.open(tmp_path / "c").records] == [("findings",), ("lungs",)]


def test_png_text(tmp_path: Path) -> None:
    with CohortWriter(tmp_path / "c", body="chest") as writer:
        writer.add(make_sample("a-1"), png_text={"Software": "x", "XML:com.adobe.xmp": "<x:xmpmeta/>"})
    with Image.open(tmp_path / "c" / "images" / "a-1.png") as image:
        image.load()
        assert image.info["Software"] == "x"
        assert image.info["XML:com.adobe.xmp"] == "<x:xmpmeta/>" or image.info["xmp"] == b"<x:xmpmeta/>"


def test_failure_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="boom"),
        CohortWriter(tmp_path / "c", body="chest") as writer,
    ):
        writer.add(make_sample())
        raise RuntimeError("boom")
    with pytest.raises(DiptychError, match="would be empty"), CohortWriter(tmp_path / "c", body="chest"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_existing_folder_is_not_touched(tmp_path: Path) -> None:
    write(tmp_path / "c", make_sample())
    with pytest.raises(DiptychError, match="not empty"):
        write(tmp_path / "c", make_sample("other"))
    assert [record.id for record in Cohort.open(tmp_path / "c").records] == ["a-1"]


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (make_sample("../up"), "cannot name a sample"),
        (make_sample("kerm_train_1"), "cannot name a sample; use .* no word such as 'train'"),
        (make_sample("a", body="panoramic"), "shows the panoramic"),
        (make_sample("a", findings=(Finding("caries", "18"),)), "unknown chest finding 'caries'"),
        (make_sample("a", findings=(Finding("effusion", "right upper"),)), "cannot be at 'right upper'"),
        (replace(make_sample("a"), image=np.zeros((12, 20), np.float32)), "float32"),
        (replace(make_sample("a"), masks={"lungs": np.full((12, 20), 255, np.uint8)}), "unknown value 255"),
        (
            replace(make_sample("a"), masks={"lungs": np.zeros((3, 3), np.uint8)}),
            "mask is uint8 3 x 3, its image 20 x 12",
        ),
        (replace(make_sample("a"), masks={"teeth": np.zeros((12, 20), np.uint8)}), "no layer of this body"),
    ],
)
def test_writer_refuses(tmp_path: Path, sample: Sample, message: str) -> None:
    with pytest.raises(DiptychError, match=message):
        write(tmp_path / "c", sample)
    assert list(tmp_path.iterdir()) == []


def test_writer_refuses_a_second_time(tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="A-1: occurs twice"):
        write(tmp_path / "c", make_sample("a-1"), make_sample("A-1"))


def test_select(tmp_path: Path) -> None:
    cohort = Cohort.open(write(tmp_path / "c", make_sample("a-1"), make_sample("b-2", split="val")))
    assert [record.id for record in cohort.select(split="val").records] == ["b-2"]
    assert [record.id for record in cohort.select(ids=["b-2", "a-1"]).records] == ["a-1", "b-2"]
    with pytest.raises(DiptychError, match="it has train, val"):
        cohort.select(split="test")
    with pytest.raises(DiptychError, match="did you mean 'a-1'"):
        cohort.select(ids=["a-l"])


def test_every_problem_at_once(tmp_path: Path) -> None:
    names = [f"id-{number}" for number in range(9)]
    root = write(tmp_path / "c", *(make_sample(name) for name in names))
    (root / "images" / "id-0.png").unlink()
    (root / "images" / "id-1.png").write_bytes(b"not an image")
    (root / "masks" / "lungs" / "id-2.png").write_bytes(encode_png(np.zeros((5, 5), np.uint8)))
    (tmp_path / "outside.png").write_bytes((root / "images" / "id-3.png").read_bytes())
    (root / "images" / "id-4.png").unlink()
    (root / "images" / "id-4.png").symlink_to(tmp_path / "outside.png")

    def spoil(rows: list[dict[str, object]]) -> None:
        rows[3]["file_name"] = "../outside.png"
        rows[5]["findings"] = [{"name": "opacity", "site": "top"}]
        rows[6].update(sex=3, provenance={"kind": "dream"})
        rows[7]["id"] = "id-8"

    rewrite(root, spoil)
    with pytest.raises(DiptychError) as caught:
        Cohort.open(root)
    text = [str(problem) for problem in caught.value.problems]
    wanted = [
        "line 1, field file_name: images/id-0.png is missing",
        "id-1.png: cannot be read as an image",
        "line 3, field lungs_file_name: id-2.png is 5 x 5, its image is 20 x 12",
        "line 4, field file_name: '../outside.png' leaves the folder",
        "line 5, field file_name: 'images/id-4.png' is a link out of the folder",
        "line 6, field findings: 'opacity' cannot be at 'top'",
        "line 7, field sex: 3 is not a text",
        "line 7, field provenance.kind: expected",
        "id id-8: occurs twice",
    ]
    assert len(text) == len(wanted)
    for line, part in zip(text, wanted, strict=True):
        assert part in line


@pytest.mark.parametrize("name", ["/etc/passwd", "images/../../x.png", "C:\\x.png", "images\\a.png", "a\0b"])
def test_hostile_paths(tmp_path: Path, name: str) -> None:
    root = write(tmp_path / "c", make_sample())
    rewrite(root, lambda rows: rows[0].update(lungs_file_name=name))
    with pytest.raises(DiptychError, match="leaves the folder"):
        Cohort.open(root)


def test_unreadable_cohorts(tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="is not a cohort folder"):
        Cohort.open(tmp_path / "none")
    root = write(tmp_path / "c", make_sample())
    (root / "metadata.jsonl").write_text("")
    with pytest.raises(DiptychError, match="cohort is empty"):
        Cohort.open(root)
    (root / "metadata.jsonl").write_text("{\n[1]\n")
    (root / "cohort.json").write_text('{"schema": 9}')
    with pytest.raises(DiptychError) as caught:
        Cohort.open(root)
    assert len(caught.value.problems) == 3


def test_unknown_mask_values_are_found_by_check(tmp_path: Path) -> None:
    root = write(tmp_path / "c", make_sample("a-1"), make_sample("b-2"))
    for name in ("a-1", "b-2"):
        (root / "masks" / "lungs" / f"{name}.png").write_bytes(encode_png(np.full((12, 20), 9, np.uint8)))
    with pytest.raises(DiptychError) as caught:
        Cohort.open(root).check()
    assert ["unknown value 9" in str(problem) for problem in caught.value.problems] == [True, True]
