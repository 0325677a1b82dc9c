from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.auc import auc


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_against_all_pairs(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, 6, 25)
    positive = np.arange(25) < chance.integers(1, 24)
    a, b = scores[positive][:, None], scores[~positive][None]
    assert auc(scores, positive).value == pytest.approx(((a > b) + 0.5 * (a == b)).mean())


def test_interval_at_the_edge_and_in_the_middle() -> None:
    positive = np.arange(40) < 20
    sure = auc(positive.astype(float), positive)
    assert (sure.value, sure.high) == (1, 1)
    assert 0.8 < sure.low < 0.95
    level = auc(np.zeros(40), positive)
    assert level.value == 0.5
    assert level.low == pytest.approx(1 - level.high)
    assert 0.15 < 0.5 - level.low < 0.2


def test_interval_covers() -> None:
    chance = np.random.default_rng(0)
    positive = np.arange(60) < 30
    truth = 0.7602499  # Phi(1 / sqrt 2)
    found = [auc(chance.normal(positive.astype(float), 1), positive) for _ in range(300)]
    assert 0.91 < np.mean([e.low <= truth <= e.high for e in found]) <= 1


def test_needs_both_kinds() -> None:
    with pytest.raises(DiptychError, match="too few"):
        auc(np.arange(3), np.ones(3, bool))
