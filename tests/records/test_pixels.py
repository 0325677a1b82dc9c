"""Pixels: ranges, sizes, hashes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.records import content_hash, stretch, stretch_mask, to_unit

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def test_to_unit_spans_both_depths() -> None:
    for depth in (np.uint8, np.uint16):
        ends = to_unit(np.array([[0, np.iinfo(depth).max]], depth))
        assert ends.dtype == np.float32 and ends.tolist() == [[0.0, 1.0]]


@given(SIZES, SIZES, st.sampled_from([np.uint8, np.uint16]))
@settings(max_examples=60, deadline=None)
def test_flat_images_stay_flat(before: tuple[int, int], after: tuple[int, int], depth: type) -> None:
    image = np.full(before, 200, depth)
    stretched = stretch(image, after)
    assert stretched.shape == after and stretched.dtype == depth and (stretched == 200).all()


def test_shrinking_does_not_alias() -> None:
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 32))
    middle = stretch(stripes, (16, 16))[:, 2:-2].astype(int)
    assert abs(middle - 127.5).max() < 12


@given(SIZES, SIZES, st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_masks_gain_no_codes(before: tuple[int, int], after: tuple[int, int], seed: int) -> None:
    mask = np.random.default_rng(seed).choice(np.array([0, 18, 48], np.uint8), before)
    stretched = stretch_mask(mask, after)
    assert stretched.shape == after and stretched.dtype == np.uint8
    assert set(np.unique(stretched)) <= set(np.unique(mask))


def test_masks_take_the_majority() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[:3, :2], mask[3:6, 3:6] = 11, 12
    assert stretch_mask(mask, (3, 3)).tolist() == [[11, 0, 0], [0, 12, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    "other",
    [np.zeros((2, 8), np.uint8), np.zeros((4, 4), np.uint16), np.eye(4, dtype=np.uint8)],
)
def test_content_hash_tells_apart(other: np.ndarray) -> None:
    base = np.zeros((4, 4), np.uint8)
    assert content_hash(base) == content_hash(base.copy()) != content_hash(other)
