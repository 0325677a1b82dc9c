"""Phantoms as records, sentences and cohorts on disk; and how close they are to what was measured."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.phantoms import draw, draw_many, write_cohort
from diptych.phantoms.tables import LOWER, MIDLINE, MISSING_COUNTS, UPPER
from diptych.prompts.parser import parse
from diptych.records.cohort import Cohort

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize("body", ["panoramic", "chest"])
def test_the_sentence_says_what_is_drawn(body):
    for sample in draw_many(body, 12, 400, (32, 64)):
        reading = parse(sample.record.text, body)
        assert reading.findings == set(sample.record.findings)
        assert dict(reading.groups) == dict(sample.record.groups)
        assert not reading.unknown


@pytest.mark.parametrize("body", ["panoramic", "chest"])
def test_the_record_tells_where_it_comes_from(body):
    record = draw(body, 7, (64, 64)).record
    assert record.provenance.kind == "phantom"
    assert record.provenance.seed == 7
    assert record.body == body
    assert record.layers == tuple(draw(body, 7, (64, 64)).masks)


@pytest.mark.parametrize("body", ["panoramic", "chest"])
def test_a_cohort_is_written_and_read_back(body, tmp_path):
    write_cohort(body, 3, 20, tmp_path / "out", size=(64, 96))
    cohort = Cohort.open(tmp_path / "out")
    assert [sample.record.provenance.seed for sample in cohort] == [20, 21, 22]
    for read, drawn in zip(cohort, draw_many(body, 3, 20, (64, 96)), strict=True):
        assert (read.image == drawn.image).all()
        assert all((read.masks[layer] == drawn.masks[layer]).all() for layer in drawn.masks)
        assert read.record.text == drawn.record.text


def test_bad_numbers_write_nothing(tmp_path):
    with pytest.raises(DiptychError) as caught:
        write_cohort("chest", 0, -1, tmp_path / "out")
    assert len(caught.value.problems) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.shared
def test_the_tables_are_what_the_real_masks_say():
    folder = SHARED / "pr_ufba425"
    with (folder / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    masks = [np.asarray(Image.open(folder / row["mask"])) for row in rows]
    gaps = [32 - np.count_nonzero(np.bincount(mask.ravel(), minlength=49)[11:]) for mask in masks]
    assert tuple(np.bincount(gaps, minlength=32)) == MISSING_COUNTS
    coarse = [mask[2::4, 2::4] for mask in masks]
    for right, left, tooth in ((16, 26, UPPER[5]), (43, 33, LOWER[2])):
        (y, x), (y_left, x_left) = median_centre(coarse, right), median_centre(coarse, left)
        assert (y + y_left) / 2 == pytest.approx(tooth.y, abs=0.004)
        assert x_left - x == pytest.approx(tooth.offset, abs=0.008)
        assert x + x_left == pytest.approx(MIDLINE, abs=0.02)


def median_centre(masks, fdi):
    spots = [np.argwhere(mask == fdi).mean(axis=0) / 128 + 0.5 / 128 for mask in masks if (mask == fdi).any()]
    return np.median(spots, axis=0)


@pytest.mark.shared
def test_grey_levels_are_close_to_real_ones():
    folder = SHARED / "pr_ufba425"
    with (folder / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"][:12]
    real = [np.asarray(Image.open(folder / row["file"]).convert("L").resize((256, 128))) for row in rows]
    drawn = [sample.image for sample in draw_many("panoramic", 12, 0)]
    assert np.mean(drawn) == pytest.approx(np.mean(real), abs=8)
    assert np.std(drawn) == pytest.approx(np.std(real), abs=6)
