from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from diptych.base.errors import DiptychError
from diptych.metrics.support import alpha_precision, beta_recall


def plain(asked: np.ndarray, own: np.ndarray, steps: int = 20000) -> float:
    """1 - 2 int |P(a) - a| da on a fine grid."""
    centre = own.mean(axis=0)
    far, hosts = np.linalg.norm(asked - centre, axis=1), np.linalg.norm(own - centre, axis=1)
    place = ((hosts[None] < far[:, None]).mean(axis=1) + (hosts[None] <= far[:, None]).mean(axis=1)) / 2
    grid = (np.arange(steps) + 0.5) / steps
    return float(1 - 2 * np.abs((place[None] <= grid[:, None]).mean(axis=1) - grid).mean())


def test_the_formula() -> None:
    chance = np.random.default_rng(0)
    x, y = chance.normal(0.4, 1, size=(37, 3)), chance.normal(size=(25, 3))
    assert alpha_precision(x, y).value == pytest.approx(plain(x, y), abs=1e-4)
    assert beta_recall(x, y).value == pytest.approx(plain(y, x), abs=1e-4)


def test_extremes() -> None:
    x = np.random.default_rng(1).normal(size=(200, 4))
    assert alpha_precision(x, x).value == pytest.approx(1 - 1 / 400)
    assert alpha_precision(x + 100, x).value == pytest.approx(0)
    assert alpha_precision(x * 1e-6, x).value == pytest.approx(0)
    assert alpha_precision(x * 1e-6, x).low == pytest.approx(0)


def test_what_it_sees() -> None:
    chance = np.random.default_rng(2)
    real, good = chance.normal(size=(2, 300, 8))
    assert alpha_precision(good, real).value > 0.9
    assert beta_recall(good, real).value > 0.9
    assert alpha_precision(2 * good, real).high < alpha_precision(good, real).low
    assert beta_recall(good / 2, real).high < beta_recall(good, real).low


def test_intervals_cover() -> None:
    chance = np.random.default_rng(3)
    found = [
        alpha_precision(chance.normal(0.5, 1, size=(60, 5)), chance.normal(size=(60, 5))) for _ in range(200)
    ]
    truth = np.mean([estimate.value for estimate in found])
    assert 0.89 < np.mean([estimate.low <= truth <= estimate.high for estimate in found]) <= 0.99
    assert all(0 <= estimate.low <= estimate.value <= estimate.high <= 1 for estimate in found)


def test_place_unit_and_order_do_not_matter() -> None:
    x, y = np.random.default_rng(4).normal(size=(2, 40, 3))
    assert alpha_precision(5 * x + 1e4, 5 * y + 1e4).value == pytest.approx(alpha_precision(x, y).value)
    assert alpha_precision(x[::-1], y).value == alpha_precision(x, y).value


def test_ties_are_ties_wherever_they_lie() -> None:
    """Features of few levels: whole numbers whose distances from the centre are often the same."""
    chance = np.random.default_rng(5)
    x, y = chance.integers(-2, 3, size=(2, 64, 3)).astype(float)
    y = np.concatenate([y, -y])
    found = alpha_precision(x, y).value
    assert found == pytest.approx(plain(x, y), abs=1e-4)
    assert alpha_precision(x + 1e3 / 7, y + 1e3 / 7).value == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("scale", [0.7, 1.5])
def test_the_closed_form_of_gaussians(scale: float) -> None:
    """In one dimension |x| < r holds shares that the error function gives."""
    chance = np.random.default_rng(6)
    level = (np.arange(10**5) + 0.5) / 10**5
    truth = 1 - 2 * np.abs(2 * norm.cdf(norm.ppf((1 + level) / 2) / scale) - 1 - level).mean()
    found = alpha_precision(scale * chance.normal(size=(10000, 1)), chance.normal(size=(10000, 1)))
    assert found.value == pytest.approx(truth, abs=0.02)


def test_refusals() -> None:
    good = np.ones((30, 3))
    with pytest.raises(DiptychError, match="synthetic: 19 samples are too few"):
        alpha_precision(good[:19], good)
    with pytest.raises(DiptychError, match="widths"):
        beta_recall(good, good[:, :2])
