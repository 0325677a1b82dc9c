from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.vendi import vendi, vendi_ratio


def plain(rows: np.ndarray) -> float:
    """exp of the entropy of the eigenvalues of K / N."""
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    found = np.linalg.eigvalsh(unit @ unit.T / len(rows))
    found = found[found > 1e-14]
    return float(np.exp(-(found * np.log(found)).sum()))


@given(st.integers(1, 12), st.integers(1, 4), st.integers(0, 99))
def test_as_many_as_there_are_directions(kinds: int, copies: int, seed: int) -> None:
    """Orthogonal samples, each repeated equally often, count once each."""
    copies += 10 // kinds
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(20, 20)))
    rows = np.repeat(turn[:kinds], copies, axis=0) * np.arange(1, 1 + kinds * copies)[:, None]
    found = vendi(rows)
    assert found.value == pytest.approx(kinds)
    assert found.low == pytest.approx(found.high)


@pytest.mark.parametrize("shape", [(50, 8), (20, 40), (30, 30)])
def test_either_matrix(shape: tuple[int, int]) -> None:
    rows = np.random.default_rng(0).normal(0.5, 1, size=shape)
    assert vendi(rows).value == pytest.approx(plain(rows), rel=1e-9)
    wider = np.hstack([rows, np.zeros((len(rows), 60))])
    assert vendi(wider).value == pytest.approx(vendi(rows).value, rel=1e-9)
    assert vendi(wider).high == pytest.approx(vendi(rows).high, rel=1e-9)


def test_collapse_lowers_the_ratio() -> None:
    chance = np.random.default_rng(1)
    real = chance.normal(size=(80, 10))
    few = np.repeat(real[:8], 10, axis=0) + 0.05 * chance.normal(size=(80, 10))
    good = vendi_ratio(chance.normal(size=(80, 10)), real)
    assert good.low < 1 < good.high
    assert vendi_ratio(few, real).high < 0.85


def test_at_equal_sizes() -> None:
    chance = np.random.default_rng(2)
    many, real = chance.normal(size=(300, 60)), chance.normal(size=(40, 60))
    found = vendi_ratio(many, real)
    assert found.value == pytest.approx(1, abs=0.05)
    assert vendi(many).value / vendi(real).value > 1.4
    assert "cut to 40" in found.notes[0]
    assert found == vendi_ratio(many, real)
    assert vendi_ratio(real, many).value == pytest.approx(1 / found.value, rel=0.03)


def test_intervals_cover() -> None:
    chance = np.random.default_rng(3)
    mix = np.diag(0.7 ** np.arange(10))
    found = [vendi(chance.normal(0.3, 1, size=(80, 10)) @ mix) for _ in range(200)]
    truth = np.mean([estimate.value for estimate in found])
    assert 0.9 < np.mean([estimate.low <= truth <= estimate.high for estimate in found]) <= 0.99


def test_refusals() -> None:
    good = np.random.default_rng(4).normal(size=(12, 3))
    with pytest.raises(DiptychError, match="too few"):
        vendi(good[:9])
    good[5] = 0
    with pytest.raises(DiptychError, match="row 5 is all zeros"):
        vendi(good)
