from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from diptych.metrics import gaussians
from diptych.metrics.gaussians import Gaussian, gaussian, shared


def samples(kind: str) -> np.ndarray:
    """Few, many, and many whose covariance is singular."""
    chance = np.random.default_rng(0)
    rows = chance.normal(3, 2, size=(12 if kind == "few" else 300, 15)) @ chance.normal(size=(15, 15))
    return rows @ np.diag([1.0] * 9 + [0.0] * 6) if kind == "singular" else rows


def one(variances: np.ndarray, turn: np.ndarray) -> Gaussian:
    """Of given variances along the rows of `turn`."""
    lower = np.linalg.cholesky((turn.T * variances) @ turn)
    return Gaussian(np.zeros(len(turn)), lower.T, lower=np.asfortranarray(lower))


@pytest.mark.parametrize("kind", ["few", "many", "singular"])
@pytest.mark.parametrize("far", [0.0, 1e7])
def test_moments(kind: str, far: float) -> None:
    """Also of features far from 0, whose squares have no room for the variance."""
    rows = samples(kind) + far
    found = gaussian(rows)
    np.testing.assert_allclose(found.mean, rows.mean(axis=0), rtol=1e-12)
    close = np.cov((rows - rows.mean(axis=0)).T)
    np.testing.assert_allclose(found.root.T @ found.root, close, atol=1e-11 * np.trace(close))
    assert found.trace == pytest.approx(np.trace(close), rel=1e-7)
    assert found.rows == (kind == "few")


def test_single_precision_is_not_copied_whole() -> None:
    """Its moments are those of the same numbers in double precision, and no more memory is asked for."""
    rows = np.random.default_rng(3).normal(5, 1, size=(40_000, 20)).astype(np.float32)
    tracemalloc.start()
    found = gaussian(rows)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < rows.nbytes / 10
    np.testing.assert_array_equal(found.root, gaussian(rows.astype(np.float64)).root)


@pytest.mark.parametrize("kind", ["many", "singular"])
def test_whitening(kind: str) -> None:
    rows = samples(kind)
    found = gaussian(rows)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(len(found.root),) * 2))
    white = (rows - found.mean) @ found.whitened(turn)
    np.testing.assert_allclose(np.cov(white.T), np.eye(len(turn)), atol=1e-10)


@pytest.mark.parametrize("kinds", [("many", "many"), ("few", "many"), ("singular", "few")])
def test_what_two_share(kinds: tuple[str, str]) -> None:
    first, second = gaussian(samples(kinds[0])), gaussian(2 * samples(kinds[1]) ** 2)
    found = shared(first, second)
    product = second.root @ first.root.T
    np.testing.assert_allclose(
        (found.left * found.values) @ found.right.T, product, atol=1e-9 * product.max()
    )


@pytest.mark.parametrize("least", 10.0 ** -np.arange(0, 13, 2))
def test_nearly_flat_directions(least: float) -> None:
    """The eigenvectors of a square are used as far as they show the values, however many are tiny."""
    chance, wide = np.random.default_rng(2), 60
    turn, _ = np.linalg.qr(chance.normal(size=(wide, wide)))
    for variances in (least ** np.linspace(0, 1, wide), np.where(np.arange(wide) % 2, 1, least)):
        near = variances * chance.uniform(0.9, 1.1, size=wide)
        first, second = one(variances, turn), one(near, turn)
        exact = np.sqrt(variances * near).sum()
        assert shared(first, second).values.sum() == pytest.approx(exact, rel=3e-12, abs=0)
        fast = gaussians._by_eigenvectors(first.lower, second.lower)
        assert (fast is not None) == (least > 1e-7)
