from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from diptych.base.errors import DiptychError
from diptych.metrics.agreement import agreement
from diptych.metrics.surfaces import hausdorff, surface_dice, surface_overlaps, surfaces


def square(row: int, column: int, side: int = 6, size: int = 24) -> np.ndarray:
    mask = np.zeros((1, size, size), np.uint8)
    mask[0, row : row + side, column : column + side] = 1
    return mask


def brute(a: np.ndarray, b: np.ndarray, tolerance: float) -> tuple[float, float]:
    """From the definitions: erosion for the outlines, a distance map for the distances."""
    edges = [m & ~ndimage.binary_erosion(m) for m in (a, b)]
    maps = [ndimage.distance_transform_edt(~edge) for edge in edges]
    there, back = maps[1][edges[0]], maps[0][edges[1]]
    near = (there <= tolerance).sum() + (back <= tolerance).sum()
    far = max(np.percentile(there, 95), np.percentile(back, 95))
    return near / (len(there) + len(back)), far


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0, 1.5, 3.0]))
def test_against_distance_maps(seed: int, tolerance: float) -> None:
    chance = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(chance.normal(size=(2, 2, 20, 26)), (0, 0, 2, 2))
    a, b = np.digitize(smooth, [-0.05, 0.05]).astype(np.uint8)
    found = surfaces(a, b, (2, 1), tolerance=tolerance)
    for row in range(2):
        for column, label in enumerate((2, 1)):
            one, other = a[row] == label, b[row] == label
            if one.any() and other.any():
                wanted = brute(one, other, tolerance)
                assert found.dice[row, column] == pytest.approx(wanted[0])
                assert found.hd95[row, column] == pytest.approx(wanted[1])


@pytest.mark.filterwarnings("ignore:monai:FutureWarning")
@pytest.mark.parametrize("tolerance", [0.0, 1.0, 1.5, 3.0])
def test_against_monai(tolerance: float) -> None:
    """Equal at every tolerance, for labels at the frame too: both call the frame's edge an outline.

    Both count pixels of the outline and neither its length. Pixels are square here; monai's `spacing`
    has no counterpart. The frame's diagonal for a label that only one side has is ours alone.
    """
    metrics = pytest.importorskip("monai.metrics")
    import torch

    smooth = ndimage.gaussian_filter(
        np.random.default_rng(0).normal(size=(2, 24, 20, 26)), (0, 0, 2, 2), mode="nearest"
    )
    a, b = (smooth > 0).astype(np.uint8)
    assert all(side[:, 0].any() and side[:, :, -1].any() for side in (a, b))
    found = surfaces(a, b, (1,), tolerance=tolerance)
    planes = [torch.as_tensor(m[:, None].astype(np.float32)) for m in (a, b)]
    dice = metrics.compute_surface_dice(*planes, class_thresholds=[tolerance], include_background=True)
    far = metrics.compute_hausdorff_distance(*planes, percentile=95, include_background=True)
    assert found.dice == pytest.approx(dice.numpy(), rel=1e-6)
    assert found.hd95 == pytest.approx(far.numpy(), rel=1e-6)


def test_a_shifted_square_is_as_far_as_it_was_shifted() -> None:
    pairs = surfaces(square(4, 4), square(4, 9), (1,), tolerance=5)
    assert (pairs.dice.item(), pairs.hd95.item()) == (1, 5)
    assert surfaces(square(4, 4), square(4, 5), (1,)).dice.item() == 1
    assert surfaces(square(4, 4), square(4, 5), (1,), tolerance=0).dice.item() == pytest.approx(0.5)


def test_empty_masks() -> None:
    full, none = square(4, 4), np.zeros((1, 24, 24), np.uint8)
    pairs = surfaces(np.concatenate([full, none]), np.concatenate([none, none]), (1, 7))
    assert (pairs.dice[0, 0], pairs.hd95[0, 0]) == (0, math.hypot(24, 24))
    assert np.isnan(pairs.dice[1]).all()
    assert np.isnan(pairs.hd95[1]).all()
    assert surface_dice(pairs).value == 0
    assert surface_dice(pairs).notes == ("1 of 2 labels are in no image",)


def test_estimates_follow_subjects() -> None:
    chance = np.random.default_rng(0)
    shifts = chance.integers(0, 6, 12)
    first = square(8, 4).repeat(12, 0)
    second = np.concatenate([square(8, 4 + shift) for shift in shifts])
    few = hausdorff(surfaces(first, second, (1,)))
    assert few.value == pytest.approx(shifts.mean())
    assert few.low < few.value < few.high
    assert few.unit == "px"
    subjects = [str(i // 10) for i in range(120)]
    many = hausdorff(surfaces(first.repeat(10, 0), second.repeat(10, 0), (1,), subjects))
    assert many.high - many.low == pytest.approx(few.high - few.low, rel=0.1)


def test_chance_is_taken_out() -> None:
    places = np.random.default_rng(0).integers(0, 17, (20, 2))
    masks = np.concatenate([square(row, column) for row, column in places])
    assert agreement(surface_overlaps(masks, masks, (1,))).value == pytest.approx(1)
    strangers = surface_overlaps(masks, np.roll(masks, 1, axis=0), (1,))
    assert abs(agreement(strangers).value) < 0.25
    same = square(4, 4).repeat(20, 0)
    assert not agreement(surface_overlaps(same, same, (1,))).value > 0


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="differ"):
        surfaces(np.zeros((2, 4, 4), np.uint8), np.zeros((2, 4, 5), np.uint8), (1,))
    with pytest.raises(DiptychError, match="tolerance"):
        surfaces(square(1, 1), square(1, 1), (1,), tolerance=-1)
