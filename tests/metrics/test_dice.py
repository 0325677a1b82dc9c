from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.dice import dice_table, mean_dice, per_label


def test_by_hand() -> None:
    first = np.array([[[1, 1, 2, 0]], [[0, 0, 0, 0]]], np.uint8)
    second = np.array([[[1, 2, 2, 0]], [[0, 3, 0, 0]]], np.uint8)
    table = dice_table(first, second, (1, 2, 3))
    np.testing.assert_allclose(table[0, :2], [2 / 3, 2 / 3])
    assert np.isnan(table[0, 2])
    assert np.isnan(table[1, :2]).all()
    assert table[1, 2] == 0
    np.testing.assert_allclose(per_label(table), [2 / 3, 2 / 3, 0])
    assert mean_dice(first, second, (1, 2, 3)).value == pytest.approx(4 / 9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_against_sets(seed: int) -> None:
    chance = np.random.default_rng(seed)
    a, b = chance.integers(0, 4, (2, 3, 5, 6)).astype(np.uint8)
    table = dice_table(a, b, (3, 1))
    for row in range(3):
        for column, code in enumerate((3, 1)):
            one, other = a[row] == code, b[row] == code
            expected = 2 * (one & other).sum() / max(one.sum() + other.sum(), 1)
            assert table[row, column] == pytest.approx(expected) or (one.sum() + other.sum() == 0)


def test_same_masks_and_a_label_that_nobody_has() -> None:
    masks = np.random.default_rng(0).integers(0, 3, (6, 8, 8)).astype(np.uint8)
    found = mean_dice(masks, masks, (1, 2, 9))
    assert (found.value, found.low, found.high) == (1, 1, 1)
    assert found.notes == ("1 of 3 labels are in no image",)


def test_interval_follows_subjects_not_images() -> None:
    chance = np.random.default_rng(0)
    truth = chance.integers(0, 2, (10, 16, 16)).astype(np.uint8)
    seen = np.where(chance.random((10, 16, 16)) < np.linspace(0, 0.8, 10)[:, None, None], 1 - truth, truth)
    few = mean_dice(seen, truth, (1,), [str(i) for i in range(10)])
    many = mean_dice(seen.repeat(20, 0), truth.repeat(20, 0), (1,), [str(i // 20) for i in range(200)])
    naive = mean_dice(seen.repeat(20, 0), truth.repeat(20, 0), (1,))
    assert many.high - many.low == pytest.approx(few.high - few.low, rel=0.1)
    assert naive.high - naive.low < 0.5 * (many.high - many.low)


def test_masks_must_match() -> None:
    with pytest.raises(DiptychError, match="differ"):
        dice_table(np.zeros((2, 4, 4), np.uint8), np.zeros((2, 4, 5), np.uint8), (1,))
