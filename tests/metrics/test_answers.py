"""Average precision, F1, Brier score, IoU: metrics of a learner's answers, beside torchmetrics."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.functional import classification as theirs

from diptych.base.errors import DiptychError
from diptych.metrics.auprc import average_precision, weighted_average_precision
from diptych.metrics.brier import brier_values
from diptych.metrics.f1 import f1, weighted_f1
from diptych.metrics.iou import iou_table


def drawn(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities in steps of a seventeenth, so that some tie, and a truth that has both kinds."""
    chance = np.random.default_rng(seed)
    positive = chance.permutation(np.arange(n) < chance.integers(1, n))
    return chance.integers(0, 18, n) / 17, positive


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_against_torchmetrics(seed: int) -> None:
    scores, positive = drawn(seed)
    p, y = torch.tensor(scores), torch.tensor(positive.astype(int))
    precision = theirs.binary_average_precision(p, y).item()
    assert average_precision(scores, positive).value == pytest.approx(precision, abs=1e-6)
    assert f1(scores > 0.5, positive).value == pytest.approx(theirs.binary_f1_score(p, y).item(), abs=1e-6)
    assert brier_values(scores, positive).mean() == pytest.approx(((scores - positive) ** 2).mean())


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_weights_are_repeats(seed: int) -> None:
    scores, positive = drawn(seed, 25)
    counts = np.random.default_rng(seed).integers(0, 4, 25)
    counts[positive] += 1
    again, truth = scores.repeat(counts), positive.repeat(counts)
    weighted = weighted_average_precision(scores, positive, counts[None].astype(float))
    assert weighted[0] == pytest.approx(average_precision(again, truth).value)
    assert weighted_f1(scores > 0.5, positive, counts[None].astype(float))[0] == pytest.approx(
        f1(again > 0.5, truth).value
    )


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_iou_against_sets_and_torchmetrics(seed: int) -> None:
    a, b = np.random.default_rng(seed).integers(0, 4, (2, 3, 6, 7)).astype(np.uint8)
    table = iou_table(a, b, (1, 3, 9))
    for row in range(3):
        for column, code in enumerate((1, 3)):
            one, other = a[row] == code, b[row] == code
            assert table[row, column] == pytest.approx((one & other).sum() / (one | other).sum())
        planes = [torch.tensor((m[row] == 1).astype(int)) for m in (a, b)]
        assert table[row, 0] == pytest.approx(theirs.binary_jaccard_index(*planes).item(), abs=1e-6)
    assert np.isnan(table[:, 2]).all()
    assert iou_table(a, np.zeros_like(a), (1,)).max() == 0


def test_by_hand() -> None:
    positive = np.array([True, False, True, False])
    found = average_precision(np.array([0.9, 0.8, 0.7, 0.1]), positive)
    assert found.value == pytest.approx((1 + 2 / 3) / 2)
    assert found.notes == ("chance is 0.5",)
    assert f1(np.array([True, True, False, False]), positive).value == 0.5
    np.testing.assert_allclose(
        brier_values(np.array([0.9, 0.8, 0.7, 0.1]), positive), [0.01, 0.64, 0.09, 0.01]
    )


def test_chance_and_perfection() -> None:
    chance = np.random.default_rng(0)
    positive = np.arange(600) < 120
    assert average_precision(chance.random(600), positive).value == pytest.approx(0.2, abs=0.05)
    perfect = average_precision(positive, positive)
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)
    assert f1(positive, positive).value == 1


def test_the_brier_score_rewards_honest_probabilities() -> None:
    chance = np.random.default_rng(0)
    p = chance.random(3000)
    positive = chance.random(3000) < p
    assert brier_values(p, positive).mean() == pytest.approx(1 / 6, abs=0.01)
    assert brier_values((p > 0.5).astype(float), positive).mean() == pytest.approx(0.25, abs=0.02)


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="from 0 to 1"):
        brier_values(np.array([-1.0, 2.0]), np.array([True, False]))
    with pytest.raises(DiptychError, match="too few"):
        average_precision(np.zeros(3), np.zeros(3, bool))
    with pytest.raises(DiptychError, match="differ"):
        f1(np.zeros(3, bool), np.zeros(4, bool))
