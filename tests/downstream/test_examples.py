"""What a learner is shown: lawful rows, mirrored classes, labels that nobody looked for."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.downstream import TASKS, find_task, load_examples
from diptych.downstream.augment import mirror_labels
from diptych.downstream.examples import NOT_KNOWN, same_classes
from diptych.downstream.learners import FOLD
from diptych.downstream.lessons import label_twins
from diptych.records import FDI, Cohort, LabelSpace
from diptych.records.labels import Label

from .shapes import MODEL, chests, cohort, phantom, with_findings


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cohort]:
    folder = tmp_path_factory.mktemp("rows")
    return {
        body: cohort(folder / body, (phantom(body, seed) for seed in range(3)))
        for body in ("panoramic", "chest")
    }


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_reads_its_rows(name: str, rows: dict[str, Cohort]) -> None:
    task = find_task(name)
    for body, size in task.sizes.items():
        assert not any(side % FOLD for side in size)
        found = load_examples(rows[body], task)
        assert found.images.shape == (3, *size) and found.real.all()
        classes = found.classes
        wanted = (3, *size) if task.kind == "segmentation" else (3, len(classes.names))
        assert found.truth.shape == wanted
        allowed = {0, *classes.codes} if task.kind == "segmentation" else {0, 1, NOT_KNOWN}
        assert set(np.unique(found.truth)) <= allowed
        assert len(found.counts()) == len(classes.names)
    if len(task.sizes) == 1:
        other = "chest" if "panoramic" in task.sizes else "panoramic"
        with pytest.raises(DiptychError, match=f"holds {other} images"):
            load_examples(rows[other], task)


def test_presence_is_what_the_mask_shows_and_mirrors_with_it(rows: dict[str, Cohort]) -> None:
    found = load_examples(rows["panoramic"], "presence")
    for row, sample in enumerate(rows["panoramic"]):
        shown = set(np.unique(sample.masks["teeth"]))
        assert {code for code, has in zip(FDI, found.truth[row], strict=True) if has} == shown & set(FDI)
    twins = label_twins(found.classes, mirrored=True)
    images, labels = torch.from_numpy(found.images)[:, None].float(), torch.from_numpy(found.truth)
    moved, mirrored = mirror_labels(images, labels, twins, torch.Generator().manual_seed(1))
    flipped = [not torch.equal(a, b) for a, b in zip(moved, images, strict=True)]
    assert any(flipped) and not all(flipped)
    for row, flip in enumerate(flipped):
        had = {code for code, has in zip(FDI, labels[row], strict=True) if has}
        has = {code for code, has in zip(FDI, mirrored[row], strict=True) if has}
        sides = {1: 2, 2: 1, 3: 4, 4: 3}
        assert has == ({10 * sides[c // 10] + c % 10 for c in had} if flip else had)


def test_chests_are_never_mirrored(rows: dict[str, Cohort]) -> None:
    assert load_examples(rows["chest"], "lungs").classes.twins == ()
    assert label_twins(load_examples(rows["chest"], "pneumonia").classes, mirrored=False) == ()
    assert load_examples(rows["panoramic"], "findings").classes.twins


def test_rows_that_say_nothing_are_left_out(tmp_path: Path) -> None:
    plain, bare = phantom("chest", 0), phantom("chest", 1)
    bare = replace(bare, masks={}, record=replace(bare.record, layers=()))
    found = load_examples(cohort(tmp_path / "a", [plain, bare]), "lungs")
    assert found.ids == ("p0",)
    with pytest.raises(DiptychError, match="no row has the layer 'lungs'"):
        load_examples(cohort(tmp_path / "b", [bare]), "lungs")


def test_nobody_looked_is_neither_yes_nor_no(tmp_path: Path) -> None:
    samples = [
        with_findings(phantom("panoramic", 0), ["implant"]),
        with_findings(phantom("panoramic", 1), [], restoration="unknown"),
        with_findings(phantom("panoramic", 2), [], findings="unknown"),
    ]
    found = load_examples(cohort(tmp_path / "c", samples), "dental-findings")
    assert found.classes.names == ("missing", "restoration", "appliance", "implant")
    assert found.ids == ("p0", "p1")
    assert found.truth.tolist() == [[0, 0, 0, 1], [0, NOT_KNOWN, 0, 0]]
    assert found.counts().tolist() == [0, 0, 0, 1]
    with pytest.raises(DiptychError, match="nobody looked"):
        load_examples(cohort(tmp_path / "d", samples[2:]), "dental-findings")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    rows = chests(tmp_path / "a", 2, 0)
    before = load_examples(rows, "lungs")
    image = rows.rows[0].image
    stamp = image.stat().st_mtime_ns
    image.write_bytes(rows.rows[1].image.read_bytes())
    os.utime(image, ns=(stamp + 10**9, stamp + 10**9))
    after = load_examples(rows, "lungs")
    assert np.array_equal(after.images[0], before.images[1])
    assert not np.array_equal(after.images[0], before.images[0])


def test_picked_rows_keep_their_order_and_origin(tmp_path: Path) -> None:
    samples = [
        phantom("chest", i, provenance=MODEL if i == 1 else phantom("chest", 9).record.provenance)
        for i in range(3)
    ]
    found = load_examples(cohort(tmp_path / "a", samples), "lungs")
    picked = found.pick(["p2", "p1"])
    assert picked.ids == ("p1", "p2") and picked.real.tolist() == [False, True]
    assert np.array_equal(picked.images, found.images[1:])
    with pytest.raises(DiptychError, match="none of the ids"):
        found.pick(["p7"])


def test_parts_of_one_training_have_one_label_space(rows: dict[str, Cohort]) -> None:
    own = LabelSpace("findings", (Label(1, "cyst", (1, 2, 3)),))
    strange = replace(rows["chest"], spaces={**rows["chest"].spaces, "findings": own})
    parts = [load_examples(part, "findings") for part in (rows["chest"], strange)]
    with pytest.raises(DiptychError, match="other labels"):
        same_classes(parts)
    with pytest.raises(DiptychError, match="one body region"):
        same_classes([parts[0], load_examples(rows["panoramic"], "findings")])
