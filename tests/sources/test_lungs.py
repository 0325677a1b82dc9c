"""Lungs: 1 is the patient's right, on the image's left, however the two lie."""

from __future__ import annotations

import numpy as np
import pytest

from diptych.sources.covid_cases import gb_lungs, v7_lungs
from diptych.sources.lungs import fill_covered, hidden_behind, split_sides


def disk(size: tuple[int, int], row: float, column: float, radius: float) -> np.ndarray:
    rows, columns = np.indices(size)
    return (rows - row) ** 2 + (columns - column) ** 2 <= radius**2


SIZE = (80, 120)
RIGHT = disk(SIZE, 40, 30, 22)
LEFT = disk(SIZE, 40, 90, 22)


def test_two_lungs() -> None:
    sides = split_sides(RIGHT | LEFT)
    np.testing.assert_array_equal(sides == 1, RIGHT)
    np.testing.assert_array_equal(sides == 2, LEFT)
    assert sides.dtype == np.uint8


def test_lungs_off_the_middle_and_of_unlike_size() -> None:
    small, large = disk(SIZE, 20, 12, 8), disk(SIZE, 45, 45, 20)
    sides = split_sides(small | large)
    np.testing.assert_array_equal(sides == 1, small)
    np.testing.assert_array_equal(sides == 2, large)


@pytest.mark.parametrize("width", [1, 8])
def test_touching_lungs_are_parted_where_they_are_thinnest(width: int) -> None:
    bridge = np.zeros(SIZE, bool)
    bridge[40 : 40 + width, 30:90] = True
    sides = split_sides(RIGHT | LEFT | bridge)
    assert (sides[RIGHT] == 1).all() and (sides[LEFT] == 2).all()
    assert set(np.unique(sides[bridge])) == {1, 2}
    columns = np.nonzero(sides == 1)[1].max(), np.nonzero(sides == 2)[1].min()
    assert abs(columns[0] - 60) < 6 and abs(columns[1] - 60) < 6


def test_a_single_lung_and_none() -> None:
    assert set(np.unique(split_sides(RIGHT))) == {0, 1}
    assert set(np.unique(split_sides(LEFT))) == {0, 2}
    assert not split_sides(np.zeros(SIZE, bool)).any()


def test_specks_join_the_nearer_lung() -> None:
    speck = disk(SIZE, 5, 70, 2)
    sides = split_sides(RIGHT | LEFT | speck)
    assert (sides[speck] == 2).all() and (sides[RIGHT] == 1).all()


def test_lung_behind_a_pacemaker_is_filled_but_the_rest_of_it_is_not() -> None:
    device = disk(SIZE, 40, 108, 9)
    seen = split_sides(RIGHT | (LEFT & ~device))
    whole = hidden_behind(seen, device)
    assert (whole[LEFT] == 2).mean() > 0.93
    assert not whole[device & ~LEFT].any()
    np.testing.assert_array_equal(whole[~device], seen[~device])


def test_v7_mask_with_an_arrow() -> None:
    mask = np.where(RIGHT | LEFT, 255, 0).astype(np.uint8)
    mask[38:42, 0:40] = 127
    lungs = v7_lungs(mask, "a.png")
    assert (lungs[RIGHT] == 1).mean() > 0.99 and not lungs[38:42, :7].any()


def test_gb_masks_are_whole_lungs() -> None:
    multi = np.zeros(SIZE, np.uint8)
    multi[RIGHT], multi[LEFT] = 2, 1
    multi[disk(SIZE, 45, 60, 16) & ~RIGHT & ~LEFT] = 3
    multi[disk(SIZE, 50, 30, 10)] = 5
    multi[LEFT & (np.indices(SIZE)[0] > 30)] = 6
    multi[20:23, :] = 13
    lungs = gb_lungs(multi)
    tube = np.zeros(SIZE, bool)
    tube[20:23] = True
    assert (lungs[RIGHT & ~tube] == 1).all() and (lungs[LEFT & ~tube] == 2).all()
    assert (lungs[RIGHT & tube] == 1).mean() > 0.7
    assert not lungs[~RIGHT & ~LEFT & ~tube].any()
    assert not lungs[20:23, 55:65].any()


def test_a_gb_lung_that_is_all_opaque_keeps_its_side() -> None:
    multi = np.zeros(SIZE, np.uint8)
    multi[RIGHT], multi[LEFT] = 2, 5
    lungs = gb_lungs(multi)
    assert (lungs[RIGHT] == 1).all() and (lungs[LEFT] == 2).all()


def test_fill_covered_bridges_tubes_only() -> None:
    plane = np.ones((20, 40), bool)
    plane[:, 18:22] = False
    tube = np.zeros_like(plane)
    tube[:10, 18:22] = True
    filled = fill_covered(plane, tube, 3)
    assert filled[2:8, 18:22].all() and not filled[10:, 18:22].any()
