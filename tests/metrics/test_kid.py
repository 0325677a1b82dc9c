from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics import kernels as module
from diptych.metrics.kid import kid, kid_blocks


def plain(x: np.ndarray, y: np.ndarray) -> float:
    """The formula of the paper, term by term."""
    n, m, d = len(x), len(y), x.shape[1]
    k = lambda a, b: (float(a @ b) / d + 1) ** 3  # noqa: E731
    own = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    other = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return own + other - 2 * sum(k(a, b) for a in x for b in y) / (n * m)


def test_the_formula() -> None:
    chance = np.random.default_rng(0)
    x, y = chance.normal(size=(7, 5)), chance.normal(1, 2, size=(9, 5))
    assert kid(x, y).value == pytest.approx(plain(x, y), rel=1e-12)
    assert kid(x, y).value == pytest.approx(kid(y, x).value, rel=1e-12)


def test_unbiased_and_covering_when_nothing_differs() -> None:
    chance = np.random.default_rng(2)
    found = [kid(*chance.normal(size=(2, 20, 8))) for _ in range(300)]
    values = np.array([estimate.value for estimate in found])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(300)
    assert np.mean([estimate.low <= 0 <= estimate.high for estimate in found]) > 0.92


def test_grows_with_the_difference() -> None:
    chance = np.random.default_rng(3)
    base = chance.normal(size=(50, 16))
    values = [kid(base, chance.normal(shift, 1, (50, 16))).value for shift in (0.0, 0.3, 0.6, 1.2)]
    assert values == sorted(values)
    assert kid(base, chance.normal(1.2, 1, (50, 16))).low > 0


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = np.random.default_rng(4).normal(size=(2, 11, 3))
    whole = kid(x, y)
    monkeypatch.setattr(module, "CHUNK", 4)
    assert kid(x, y).value == pytest.approx(whole.value, rel=1e-12)
    assert kid(x, y).low == pytest.approx(whole.low, rel=1e-9)


def test_blocks() -> None:
    x, y = np.random.default_rng(5).normal(size=(2, 30, 6))
    assert kid_blocks(x, y, 30, blocks=1).value == pytest.approx(kid(x, y).value)
    found = kid_blocks(x, y + 0.5, 10)
    assert found.low < found.value < found.high
    with pytest.raises(DiptychError, match="31"):
        kid_blocks(x, y, 31)


def test_refusals() -> None:
    good = np.ones((5, 3))
    with pytest.raises(DiptychError, match="too few"):
        kid(good, good[:2])
    with pytest.raises(DiptychError, match="widths"):
        kid(good, np.ones((5, 4)))
    with pytest.raises(DiptychError, match="finite"):
        kid(good, np.full((5, 3), np.nan))
