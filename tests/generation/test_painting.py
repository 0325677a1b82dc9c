from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.generation import generate
from diptych.generation.marks import read_marks
from diptych.generation.painting import Painter, agreeing, composed
from diptych.layouts import Layout, check
from diptych.models.gan.gan import GanConfig
from diptych.phantoms import draw_many, write_cohort
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.finding import Finding
from diptych.training import checkpoint

LIST = "32 teeth, 36 missing, 26 crown"


def paint(painter: Path, out: Path, *prompts: str, count: int = 2, **more: object) -> Cohort:
    return generate(checkpoint=str(painter), prompts=prompts, count=count, seed=4, out=out, **more)  # type: ignore[arg-type]


def test_a_list_and_its_sentence_are_the_same_request(tiny_painter: Path, tmp_path: Path) -> None:
    first = paint(tiny_painter, tmp_path / "a", LIST)
    sentence = first.records[0].text
    second = paint(tiny_painter, tmp_path / "b", sentence)
    for i in range(2):
        one, other = first.load(i), second.load(i)
        assert np.array_equal(one.image, other.image)
        assert np.array_equal(one.masks["teeth"], other.masks["teeth"])


def test_masks_hold_what_was_asked_for(tiny_painter: Path, tmp_path: Path) -> None:
    cohort = paint(
        tiny_painter, tmp_path / "a", LIST, "Panoramic radiograph, teeth 18 and 28 missing.", count=4
    )
    for i, lost in enumerate(({36}, {18, 28}, {36}, {18, 28})):
        sample = cohort.load(i)
        there = set(np.unique(sample.masks["teeth"]).tolist()) - {0}
        assert not there & lost
        assert len(there) == 32 - len(lost)
    names = {(f.name, f.site) for f in cohort.records[0].findings}
    assert {("missing", "36"), ("crown", "26")} <= names
    marks = read_marks(sorted((tmp_path / "a" / "images").glob("*.png"))[1])
    assert marks is not None and marks.seed == 5


def test_only_masks_that_the_generator_was_shown_are_written(tiny_painter: Path, tmp_path: Path) -> None:
    cohort = paint(tiny_painter, tmp_path / "a", LIST, "32 teeth, supernumerary")
    assert [record.layers for record in cohort.records] == [("teeth", "findings")] * 2
    assert (cohort.load(0).masks["findings"] > 0).any()
    assert not (cohort.load(1).masks["findings"] > 0).any(), "nothing that a mask could show was asked for"
    loaded = checkpoint.load(str(tiny_painter))
    painter = Painter(loaded, composed(loaded, (LIST,)))
    layout = painter.layout_of(0, 4)
    moved = {"teeth": 3, "findings": 3, "anatomy": -20}
    for name, pixels in moved.items():
        other = replace(layout, layers={**layout.layers, name: np.roll(layout.layers[name], pixels, 0)})
        painter.layout_of = lambda *_, chosen=other: chosen
        image = next(painter.draw([0], [4])).image
        assert np.array_equal(image, cohort.load(0).image) == (name not in cohort.layers)


def test_a_finding_that_was_not_drawn_leaves_its_layer_out(tiny_painter: Path) -> None:
    config = checkpoint.load(str(tiny_painter)).model.config
    assert isinstance(config, GanConfig)
    teeth = np.zeros((64, 128), np.uint8)
    layers = {"teeth": teeth, "findings": teeth, "anatomy": teeth}
    asked = Layout(body="panoramic", layers=layers, findings=(Finding("restoration"),))
    assert set(agreeing(asked, config)) == {"teeth"}
    assert set(agreeing(replace(asked, findings=()), config)) == {"teeth", "findings"}


def test_the_batch_changes_nothing(tiny_painter: Path, tmp_path: Path) -> None:
    paint(tiny_painter, tmp_path / "a", LIST, count=3, batch_size=1)
    paint(tiny_painter, tmp_path / "b", LIST, count=3, batch_size=8)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.png"))
    assert len(files) >= 6
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_label_maps_are_painted_row_after_row(tiny_painter: Path, tmp_path: Path) -> None:
    write_cohort("panoramic", count=2, seed=0, out=tmp_path / "maps")
    given = Cohort.open(tmp_path / "maps")
    painted = paint(tiny_painter, tmp_path / "a", count=3, labels=tmp_path / "maps")
    for i in range(3):
        wanted = set(np.unique(given.load(i % 2).masks["teeth"]).tolist())
        assert set(np.unique(painted.load(i).masks["teeth"]).tolist()) == wanted
    assert not np.array_equal(painted.load(0).image, painted.load(2).image), "another seed, another style"


def test_what_cannot_be_painted_is_refused_before_anything_is_written(
    tiny_painter: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    with pytest.raises(DiptychError, match="tooth 19|19"):
        paint(tiny_painter, tmp_path / "a", "32 teeth, 19 missing")
    small = tmp_path / "small"
    with CohortWriter(small, body="panoramic") as writer:
        for sample in draw_many("panoramic", 1, 0, (32, 64)):
            writer.add(sample)
    with pytest.raises(DiptychError, match="32 x 64"):
        paint(tiny_painter, tmp_path / "b", labels=small)
    torn = tmp_path / "torn"
    with CohortWriter(torn, body="panoramic") as writer:
        for sample in draw_many("panoramic", 2, 0, (64, 128)):
            sample.masks["teeth"][:4, :4] = sample.masks["teeth"].max()
            writer.add(sample)
    with pytest.raises(DiptychError, match="(?s)row .* in 2 pieces.*row .* in 2 pieces"):
        paint(tiny_painter, tmp_path / "e", labels=torn)
    mended = paint(tiny_painter, tmp_path / "mended", labels=torn, repair=True)
    check(Layout.of_sample(mended.load(0)))
    write_cohort("chest", count=1, seed=0, out=tmp_path / "chest")
    with pytest.raises(DiptychError, match="chest label maps"):
        paint(tiny_painter, tmp_path / "c", labels=tmp_path / "chest")
    with pytest.raises(DiptychError, match="draws its own masks"):
        paint(tiny_checkpoint, tmp_path / "d", labels=tmp_path / "chest")
    assert not any((tmp_path / name).exists() for name in "abcde")
