"""The drawing tools: blurs and enlargements."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from diptych.phantoms.canvas import enlarge, halved, make_frame, soften


@pytest.mark.parametrize("sigma", [0.2, 0.38, 1.0, 1.8, 2.9, 5.9])  # from 6 on a reduced plane
@pytest.mark.parametrize("shape", [(128, 256), (32, 33)])
def test_a_blur_is_scipys_gaussian_filter(sigma: float, shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(3).uniform(0, 255, shape).astype(np.float32)
    wanted = gaussian_filter(plane.astype(float), sigma, mode="nearest", truncate=3.0)
    assert np.abs(soften(plane, sigma) - wanted).max() < 1e-3


def test_a_wide_blur_is_near_to_it() -> None:
    plane = np.random.default_rng(3).uniform(0, 255, (128, 256)).astype(np.float32)
    wanted = gaussian_filter(plane.astype(float), 7.0, mode="nearest", truncate=3.0)
    difference = np.abs(soften(plane, 7.0) - wanted)[8:-8, 8:-8]
    assert difference.mean() < 0.2 * wanted.std()


@pytest.mark.parametrize("size", [(128, 256), (65, 131)])
def test_half_the_resolution_shows_the_same_ramp(size: tuple[int, int]) -> None:
    frame = make_frame(size, 2.0)
    small = halved(frame)
    ramp = np.broadcast_to(small.xx * 100, small.shape).astype(np.float32)
    difference = np.abs(enlarge(ramp, frame.shape) - frame.xx * 100)[:, 4:-4]
    assert difference.max() < 0.5
