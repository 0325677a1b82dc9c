"""Fused cohorts on disk: the manifest makes the same cohort again, and nothing of the images is lost."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import diptych
from diptych.base.errors import DiptychError
from diptych.fusion import STRATEGIES, Arm, checks_pixels, fuse, open_fused, repeat
from diptych.records import Cohort

from .conftest import MODEL, record, sample, write

Folders = dict[str, Path]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_the_manifest_makes_the_same_cohort_again(name: str, folders: Folders, tmp_path: Path) -> None:
    arm = Arm(strategy=name, ratio=0.5, seed=4)
    once = fuse(arm, **folders, out=tmp_path / "a" / "fused")
    again = repeat(tmp_path / "a" / "fused", **folders, out=tmp_path / "b" / "fused")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert once.plan == again.plan
    memory = fuse(arm, **folders)
    assert memory.plan == once.plan
    for phase in once.plan.phases:
        kept, read = memory.phase(phase.name), once.phase(phase.name)
        assert (
            [r.id for r in kept.records] == [r.id for r in read.records] == [row.name for row in phase.rows]
        )
        assert all(np.array_equal(a.image, b.image) for a, b in zip(kept, read, strict=True))
        assert all(
            np.array_equal(a.masks["lungs"], b.masks["lungs"]) for a, b in zip(kept, read, strict=True)
        )


def test_a_line_for_every_row(folders: Folders, tmp_path: Path) -> None:
    fuse(Arm(strategy="pretrain-then-finetune"), **folders, out=tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out/manifest.jsonl").read_text().splitlines()]
    assert [(line["phase"], line["source"]) for line in lines] == (
        [("pretrain", "synthetic")] * 6 + [("finetune", "real")] * 6
        + [("val", "real")] * 2 + [("test", "real")] * 2
    )  # fmt: skip
    assert {"id", "name", "why", "labels"} < set(lines[0])
    assert {line["name"] for line in lines} == {r.id for r in Cohort.open(tmp_path / "out").records}


def test_images_keep_pixels_depth_and_marks(folders: Folders, tmp_path: Path) -> None:
    deep = [sample(record("deep", split="test"), 7, np.uint16), sample(record("r"), 8)]
    with diptych.CohortWriter(tmp_path / "mine", body="chest") as writer:
        for one in deep:
            writer.add(one)
    arm = Arm(strategy="matched-distribution")
    fuse(arm, real=tmp_path / "mine", synthetic=folders["synthetic"], out=tmp_path / "out")
    back = Cohort.open(tmp_path / "out")
    assert back.load("deep").image.dtype == np.uint16
    assert np.array_equal(back.load("deep").image, deep[0].image)
    (row,) = [r for r in back.records if r.provenance.kind == "model"]
    with Image.open(tmp_path / f"out/images/{row.id}.png") as image:
        assert image.info["XML:com.adobe.xmp"] == f"drawn {row.id}"


def test_shuffled_pairs_are_shuffled_on_disk(folders: Folders, tmp_path: Path) -> None:
    fused = fuse(Arm(strategy="shuffled-pairs"), **folders, out=tmp_path / "out")
    pool = Cohort.open(folders["synthetic"])
    rows = [row for _, row in fused.plan.training() if row.labels]
    for row in rows:
        mine = fused.cohort.load(row.name)
        assert np.array_equal(mine.image, pool.load(row.id).image)
        assert np.array_equal(mine.masks["lungs"], pool.load(row.labels).masks["lungs"])
        assert mine.record.text == pool.load(row.labels).record.text
    assert len(rows) == 6


def test_a_copy_of_a_held_out_image_is_refused(folders: Folders, tmp_path: Path) -> None:
    real = Cohort.open(folders["real"])
    stolen = real.load("t0")
    with diptych.CohortWriter(tmp_path / "pool", body="chest") as writer:
        writer.add(
            diptych.Sample(record=record("g", provenance=MODEL), image=stolen.image, masks=stolen.masks)
        )
        writer.add(sample(record("fine", provenance=MODEL), 77))
    arm = Arm(strategy="synthetic-only", ratio=1 / 3)
    for out in (None, tmp_path / "o"):
        with pytest.raises(DiptychError, match="synthetic row g: its image is the held-out t0"):
            fuse(arm, real=real, synthetic=tmp_path / "pool", out=out)
    assert not (tmp_path / "o").exists()


def test_images_are_hashed_once_and_again_when_they_change(folders: Folders) -> None:
    arm = Arm(strategy="synthetic-only", ratio=1)
    checks_pixels._hash.cache_clear()
    for _ in range(3):
        fuse(arm, real=folders["real"], synthetic=folders["synthetic"])
    assert checks_pixels._hash.cache_info().misses == 4 + 6
    drawn = fuse(arm, real=folders["real"], synthetic=folders["synthetic"]).phase("train").rows[0].image
    drawn.write_bytes((folders["real"] / "images" / "t0.png").read_bytes())
    os.utime(drawn, ns=(1, 1))
    with pytest.raises(DiptychError, match="is the held-out t0"):
        fuse(arm, real=folders["real"], synthetic=folders["synthetic"])


def test_a_test_image_under_another_name_and_subject_is_no_training_image(folders: Folders) -> None:
    images = folders["real"] / "images"
    (images / "r0.png").write_bytes((images / "t0.png").read_bytes())
    with pytest.raises(DiptychError, match="^real row r0: its image is the held-out t0, pixel by pixel"):
        fuse(Arm(strategy="real-only"), real=folders["real"])


def test_changed_rows_are_not_repeated(folders: Folders, tmp_path: Path) -> None:
    fuse(Arm(strategy="synthetic-only"), **folders, out=tmp_path / "out")
    other = write(tmp_path / "other", Cohort.open(folders["synthetic"]).records, seed=9)
    with pytest.raises(DiptychError, match="the synthetic cohort: its rows are not those"):
        repeat(tmp_path / "out", real=folders["real"], synthetic=other, out=tmp_path / "again")
    with pytest.raises(DiptychError, match="--synthetic: has no row g"):
        repeat(tmp_path / "out", real=folders["real"], out=tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_manifest_that_was_changed_cannot_bring_in_a_test_row(folders: Folders, tmp_path: Path) -> None:
    out = tmp_path / "out"
    fuse(Arm(strategy="real-only"), **folders, out=out)
    edit(out / "manifest.jsonl", '"source": "real", "id": "r0"', '"source": "real", "id": "t0"')
    with pytest.raises(DiptychError, match=r"subject 's-t0': is in train \(r0\) and in test"):
        repeat(out, real=folders["real"], out=tmp_path / "again")
    edit(out / "metadata.jsonl", '"subject": "s-r0"', '"subject": "s-v1"')
    with pytest.raises(DiptychError, match="subject 's-v1'"):
        open_fused(out)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("fusion.json", "{", "[", "is not JSON"),
        ("fusion.json", '"ratio"', '"rate"', "unknown field"),
        ("manifest.jsonl", '"phase": "train"', '"face": "train"', "names no phase"),
        ("manifest.jsonl", '"why"', '"where"', "unknown field"),
        (
            "manifest.jsonl",
            '"name": "r0"',
            '"name": "r9"',
            "in only one of manifest.jsonl and metadata.jsonl",
        ),
    ],
)
def test_damage_is_named(file: str, old: str, new: str, words: str, folders: Folders, tmp_path: Path) -> None:
    fuse(Arm(strategy="real-only"), real=folders["real"], out=tmp_path / "out")
    edit(tmp_path / "out" / file, old, new)
    with pytest.raises(DiptychError, match=words):
        open_fused(tmp_path / "out")
    (tmp_path / "out" / file).unlink()
    with pytest.raises(DiptychError, match="file is missing"):
        open_fused(tmp_path / "out")


def test_a_damaged_image_leaves_nothing_behind(folders: Folders, tmp_path: Path) -> None:
    (folders["real"] / "images/r0.png").write_bytes((folders["real"] / "images/r1.png").read_bytes()[:200])
    shutil.copy(folders["real"] / "masks/lungs/r0.png", tmp_path / "spare.png")
    with pytest.raises(DiptychError, match=r"r0\.png"):
        fuse(Arm(strategy="real-only"), real=folders["real"], out=tmp_path / "out")
    assert not [path for path in tmp_path.iterdir() if "out" in path.name]


def test_an_unknown_phase_is_named(folders: Folders) -> None:
    with pytest.raises(DiptychError, match="no phase 'warm-up'; it has train"):
        fuse(Arm(strategy="real-only"), real=folders["real"]).phase("warm-up")
