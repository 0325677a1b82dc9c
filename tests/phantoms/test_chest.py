"""Chest phantoms: lungs on the right sides, findings in their zones, exact masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.phantoms import draw
from diptych.records.finding import Finding
from diptych.records.labels import LABELS
from diptych.records.vocabulary import SIDES, ZONES

SEEDS = st.integers(0, 2**31)
OPACITY, EFFUSION, PNEUMOTHORAX = (
    LABELS["chest", "findings"].named(name).code for name in ("opacity", "effusion", "pneumothorax")
)


def chest(seed, *findings, **groups):
    return draw("chest", seed, None, frozenset(Finding(name, site) for name, site in findings), groups=groups)


def centre(mask):
    rows, columns = np.nonzero(mask)
    return rows.mean(), columns.mean()


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_the_patients_right_lung_is_on_the_images_left(seed):
    sample = draw("chest", seed)
    lungs = sample.masks["lungs"]
    assert set(np.unique(lungs)) == {0, 1, 2}
    assert centre(lungs == 1)[1] < 64 < centre(lungs == 2)[1]
    assert 0.15 < (lungs > 0).mean() < 0.55
    for layer, mask in sample.masks.items():
        assert mask.shape == sample.image.shape
        assert set(np.unique(mask)) <= {0, *LABELS["chest", layer].codes}


def test_lung_masks_include_the_lung_behind_the_heart():
    sample = chest(1)
    behind = (sample.masks["anatomy"] == 1) & (sample.masks["lungs"] == 2)
    assert behind.mean() > 0.01


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.sampled_from(ZONES))
def test_an_opacity_lies_in_its_zone(seed, zone):
    sample = chest(seed, ("opacity", zone))
    side, height = zone.split()
    cloud = sample.masks["findings"] == OPACITY
    lung = sample.masks["lungs"] == 1 + SIDES.index(side)
    assert cloud.any()
    assert lung[cloud].mean() > 0.9
    rows = np.nonzero(lung.any(axis=1))[0]
    share = (centre(cloud)[0] - rows[0]) / (rows[-1] - rows[0])
    assert ("upper", "middle", "lower").index(height) == min(2, int(np.clip(share, 0, 0.99) * 3))


@settings(max_examples=10, deadline=None)
@given(
    SEEDS, st.sampled_from(SIDES), st.sampled_from([("effusion", EFFUSION), ("pneumothorax", PNEUMOTHORAX)])
)
def test_fluid_and_air_lie_on_their_side(seed, side, finding):
    name, code = finding
    sample = chest(seed, (name, side))
    marked = sample.masks["findings"] == code
    assert set(np.unique(sample.masks["findings"])) == {0, code}
    assert (sample.masks["lungs"][marked] == 1 + SIDES.index(side)).all()
    change = sample.image.astype(float)[marked].mean() - chest(seed).image.astype(float)[marked].mean()
    assert change > 5 if name == "effusion" else change < -2


def test_opacities_brighten():
    for seed in range(4):
        sound, ill = chest(seed), chest(seed, ("opacity", "right middle"))
        cloud = ill.masks["findings"] == OPACITY
        assert (ill.image.astype(float) - sound.image)[cloud].mean() > 8


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_an_enlarged_heart_is_wider_than_half_the_thorax(seed):
    def ratio(sample):
        heart = np.nonzero((sample.masks["anatomy"] == 1).any(axis=0))[0]
        lungs = np.nonzero((sample.masks["lungs"] > 0).any(axis=0))[0]
        return np.ptp(heart) / np.ptp(lungs)

    assert ratio(chest(seed, ("cardiomegaly", ""))) > 0.56 > ratio(chest(seed))


def test_what_has_no_place_gets_one():
    for name, code in (("opacity", OPACITY), ("pneumonia", OPACITY), ("effusion", EFFUSION)):
        sample = chest(3, (name, ""))
        assert sample.record.findings == (Finding(name),)
        assert (sample.masks["findings"] == code).any()


def test_drawn_pneumonia_has_an_opacity_and_both_kinds_of_chest_occur():
    cases = [{f.name for f in draw("chest", seed, (32, 32)).record.findings} for seed in range(60)]
    assert all(("pneumonia" in case) == ("opacity" in case) for case in cases)
    assert 8 < sum(not case for case in cases) < 36
    assert {"effusion", "pneumothorax", "cardiomegaly"} <= set().union(*cases)


def test_the_same_patient_well_and_ill():
    well, ill = chest(9), chest(9, ("effusion", "left"))
    assert (well.masks["lungs"] == ill.masks["lungs"]).all()
    right = well.masks["lungs"] == 1
    assert abs(well.image.astype(float) - ill.image)[right].mean() < 2


def test_groups_are_obeyed():
    sample = chest(5, view="PA", age_group="adult", sex="F")
    assert sample.record.groups == {"view": "PA", "age_group": "adult", "sex": "F"}
    assert (sample.image != chest(5, view="PA", age_group="adult", sex="M").image).any()
    assert "sex" not in chest(5, age_group="child").record.groups


def test_a_seed_is_an_address():
    first, again = draw("chest", 11), draw("chest", 11)
    assert first.record == again.record
    assert (first.image == again.image).all()
    assert all((first.masks[layer] == again.masks[layer]).all() for layer in first.masks)
    assert (draw("chest", 12).image != first.image).any()


def test_what_cannot_be_drawn_is_named_all_at_once():
    with pytest.raises(DiptychError) as caught:
        chest(0, ("hernia", ""), ("opacity", "left"), ("caries", "36"))
    assert len(caught.value.problems) == 3
    with pytest.raises(DiptychError, match="lateral"):
        chest(0, view="lateral")
