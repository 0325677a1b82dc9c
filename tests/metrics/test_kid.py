from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics import blocks
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


@pytest.mark.parametrize(("mean", "spread"), [(0.0, 1.6), (0.8, 1.0)])
def test_the_closed_form_of_gaussians(mean: float, spread: float) -> None:
    """(xy + 1)^3 compares the first three moments, with weights 3, 3 and 1."""
    moments = mean, mean**2 + spread**2 - 1, mean**3 + 3 * mean * spread**2
    truth = 3 * moments[0] ** 2 + 3 * moments[1] ** 2 + moments[2] ** 2
    chance = np.random.default_rng(1)
    found = [
        kid(chance.normal(mean, spread, size=(300, 1)), chance.normal(size=(300, 1))).value
        for _ in range(100)
    ]
    assert np.mean(found) == pytest.approx(truth, abs=4 * np.std(found) / 10)


@pytest.mark.parametrize(("offset", "digits"), [(0.0, 12), (1e3, 9), (5e4, 6), (1e6, 3)])
def test_far_from_0_digits_are_lost_and_a_note_says_so(offset: float, digits: int) -> None:
    chance = np.random.default_rng(6)
    x, y = offset + chance.normal(1, 1, size=(12, 4)), offset + chance.normal(size=(12, 4))
    exact = [[[Fraction(float(value)) for value in row] for row in rows] for rows in (x, y)]
    found = kid(x, y)
    assert found.value == pytest.approx(whole(*exact), rel=10.0**-digits)
    assert bool(found.notes) == (offset > 1e5)
    assert kid(np.full((9, 4), offset), np.full((9, 4), offset)).notes == ()


def whole(x: list[list[Fraction]], y: list[list[Fraction]]) -> float:
    """The formula without rounding."""

    def mean(a: list[list[Fraction]], b: list[list[Fraction]]) -> Fraction:
        pairs = [(r, s) for r in a for s in b if r is not s]
        cubes = [(sum(p * q for p, q in zip(r, s, strict=True)) / len(r) + 1) ** 3 for r, s in pairs]
        return Fraction(sum(cubes)) / len(pairs)

    return float(mean(x, x) + mean(y, y) - 2 * mean(x, y))


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
    monkeypatch.setattr(blocks, "MOST", 4)
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
