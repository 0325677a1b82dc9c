from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.metrics.symmetry import REACH, mirror_symmetry, pixel_symmetry


def brute(image: np.ndarray) -> float:
    """Every axis within reach, every pair of columns."""
    width = image.shape[1]
    reach = round(2 * REACH * width)
    best = -np.inf
    for total in range(width - 1 - reach, width + reach):
        columns = [x for x in range(width) if 0 <= total - x < width]
        best = max(best, sum((image[:, x] * image[:, total - x]).sum() for x in columns))
    return best / (image**2).sum()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(8, 20))
def test_against_every_axis(seed: int, width: int) -> None:
    image = np.random.default_rng(seed).normal(size=(2, 5, width))
    np.testing.assert_allclose(mirror_symmetry(image), [brute(image[0]), brute(image[1])])


def test_even_pictures_wherever_their_axis_is() -> None:
    half = np.random.default_rng(0).random((1, 8, 20))
    even = np.concatenate([half, half[:, :, ::-1]], axis=2)
    assert mirror_symmetry(even).item() == pytest.approx(1)
    moved = np.pad(even, ((0, 0), (0, 0), (4, 0)))
    assert mirror_symmetry(moved).item() == pytest.approx(1)
    assert pixel_symmetry(np.pad(even, ((0, 0), (0, 0), (2, 2)), mode="edge")).item() == pytest.approx(1)


def test_noise_odd_and_empty_pictures() -> None:
    noise = np.random.default_rng(0).normal(size=(300, 32, 48))
    assert pixel_symmetry(noise).max() < 0.15
    stripes = np.repeat(np.linspace(0, 9, 32)[None, :, None], 48, axis=2)
    assert pixel_symmetry(stripes).item() == 0
    assert mirror_symmetry(np.zeros((1, 4, 8), bool)).item() == 0
    one_side = np.zeros((1, 8, 32), bool)
    one_side[:, :, :8] = True
    assert mirror_symmetry(one_side).item() == pytest.approx(0)
