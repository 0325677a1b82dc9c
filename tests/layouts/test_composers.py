"""Every registered composer shows exactly what is asked for, lawfully, and the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.layouts.conftest import SIZES

from diptych.base.errors import DiptychError
from diptych.layouts import (
    COMPOSERS,
    Layout,
    check,
    compose,
    draw_request,
    make_request,
    read_request,
    validity,
)
from diptych.layouts.composers import ATTEMPTS
from diptych.layouts.procedural import draw_masks
from diptych.layouts.shown import code_of
from diptych.phantoms import draw
from diptych.records import FDI, LABELS, Cohort, CohortWriter, Finding

NAMES = sorted(COMPOSERS)
ASKED = "32 teeth, 36 missing, 46 periapical lesion, 38 impacted, 26 crown, 11 root canal, 15 caries"


def same(one: Layout, other: Layout) -> bool:
    return one.findings == other.findings and all(
        np.array_equal(one.layers[name], other.layers[name]) for name in one.layers
    )


def teeth_of(layout: Layout) -> set[int]:
    return set(np.unique(layout.layers["teeth"]).tolist()) - {0}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_is_what_the_layout_holds(name, sources):
    request = read_request(ASKED)
    layout = compose(name, request, (128, 256), 7, sources["panoramic"][name])
    assert set(layout.findings) == request.findings
    assert teeth_of(layout) == set(FDI) - {36}
    codes = {code_of("panoramic", finding.name) for finding in request.findings} - {0}
    assert set(np.unique(layout.layers["findings"]).tolist()) - {0} == codes
    assert (layout.layers["teeth"][layout.layers["findings"] == code_of("panoramic", "crown")] == 26).all()
    check(layout, size=(128, 256))


@pytest.mark.parametrize("body", ["panoramic", "chest"])
@pytest.mark.parametrize("name", NAMES)
def test_random_requests_are_shown_exactly(name, body, sources):
    held = 0
    for seed in range(8):
        request = draw_request(body, seed)
        try:
            layout = compose(name, request, SIZES[body], seed, sources[body][name])
        except DiptychError as error:
            assert "no row with all the teeth" in str(error)
            continue
        held += 1
        assert set(layout.findings) == request.findings
        assert validity(layout).faults == ()
        assert body == "chest" or teeth_of(layout) == set(request.present)
        for layer, mask in layout.layers.items():
            assert mask.shape == SIZES[body] and mask.dtype == np.uint8
            assert set(np.unique(mask).tolist()) <= {0, *LABELS[body, layer].codes}
    assert held >= 4


@pytest.mark.parametrize("body", ["panoramic", "chest"])
@pytest.mark.parametrize("name", NAMES)
def test_a_seed_is_an_address(name, body, sources):
    request, source = draw_request(body, 3), sources[body][name]
    first = compose(name, request, SIZES[body], 5, source)
    compose(name, draw_request(body, 4), SIZES[body], 6, source)
    assert same(first, compose(name, request, SIZES[body], 5, source))
    assert not same(first, compose(name, request, SIZES[body], 6, source))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**31), st.sampled_from(["panoramic", "chest"]))
def test_the_procedural_layout_is_the_phantom_without_its_picture(seed, body):
    request = draw_request(body, seed)
    groups = dict(request.groups) or None
    phantom = draw(body, seed, SIZES[body], request.findings, groups=groups)
    masks = draw_masks(request, SIZES[body], seed, 0)
    assert all(np.array_equal(masks[layer], phantom.masks[layer]) for layer in masks)


def test_the_same_seed_with_a_finding_more_is_the_same_mouth(sources):
    for name in ("procedural", "statistical"):
        source = sources["panoramic"][name]
        well = compose(name, make_request("panoramic", []), (128, 256), 2, source)
        ill = compose(name, make_request("panoramic", [Finding("caries", "16")]), (128, 256), 2, source)
        assert np.array_equal(well.layers["teeth"], ill.layers["teeth"])
        assert not well.layers["findings"].any() and ill.layers["findings"].any()


@pytest.mark.parametrize("name", NAMES)
def test_a_composer_without_what_it_needs_is_refused(name, models):
    request = make_request("panoramic", [])
    wrong = models["panoramic"] if name == "procedural" else None
    with pytest.raises(DiptychError, match=name):
        compose(name, request, (128, 256), 0, wrong)
    assert COMPOSERS.card(name).private


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"name": "statistcal"}, "did you mean 'statistical'"),
        ({"seed": -1}, "seed -1"),
        ({"size": (8, 8)}, "8 x 8"),
    ],
)
def test_wrong_arguments_are_refused(change, culprit):
    arguments = {"name": "procedural", "request": make_request("chest", []), "size": (96, 96), "seed": 0}
    with pytest.raises(DiptychError, match=culprit):
        compose(**(arguments | change))


def test_the_wrong_body_and_an_absent_tooth_are_refused(models, rows):
    with pytest.raises(DiptychError, match="composes chest layouts"):
        compose("statistical", make_request("panoramic", []), (96, 96), 0, models["chest"])
    few = [row for row in rows["panoramic"] if Finding("missing", "18") in row.findings]
    with pytest.raises(DiptychError, match="no row with all the teeth"):
        compose("perturbed", make_request("panoramic", []), (128, 256), 0, few)
    without = replace(models["panoramic"], seen=np.array(FDI) != 18)
    with pytest.raises(DiptychError, match="without teeth 18"):
        compose("statistical", make_request("panoramic", []), (128, 256), 0, without)


def test_what_cannot_fit_is_told_after_some_attempts(monkeypatch):
    tried = []
    monkeypatch.setattr(
        "diptych.layouts.composers.draw_masks",
        lambda request, size, seed, attempt: (
            tried.append(attempt) or draw_masks(make_request("chest", []), size, 0, 0)
        ),
    )
    with pytest.raises(DiptychError, match="effusion left cannot be shown at 96 x 96"):
        compose("procedural", make_request("chest", [Finding("effusion", "left")]), (96, 96), 0)
    assert tried == list(range(ATTEMPTS))


def test_a_layout_is_a_row_of_a_cohort(tmp_path, sources):
    layout = compose("statistical", read_request(ASKED), (128, 256), 1, sources["panoramic"]["statistical"])
    with CohortWriter(tmp_path / "out", body="panoramic") as writer:
        writer.add(layout.to_sample("one"))
    back = Layout.of_sample(Cohort.open(tmp_path / "out").load("one"))
    assert same(layout, back) and back.composer == "statistical" and back.seed == 1
    assert layout.stack(("teeth", "findings")).shape == (2, 128, 256)
    with pytest.raises(DiptychError, match="no layer lungs"):
        layout.stack(("lungs",))
