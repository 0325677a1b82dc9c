from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.mmd import median_distance, mmd


def truth(shift: float, wide: int, bandwidth: float) -> float:
    """Squared MMD of two standard normal distributions whose means lie `shift` apart."""
    scale = bandwidth**2 + 2
    return 2 * (bandwidth**2 / scale) ** (wide / 2) * (1 - np.exp(-(shift**2) / (2 * scale)))


def test_the_closed_form() -> None:
    chance = np.random.default_rng(0)
    apart = np.array([1.2, 0.0, 0.0])
    found = [
        mmd(chance.normal(size=(50, 3)) + apart, chance.normal(size=(60, 3)), 1.5).value for _ in range(100)
    ]
    assert np.mean(found) == pytest.approx(truth(1.2, 3, 1.5), abs=4 * np.std(found) / 10)


def test_unbiased_and_covering_when_nothing_differs() -> None:
    chance = np.random.default_rng(1)
    found = [mmd(*chance.normal(size=(2, 40, 6))) for _ in range(300)]
    values = np.array([estimate.value for estimate in found])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(300)
    assert 0.9 < np.mean([estimate.low <= 0 <= estimate.high for estimate in found]) < 0.99


def test_sees_what_moments_do_not() -> None:
    chance = np.random.default_rng(2)
    two = np.sign(chance.normal(size=(200, 1))) + 0.1 * chance.normal(size=(200, 1))
    one = np.sqrt(1.01) * chance.normal(size=(200, 1))
    assert mmd(two, one, 0.3).low > 0


def test_the_bandwidth() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 30, 4))
    pairs = [np.linalg.norm(y[i] - y[j]) for i in range(30) for j in range(i)]
    assert median_distance(y) == pytest.approx(np.median(pairs))
    assert mmd(x, y).value == mmd(x, y, median_distance(y)).value
    assert "median" in mmd(x, y).notes[0]
    assert mmd(x, y, 2.0).notes == ("bandwidth 2, as given",)
    many = np.random.default_rng(4).normal(size=(2500, 2))
    assert median_distance(many) == pytest.approx(1.6651, rel=0.03)


def test_does_not_depend_on_place_or_unit() -> None:
    x, y = np.random.default_rng(5).normal(size=(2, 20, 3))
    assert mmd(7 * x + 1e3, 7 * y + 1e3).value == pytest.approx(mmd(x, y).value, rel=1e-8)


def test_refusals() -> None:
    good = np.random.default_rng(6).normal(size=(5, 3))
    with pytest.raises(DiptychError, match="too few"):
        mmd(good[:2], good)
    with pytest.raises(DiptychError, match="bandwidth"):
        mmd(good, np.ones((5, 3)))
    with pytest.raises(DiptychError, match="bandwidth: -1"):
        mmd(good, good, -1.0)
