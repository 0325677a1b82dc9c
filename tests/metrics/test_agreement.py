from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.agreement import Overlaps, agreement, agreement_ratio, derangement, overlaps


def blobs(n: int, seed: int) -> np.ndarray:
    """Masks with a square of code 1 at a random place."""
    chance = np.random.default_rng(seed)
    masks = np.zeros((n, 16, 16), np.uint8)
    for mask, (row, column) in zip(masks, chance.integers(0, 10, (n, 2)), strict=True):
        mask[row : row + 6, column : column + 6] = 1
    return masks


def test_perfect_and_random_pairs() -> None:
    masks = blobs(60, 0)
    assert agreement(overlaps(masks, masks, (1,))).value == pytest.approx(1)
    stranger = agreement(overlaps(blobs(60, 1), masks, (1,)))
    assert abs(stranger.value) < 0.1
    assert stranger.low < 0 < stranger.high


def test_the_formula() -> None:
    pairs = Overlaps(
        own=np.array([[0.9, 0.5], [0.7, np.nan]]),
        shuffled=np.array([[0.2, 0.0], [0.4, np.nan]]),
        subjects=("a", "b"),
    )
    assert agreement(pairs).value == pytest.approx(((0.8 - 0.3) / 0.7 + 0.5) / 2)


def test_masks_that_are_all_the_same_earn_nothing() -> None:
    masks = blobs(1, 0).repeat(20, 0)
    assert not agreement(overlaps(masks, masks, (1,))).value > 0
    template = agreement(overlaps(blobs(40, 3), blobs(1, 0).repeat(40, 0), (1,)))
    assert abs(template.value) < 0.05


def test_ratio() -> None:
    masks = blobs(40, 0)
    shifted = np.roll(masks, 1, axis=2)
    exact, near = overlaps(masks, masks, (1,)), overlaps(shifted, masks, (1,))
    found = agreement_ratio(near, exact)
    assert found.value == pytest.approx(agreement(near).value)
    assert found.low < found.value < found.high < 1
    with pytest.raises(DiptychError, match="chance"):
        agreement_ratio(exact, overlaps(blobs(40, 1), blobs(1, 9).repeat(40, 0) * 0, (1,)))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 6), min_size=4, max_size=40), st.integers(0, 2**32 - 1))
def test_derangements_never_stay_with_a_subject(raw: list[int], seed: int) -> None:
    subjects = [str(i) for i in raw]
    largest = max(subjects.count(name) for name in subjects)
    chance = np.random.default_rng(seed)
    if 2 * largest > len(subjects):
        with pytest.raises(DiptychError, match="half"):
            derangement(subjects, chance)
        return
    partner = derangement(subjects, chance)
    assert sorted(partner) == list(range(len(subjects)))
    assert all(subjects[i] != subjects[j] for i, j in enumerate(partner))
