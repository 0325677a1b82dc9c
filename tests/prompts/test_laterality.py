"""Left and right: the patient's right is on the image's left, and mirroring twice changes nothing."""

from __future__ import annotations

import pytest

from diptych.prompts import laterality
from diptych.prompts.slots import SlotSpace
from diptych.records import DECIDUOUS, FDI, LABELS, Finding
from diptych.records.vocabulary import BODIES, SITES


def test_the_patients_right_is_on_the_images_left() -> None:
    assert laterality.side_of_column(0, 256) == "right"
    assert laterality.side_of_column(255, 256) == "left"
    assert [laterality.side_of_column(x, 4) for x in range(4)] == ["right", "right", "left", "left"]


@pytest.mark.parametrize(
    ("tooth", "other"), [(18, 28), (28, 18), (48, 38), (38, 48), (11, 21), (36, 46), (55, 65), (85, 75)]
)
def test_teeth_mirror_to_the_other_side(tooth: int, other: int) -> None:
    assert laterality.mirror_tooth(tooth) == other


def test_sides_and_jaws_agree_with_the_names_of_the_labels() -> None:
    for fdi in (*FDI, *DECIDUOUS):
        name = LABELS["panoramic", "teeth"].of(fdi).name
        assert name.startswith(f"{laterality.jaw_of_tooth(fdi)} {laterality.side_of_tooth(fdi)}")


def test_mirrored_lungs_are_the_labels_of_the_other_side() -> None:
    space = LABELS["chest", "lungs"]
    right, left = space.named("right lung").code, space.named("left lung").code
    assert (laterality.mirror_lung(right), laterality.mirror_lung(left), laterality.mirror_lung(0)) == (
        left,
        right,
        0,
    )


@pytest.mark.parametrize("body", BODIES)
def test_mirroring_is_lawful_and_undoes_itself(body: str) -> None:
    for name, sites in SITES[body].items():
        for site in sites:
            other = laterality.mirror(Finding(name, site))
            assert other.site in sites
            assert laterality.mirror(other) == Finding(name, site)
            assert ("right" in other.site) == ("left" in site)


def test_every_slot_has_a_mirror() -> None:
    space = SlotSpace("panoramic")
    names = {f"{n}:{laterality.mirror_site(s)}" for n, _, s in (name.partition(":") for name in space.names)}
    assert names == set(space.names)
