"""What is named is drawn, and nothing else; the masks are exact; a seed is an address."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from diptych.base.errors import DiptychError
from diptych.phantoms import draw
from diptych.phantoms.dental_findings import PAINTERS
from diptych.records.finding import Finding
from diptych.records.labels import FDI, LABELS

SEEDS = st.integers(0, 2**31)
TEETH = st.sampled_from(FDI)


def panoramic(seed, *findings, size=None):
    return draw("panoramic", seed, size, frozenset(Finding(name, str(site)) for name, site in findings))


def present(sample):
    return set(np.unique(sample.masks["teeth"]).tolist()) - {0}


def code(name):
    return LABELS["panoramic", "findings"].named(name).code


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_teeth_in_the_mask_are_those_not_missing(seed):
    sample = draw("panoramic", seed)
    missing = {int(finding.site) for finding in sample.record.findings if finding.name == "missing"}
    assert present(sample) == set(FDI) - missing


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.sets(TEETH, max_size=31))
def test_missing_teeth_have_no_pixel_and_the_others_do(seed, missing):
    sample = panoramic(seed, *(("missing", fdi) for fdi in missing))
    assert present(sample) == set(FDI) - missing
    assert set(sample.record.findings) == {Finding("missing", str(fdi)) for fdi in missing}
    assert not sample.masks["findings"].any()


def test_a_mouth_without_teeth():
    sample = panoramic(4, *(("missing", fdi) for fdi in FDI))
    assert not present(sample)
    assert sample.image.std() > 15


@settings(max_examples=30, deadline=None)
@given(SEEDS, TEETH, st.sampled_from(sorted(PAINTERS)))
def test_a_finding_on_a_tooth_touches_it_and_no_other_code_appears(seed, fdi, name):
    sample = panoramic(seed, (name, fdi))
    findings = sample.masks["findings"]
    assert set(np.unique(findings)) == {0, code(name)}
    tooth = sample.masks["teeth"] == fdi
    if name == "periapical lesion":  # the only one that lies outside the tooth
        assert (ndimage.binary_dilation(tooth, iterations=2) & (findings > 0)).any()
    else:
        assert tooth[findings > 0].all()


@pytest.mark.parametrize("fdi", [16, 11, 23, 36, 31, 44])
def test_a_lesion_sits_at_the_apex(fdi):
    sample = panoramic(3, ("periapical lesion", fdi))
    lesion = np.argwhere(sample.masks["findings"] == code("periapical lesion"))[:, 0].mean()
    tooth = np.argwhere(sample.masks["teeth"] == fdi)[:, 0].mean()
    assert lesion < tooth if fdi < 30 else lesion > tooth


@pytest.mark.parametrize(
    ("name", "brighter"),
    [("restoration", 1), ("crown", 1), ("root canal", 1), ("caries", -1), ("deep caries", -1)],
)
def test_work_is_bright_and_disease_dark(name, brighter):
    for seed in range(6):
        sound, ill = panoramic(seed), panoramic(seed, (name, 46))
        spot = ill.masks["findings"] == code(name)
        change = ill.image[spot].astype(float).mean() - sound.image[spot].astype(float).mean()
        assert brighter * change > 15


def test_right_and_left_upper_and_lower():
    rows, columns = (
        {fdi: np.argwhere(panoramic(8).masks["teeth"] == fdi)[:, axis].mean() for fdi in FDI}
        for axis in (0, 1)
    )
    for place in range(1, 9):
        assert columns[10 + place] < columns[20 + place]
        assert columns[40 + place] < columns[30 + place]
        assert rows[10 + place] < rows[40 + place]
        assert rows[20 + place] < rows[30 + place]
    anatomy = panoramic(8).masks["anatomy"]
    for right, left in ((3, 4), (5, 6), (7, 8)):
        assert np.argwhere(anatomy == right)[:, 1].max() < np.argwhere(anatomy == left)[:, 1].min()


def test_impacted_teeth_lie_deeper_and_tilted():
    usual, buried = panoramic(5), panoramic(5, ("impacted", 13), ("impacted", 48))
    height = lambda sample, fdi: np.argwhere(sample.masks["teeth"] == fdi)[:, 0].mean()  # noqa: E731
    assert height(buried, 13) < height(usual, 13) - 4
    assert height(buried, 48) > height(usual, 48) + 2


def test_an_implant_stands_for_a_missing_tooth():
    sample = panoramic(2, ("implant", 36))
    assert Finding("missing", "36") in sample.record.findings
    assert 36 not in present(sample)
    assert (sample.masks["findings"] == code("implant")).sum() > 20


def test_whole_image_findings_are_seen():
    sample = panoramic(2, ("appliance", ""), ("restoration", ""))
    assert {code("appliance"), code("restoration")} <= set(np.unique(sample.masks["findings"]))
    assert present(panoramic(2, ("supernumerary", ""))) == set(FDI)
    assert (panoramic(2, ("supernumerary", "")).image != panoramic(2).image).any()


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_codes_are_lawful_and_masks_fit(seed):
    sample = draw("panoramic", seed)
    assert sample.image.dtype == np.uint8
    assert sample.image.shape == (128, 256)
    for layer, mask in sample.masks.items():
        assert mask.dtype == np.uint8
        assert mask.shape == sample.image.shape
        assert set(np.unique(mask)) <= {0, *LABELS["panoramic", layer].codes}


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_a_seed_is_an_address(seed):
    first, again = draw("panoramic", seed), draw("panoramic", seed)
    assert first.record == again.record
    assert (first.image == again.image).all()
    assert all((first.masks[layer] == again.masks[layer]).all() for layer in first.masks)
    assert (draw("panoramic", seed + 1).image != first.image).any()


def test_missing_teeth_are_as_frequent_as_measured():
    gaps = [
        sum(f.name == "missing" for f in draw("panoramic", seed, (32, 64)).record.findings)
        for seed in range(100)
    ]
    assert 0.27 < np.mean(np.array(gaps) == 0) < 0.5
    assert 2.5 < np.mean(gaps) < 6.5
    assert max(gaps) >= 12


def test_the_same_patient_well_and_ill():
    well, ill = panoramic(9), panoramic(9, ("crown", 26))
    both = panoramic(9, ("crown", 26), ("caries", 44))
    assert (well.masks["teeth"] == ill.masks["teeth"]).all()
    assert (well.image[:, :100] == ill.image[:, :100]).mean() > 0.95
    crown = ill.masks["findings"] == code("crown")
    assert (both.masks["findings"][crown] == code("crown")).all()


def test_larger_pictures_show_the_same_mouth():
    small, large = draw("panoramic", 6), draw("panoramic", 6, (256, 512))
    assert small.record == large.record
    shrunk = large.masks["teeth"][::2, ::2]
    both = (small.masks["teeth"] > 0) & (shrunk > 0)
    assert (small.masks["teeth"] == shrunk)[both].mean() > 0.9


@pytest.mark.parametrize(
    ("findings", "culprits"),
    [
        ([("caries", "19")], ["caries"]),
        ([("missing", "36"), ("caries", "36"), ("crown", "36")], ["caries 36", "crown 36"]),
        ([("implant", "36"), ("crown", "36")], ["crown 36"]),
        ([("opacity", "")], ["opacity"]),
    ],
)
def test_contradictions_are_named_all_at_once(findings, culprits):
    with pytest.raises(DiptychError) as caught:
        panoramic(0, *findings)
    assert len(caught.value.problems) == len(culprits)
    assert all(culprit in str(caught.value) for culprit in culprits)


def test_sizes_and_seeds_out_of_reach_are_refused():
    with pytest.raises(DiptychError, match="too small"):
        draw("panoramic", 0, (8, 16))
    with pytest.raises(DiptychError, match="negative"):
        draw("panoramic", -1)
    with pytest.raises(DiptychError, match="chest"):
        draw("panoramic", 0, groups={"view": "AP"})
