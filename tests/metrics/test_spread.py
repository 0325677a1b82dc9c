from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from diptych.base.errors import DiptychError
from diptych.metrics import spread as module
from diptych.metrics.spread import mean_distance, spread_ratio


def test_against_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).normal(3, 1, size=(23, 7))
    monkeypatch.setattr(module, "CHUNK", 5)
    assert mean_distance(x).value == pytest.approx(pdist(x).mean(), rel=1e-10)


def test_jackknife_is_the_real_one() -> None:
    x = np.random.default_rng(1).normal(size=(9, 3))
    left = np.array([pdist(np.delete(x, i, axis=0)).mean() for i in range(9)])
    spread = np.sqrt(8 / 9 * ((left - left.mean()) ** 2).sum())
    found = mean_distance(x)
    assert found.high - found.value == pytest.approx(1.959964 * spread, rel=1e-5)


def test_ratio_of_scaled_and_of_collapsed() -> None:
    chance = np.random.default_rng(2)
    real, half = chance.normal(size=(40, 5)), 0.5 * chance.normal(size=(40, 5))
    found = spread_ratio(half, real)
    assert found.low < 0.5 < found.high
    collapsed = spread_ratio(real[:4].repeat(10, axis=0), real)
    assert collapsed.value < 0.9
    assert spread_ratio(real[:1].repeat(10, axis=0), real).value == 0
    with pytest.raises(DiptychError, match="the same"):
        spread_ratio(real, real[:1].repeat(10, axis=0))
