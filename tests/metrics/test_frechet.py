from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.frechet import frd, frechet, frechet_infinite


def exact(n: int, mean: np.ndarray, root: np.ndarray, seed: int) -> np.ndarray:
    """Samples whose mean is `mean` and whose covariance is root' root, to rounding."""
    rows = np.random.default_rng(seed).normal(size=(n, len(mean)))
    rows -= rows.mean(axis=0)
    white = rows @ np.linalg.inv(np.linalg.cholesky(np.cov(rows.T)).T)
    return mean + white @ root


def plain(x: np.ndarray, y: np.ndarray) -> float:
    """The formula of the paper with its matrix square root."""
    one, two = np.cov(x.T), np.cov(y.T)
    root = scipy.linalg.sqrtm(one)
    shared = scipy.linalg.sqrtm(root @ two @ root)
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(one + two - 2 * shared).real)


def test_the_closed_form_of_parallel_gaussians() -> None:
    wide, narrow = np.array([3.0, 1.0, 0.5, 2.0]), np.array([1.0, 1.0, 2.0, 0.1])
    x = exact(40, np.array([1.0, 0, 0, 2]), np.diag(wide), 0)
    y = exact(60, np.zeros(4), np.diag(narrow), 1)
    assert frechet(x, y).value == pytest.approx(5 + ((wide - narrow) ** 2).sum(), rel=1e-10)


def test_the_formula_for_any_covariance() -> None:
    chance = np.random.default_rng(2)
    x = chance.normal(size=(50, 6)) @ chance.normal(size=(6, 6))
    y = 1 + chance.normal(size=(40, 6)) @ chance.normal(size=(6, 6))
    assert frechet(x, y).value == pytest.approx(plain(x, y), rel=1e-9)
    assert frechet(y, x).value == pytest.approx(frechet(x, y).value, rel=1e-12)


@pytest.mark.parametrize("sizes", [(12, 15), (12, 80), (80, 12), (30, 31)])
def test_fewer_samples_than_features(sizes: tuple[int, int]) -> None:
    """Directions that no sample has add nothing: the same as within the space of all samples."""
    chance = np.random.default_rng(3)
    x, y = chance.normal(0.3, 1, size=(sizes[0], 30)), chance.normal(size=(sizes[1], 30))
    basis, _ = np.linalg.qr(chance.normal(size=(100, 30)))
    assert frechet(x @ basis.T, y @ basis.T).value == pytest.approx(frechet(x, y).value, rel=1e-9)
    assert "biased upwards" in frechet(x, y).notes[-1]


def test_features_that_repeat_each_other() -> None:
    """Twice the same columns and a constant one: a singular covariance, and just twice the distance."""
    chance = np.random.default_rng(12)
    x, y = chance.normal(0.3, 1, size=(60, 5)), chance.normal(size=(70, 5))
    found, twice = frechet(x, y), frechet(*(np.hstack([r, r, np.ones((len(r), 1))]) for r in (x, y)))
    assert twice.value == pytest.approx(2 * found.value, rel=1e-6)
    assert twice.high == pytest.approx(2 * found.high, rel=1e-5)


@given(st.integers(0, 99), st.integers(10, 40), st.integers(1, 20), st.floats(0.1, 10))
def test_turns_shifts_and_units(seed: int, n: int, wide: int, unit: float) -> None:
    chance = np.random.default_rng(seed)
    x, y = chance.normal(size=(n, wide)), chance.normal(0.5, 2, size=(n + 3, wide))
    turn, _ = np.linalg.qr(chance.normal(size=(wide, wide)))
    found, moved = frechet(x, y), frechet(unit * x @ turn + 5, unit * y @ turn + 5)
    assert moved.value == pytest.approx(unit**2 * found.value, rel=1e-8)
    assert moved.high == pytest.approx(unit**2 * found.high, rel=1e-6)
    assert 0 <= found.low <= found.value <= found.high


def test_a_set_against_itself() -> None:
    for shape in ((30, 4), (20, 50)):
        x = np.random.default_rng(4).normal(size=shape)
        shuffled = np.random.default_rng(5).permutation(x)
        assert frechet(x, shuffled).value == 0 == frechet(x, shuffled).high
        assert frd(x, shuffled).value == -math.inf


@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_the_standard_error_is_right(shift: float) -> None:
    """Also where the distributions agree and the distance is a square, at n above and below d."""
    chance = np.random.default_rng(6)
    for n, wide in ((50, 6), (25, 40)):
        found = [
            frechet(chance.normal(shift, 1, size=(n, wide)), chance.normal(size=(n, wide)))
            for _ in range(150)
        ]
        spread = np.std([np.log(estimate.value) for estimate in found])
        errors = [np.log(estimate.high / estimate.low) / 3.92 for estimate in found]
        assert np.mean(errors) == pytest.approx(spread, rel=0.2)


def test_infinitely_many_samples() -> None:
    chance = np.random.default_rng(7)
    pairs = [(chance.normal(0.5, 1, size=(90, 10)), chance.normal(size=(90, 10))) for _ in range(60)]
    found = [frechet_infinite(*pair) for pair in pairs]
    assert np.mean([frechet(*pair).value for pair in pairs]) > 3.2
    assert np.mean([estimate.value for estimate in found]) == pytest.approx(2.5, abs=0.2)
    assert np.mean([estimate.low <= 2.5 <= estimate.high for estimate in found]) > 0.85
    assert found[0].notes == ("extrapolated from n = 30 to 90",)
    assert frechet_infinite(*pairs[0]) == found[0]


def test_radiomic_form() -> None:
    chance = np.random.default_rng(8)
    x, y = chance.normal(0.5, 2, size=(40, 5)), chance.normal(size=(40, 5))
    standard = (y - y.mean(0)) / y.std(0), (x - y.mean(0)) / y.std(0)
    assert frd(x, y).value == pytest.approx(math.log(frechet(*standard).value), rel=1e-9)
    units = np.array([1e-3, 1, 1e3, 7, 0.1])
    assert frd(x * units + 3, y * units + 3).value == pytest.approx(frd(x, y).value, rel=1e-8)
    assert "FRD v1" in frd(x, y).notes[0]


def test_the_radiomic_standard_error_knows_the_standardisation() -> None:
    chance = np.random.default_rng(9)
    found = [frd(chance.normal(1.5, 1, size=(60, 4)), chance.normal(size=(60, 4))) for _ in range(200)]
    errors = [(estimate.high - estimate.low) / 3.92 for estimate in found]
    assert np.mean(errors) == pytest.approx(np.std([estimate.value for estimate in found]), rel=0.15)


def test_constant_features_are_left_out() -> None:
    chance = np.random.default_rng(10)
    x, y = chance.normal(size=(2, 20, 3))
    flat = np.full((20, 1), 0.1)
    found = frd(np.hstack([x, flat + x[:, :1]]), np.hstack([y, flat]))
    assert found.value == pytest.approx(frd(x, y).value)
    assert "1 of 4 features are constant" in found.notes[-1]


def test_refusals() -> None:
    good = np.random.default_rng(11).normal(size=(30, 12))
    with pytest.raises(DiptychError, match="too few"):
        frechet(good[:9], good)
    with pytest.raises(DiptychError, match="a third of 30 samples with 12 features"):
        frechet_infinite(good, good)
    with pytest.raises(DiptychError, match="constant"):
        frd(good, np.ones((30, 12)))
    with pytest.raises(DiptychError, match="finite"):
        frechet(good, np.full((30, 12), np.nan))
