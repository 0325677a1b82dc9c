from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.laterality import (
    drawn_side_rate,
    mirror_codes,
    mirrored,
    named_side_rate,
    swap_agreement,
)
from diptych.phantoms import draw_many
from diptych.records.labels import LABELS, Label, LabelSpace

LUNGS = mirror_codes(LABELS["chest", "lungs"])


@pytest.fixture(scope="module")
def masks() -> np.ndarray:
    return np.stack([sample.masks["lungs"] for sample in draw_many("chest", 12, 0, (48, 48))])


def wobbly(masks: np.ndarray) -> np.ndarray:
    """A judge's masks: nearly right, off by a pixel."""
    return np.roll(masks, 1, axis=1)


def test_codes_change_sides() -> None:
    teeth = mirror_codes(LABELS["panoramic", "teeth"])
    assert [teeth[code] for code in (0, 18, 21, 36, 48, 55, 71, 99)] == [0, 28, 11, 46, 38, 65, 81, 99]
    anatomy = mirror_codes(LABELS["panoramic", "anatomy"])
    assert [anatomy[code] for code in range(9)] == [0, 1, 2, 4, 3, 6, 5, 8, 7]
    for space in LABELS.values():
        codes = mirror_codes(space)
        assert (codes[codes] == np.arange(256)).all()


def test_a_side_without_the_other_is_refused() -> None:
    lone = LabelSpace("anatomy", (Label(1, "right kidney", (1, 2, 3)),))
    with pytest.raises(DiptychError, match="left kidney"):
        mirror_codes(lone)


def test_mirrored_twice_is_the_same(masks: np.ndarray) -> None:
    assert (mirrored(mirrored(masks, LUNGS), LUNGS) == masks).all()
    middle = masks.shape[2] // 2
    assert ((mirrored(masks, LUNGS) == 1)[:, :, :middle].sum()) > ((masks == 2)[:, :, middle:].sum()) * 0.9


def test_judges_that_know_the_sides_and_judges_that_do_not(masks: np.ndarray) -> None:
    fair = swap_agreement(masks, mirrored(masks, LUNGS), (1, 2), LUNGS)
    assert (fair.value, fair.n) == (1, 12)
    blind = swap_agreement(masks, masks[:, :, ::-1], (1, 2), LUNGS)
    assert blind.value == 0
    biased = np.where(masks == 2, 0, masks)
    turned = mirrored(masks, LUNGS)
    assert swap_agreement(biased, np.where(turned == 2, 0, turned), (1, 2), LUNGS).value < 0.05


def test_names_on_the_wrong_side(masks: np.ndarray) -> None:
    judged = wobbly(masks)
    assert named_side_rate(judged, masks, (1, 2), LUNGS).value == 1
    assert named_side_rate(judged, LUNGS[masks], (1, 2), LUNGS).value == 0
    quarter = np.concatenate([LUNGS[masks[:3]], masks[3:]])
    found = named_side_rate(judged, quarter, (1, 2), LUNGS)
    assert found.value == 0.75
    assert found.low < 0.75 < found.high


def test_images_flipped_without_their_masks(masks: np.ndarray) -> None:
    judged, flipped = wobbly(masks), mirrored(masks, LUNGS)
    assert drawn_side_rate(judged, masks, (1, 2), LUNGS).value > 0.9
    assert drawn_side_rate(judged, flipped, (1, 2), LUNGS).value < 0.1
    # Every name is at its usual place, so the other test does not see it.
    assert named_side_rate(judged, flipped, (1, 2), LUNGS).value == 1


def test_what_is_even_says_nothing() -> None:
    even = np.zeros((10, 8, 8), np.uint8)
    even[:, 2:6, 1:3], even[:, 2:6, 5:7] = 1, 2
    found = drawn_side_rate(even, even, (1, 2), LUNGS)
    assert found.value == 0.5
    assert found.notes == ("10 of 10 pairs fit equally well both ways",)


def test_bad_input(masks: np.ndarray) -> None:
    with pytest.raises(DiptychError, match="differ"):
        named_side_rate(masks, masks[:5], (1, 2), LUNGS)
    with pytest.raises(DiptychError, match="none of them"):
        named_side_rate(masks, masks, (7,), LUNGS)
