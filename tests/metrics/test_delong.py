from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.auc import auc
from diptych.metrics.delong import delong
from diptych.metrics.rates import Z95


def brute(first: np.ndarray, second: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """Difference and standard error from all pairs, as DeLong et al. write them (their eq. 4 to 6)."""
    tables = []
    for scores in (first, second):
        x, y = scores[positive], scores[~positive]
        tables.append((x[:, None] > y) + 0.5 * (x[:, None] == y))
    areas = [table.mean() for table in tables]
    covariance = np.zeros((2, 2))
    for axis, count in ((1, int(positive.sum())), (0, int((~positive).sum()))):
        parts = [table.mean(axis=axis) - area for table, area in zip(tables, areas, strict=True)]
        for r, s in itertools.product(range(2), repeat=2):
            covariance[r, s] += (parts[r] * parts[s]).sum() / (count - 1) / count
    contrast = np.array([1, -1])
    return areas[0] - areas[1], math.sqrt(max(contrast @ covariance @ contrast, 0))


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_against_all_pairs(seed: int) -> None:
    chance = np.random.default_rng(seed)
    positive = np.arange(30) < chance.integers(2, 28)
    first, second = chance.integers(0, 7, (2, 30)) + positive
    value, error = brute(first, second, positive)
    found = delong(first, second, positive)
    assert found.estimate.value == pytest.approx(value)
    assert found.estimate.high - found.estimate.value == pytest.approx(Z95 * error, abs=1e-9)
    if error > 1e-9:
        assert found.p == pytest.approx(math.erfc(abs(value) / error / math.sqrt(2)))


def test_is_the_difference_of_areas_and_has_a_sign() -> None:
    chance = np.random.default_rng(0)
    positive = np.arange(80) < 30
    good, poor = chance.normal(2.0 * positive), chance.normal(0.5 * positive)
    found, back = delong(good, poor, positive), delong(poor, good, positive)
    assert found.estimate.value == pytest.approx(auc(good, positive).value - auc(poor, positive).value)
    assert found.estimate.low > 0
    assert found.p < 0.05
    assert back.estimate.high == pytest.approx(-found.estimate.low)
    assert back.p == pytest.approx(found.p)


def test_type_one_error_with_scores_that_go_together() -> None:
    chance = np.random.default_rng(0)
    positive = np.arange(120) < 50
    shared = chance.normal(1.0 * positive, size=(600, 120))
    wrong = [
        delong(s + chance.normal(size=120), s + chance.normal(size=120), positive).p < 0.05 for s in shared
    ]
    assert 0.03 < np.mean(wrong) < 0.07


def test_several_trainings_are_their_mean() -> None:
    chance = np.random.default_rng(0)
    positive = np.arange(60) < 30
    first, second = chance.normal(1.0 * positive, size=(2, 4, 60))
    found = delong(first, second, positive)
    singles = [delong(a, b, positive).estimate.value for a, b in zip(first, second, strict=True)]
    assert found.estimate.value == pytest.approx(np.mean(singles))
    assert delong(first[[0, 0]], second[[0, 0]], positive) == delong(first[0], second[0], positive)


def test_scores_that_rank_alike() -> None:
    positive = np.arange(20) < 8
    scores = np.random.default_rng(0).normal(size=20)
    same = delong(scores, np.exp(scores), positive)
    assert (same.estimate.value, same.estimate.low, same.p) == (0, 0, 1)
    sure = delong(positive, ~positive, positive)
    assert (sure.estimate.value, sure.p) == (1, 0)


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="differ"):
        delong(np.zeros(5), np.zeros(6), np.arange(6) < 3)
    with pytest.raises(DiptychError, match="too few"):
        delong(np.zeros(6), np.zeros(6), np.arange(6) < 1)
