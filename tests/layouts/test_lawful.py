"""Faults are found, repaired where they can be, and refused where a person must decide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.layouts import Layout, check, compose, make_request, read_request, repair, validity
from diptych.layouts.shown import code_of
from diptych.records import Finding

ASKED = "46 periapical lesion, 26 crown, 36 missing"


@pytest.fixture(scope="module")
def lawful() -> Layout:
    return compose("procedural", read_request(ASKED, "panoramic"), (128, 256), 4)


@pytest.fixture(scope="module")
def chest() -> Layout:
    request = make_request("chest", [Finding("opacity", "left lower"), Finding("effusion", "right")])
    return compose("procedural", request, (96, 96), 4)


def spoilt(layout: Layout, layer: str, spoil) -> Layout:
    mask = layout.layers[layer].copy()
    spoil(mask)
    return replace(layout, layers={**layout.layers, layer: mask})


def swap(one: int, other: int):
    def spoil(mask):
        first, second = mask == one, mask == other
        mask[first], mask[second] = other, one

    return spoil


def crumble(mask):
    mask[100:103, 5:8] = 16


def shrink(mask):
    rows, columns = np.nonzero(mask == 24)
    mask[rows[3:], columns[3:]] = 0


def float_lesion(mask):
    rows, columns = np.nonzero(mask == code_of("panoramic", "periapical lesion"))
    mask[rows, columns] = 0
    mask[rows, columns + 60] = code_of("panoramic", "periapical lesion")


def canal_to_chin(mask):
    mask[60:64, 20:60] = 5


def unasked(mask):
    mask[60:64, 100:104] = code_of("panoramic", "implant")


def second_lesion(mask):
    mask[2:8, 2:10] = code_of("panoramic", "periapical lesion")


def crown_in_the_air(mask):
    mask[2:8, 2:10] = code_of("panoramic", "crown")


def canal_in_the_sky(mask):
    mask[3:6, 20:200] = 5


FAULTS = [
    ("teeth", crumble, "tooth 16 is in 2 pieces"),
    ("teeth", shrink, "tooth 24 is a fragment of 3 pixels"),
    ("teeth", swap(13, 16), "lies before"),
    ("findings", float_lesion, "periapical lesion 46 is not shown"),
    ("findings", unasked, "the mask shows implant, the findings do not name it"),
    ("findings", second_lesion, "the mask shows periapical lesion away from 46"),
    ("findings", crown_in_the_air, "the mask shows crown where no tooth is"),
    ("anatomy", canal_to_chin, "the mandibular canal leaves the mandible"),
    ("anatomy", canal_in_the_sky, "the mandibular canal leaves the mandible"),
]


def test_a_lawful_layout_has_full_marks_and_is_not_touched(lawful, chest):
    for layout in (lawful, chest):
        assert validity(layout).score == 1 and validity(layout).faults == ()
        mended = repair(layout)
        assert all(np.array_equal(mended.layers[name], layout.layers[name]) for name in layout.layers)


@pytest.mark.parametrize(("layer", "spoil", "fault"), FAULTS)
def test_a_fault_is_named_repaired_and_refused(lawful, layer, spoil, fault):
    bad = spoilt(lawful, layer, spoil)
    found = validity(bad)
    assert any(fault in told for told in found.faults) and 0 < found.score < 1
    with pytest.raises(DiptychError, match=fault):
        check(bad)
    mended = repair(bad)
    assert validity(mended).faults == ()
    assert set(mended.findings) == set(lawful.findings) or layer == "teeth"


def test_a_second_implant_away_from_its_gap_is_taken_away():
    asked = read_request("36 implant", "panoramic")
    own = compose("procedural", asked, (128, 256), 4)
    code = code_of("panoramic", "implant")
    bad = spoilt(own, "findings", lambda mask: mask.__setitem__((slice(2, 12), slice(2, 9)), code))
    assert validity(own).faults == ()
    assert validity(bad).faults == ("the mask shows implant away from 36",)
    assert np.array_equal(repair(bad).layers["findings"], own.layers["findings"])


def test_a_canal_where_no_mandible_is_becomes_background(lawful):
    sky = spoilt(lawful, "anatomy", canal_in_the_sky)
    taken = lawful.layers["anatomy"][3:6, 20:200] == 0
    mended = repair(sky).layers["anatomy"]
    assert taken.any() and not mended[3:6, 20:200].any()
    assert np.array_equal(mended[6:], lawful.layers["anatomy"][6:])
    only = np.zeros_like(lawful.layers["anatomy"])
    only[60:64, 20:200] = 5
    alone = replace(lawful, layers={**lawful.layers, "anatomy": only})
    assert "the mandibular canal leaves the mandible" in validity(alone).faults
    assert not repair(alone).layers["anatomy"].any()


def test_a_tooth_that_is_half_a_jaw_is_a_fault_that_no_repair_makes_up(lawful):
    bad = spoilt(lawful, "teeth", lambda mask: mask.__setitem__((slice(0, 64), slice(0, 128)), 16))
    for layout in (bad, repair(bad)):
        assert any("covers 2" in fault for fault in validity(layout).faults)


def test_an_absent_tooth_is_a_fault_that_no_repair_makes_up(lawful):
    bad = spoilt(lawful, "teeth", lambda mask: mask.__setitem__(mask == 24, 0))
    assert "tooth 24 is absent and not named missing" in validity(repair(bad)).faults


def test_a_remedy_is_only_told_where_it_helps(lawful):
    bad = spoilt(lawful, "teeth", lambda mask: mask.__setitem__(mask == 24, 0))
    bad = spoilt(bad, "findings", unasked)
    with pytest.raises(DiptychError) as error:
        check(bad)
    absent, shown = sorted(map(str, error.value.problems), key=lambda line: "implant" in line)
    assert "tooth 24 is absent" in absent and absent.endswith("a repair does not mend it")
    assert "the mask shows implant" in shown and shown.endswith("or repair it (generate --repair)")
    with pytest.raises(DiptychError) as error:
        check(repair(bad))
    assert [str(problem) for problem in error.value.problems] == [absent]


def test_renumbered_teeth_take_their_findings_along(lawful):
    bad = spoilt(lawful, "teeth", swap(26, 23))
    crown = code_of("panoramic", "crown")
    numbers = np.unique(bad.layers["teeth"][bad.layers["findings"] == crown])
    assert numbers.tolist() == [23]  # the crowned tooth has the wrong number
    mended = repair(
        replace(
            bad, findings=tuple(sorted({*bad.findings, Finding("crown", "23")} - {Finding("crown", "26")}))
        )
    )
    assert Finding("crown", "26") in mended.findings and validity(mended).faults == ()


def test_chest_faults(chest):
    swapped = spoilt(chest, "lungs", swap(1, 2))
    assert "the right lung lies on the patient's left" in validity(swapped).faults
    moved = replace(chest, findings=(Finding("effusion", "right"), Finding("opacity", "right upper")))
    assert "opacity right upper is not shown" in validity(moved).faults
    assert "the mask shows opacity left lower, the findings do not name it" in validity(moved).faults
    large = replace(chest, findings=(*chest.findings, Finding("cardiomegaly")))
    assert any("of the chest's width" in fault for fault in validity(large).faults)
    crumbs = spoilt(chest, "lungs", lambda mask: mask.__setitem__((slice(0, 4), slice(0, 4)), 1))
    assert "the right lung is in 2 pieces" in validity(crumbs).faults
    assert validity(repair(crumbs)).faults == ()


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        (
            lambda own: {"teeth": np.where(own["teeth"] == 24, 99, own["teeth"]).astype(np.uint8)},
            "unknown value 99",
        ),
        (lambda own: {"findings": own["findings"][:64]}, "256 x 64"),
        (lambda own: {"teeth": own["teeth"].astype(np.int64)}, "int64"),
        (lambda own: {"lungs": own["teeth"]}, "is no layer of this body region"),
    ],
)
def test_label_maps_that_are_none_are_refused(lawful, change, culprit):
    layers = {**lawful.layers, **change(lawful.layers)}
    with pytest.raises(DiptychError, match=culprit):
        check(replace(lawful, layers=layers))


def test_a_wrong_size_and_a_missing_layer_are_refused(lawful):
    with pytest.raises(DiptychError, match="512 x 256"):
        check(lawful, size=(256, 512))
    with pytest.raises(DiptychError, match="has no layer teeth"):
        check(replace(lawful, layers={"anatomy": lawful.layers["anatomy"]}))
    with pytest.raises(DiptychError, match="lies on a tooth that is missing"):
        check(replace(lawful, findings=(*lawful.findings, Finding("crown", "36"))))
