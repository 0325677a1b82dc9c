from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.auc import auc
from diptych.metrics.label_agreement import Answers, label_agreement, weighted_auc

AREA = 0.8413447  # Phi(sqrt 2 / sqrt 2): scores of the two kinds lie sqrt 2 apart


def answers(n: int, seed: int, shift: float = math.sqrt(2), findings: int = 2, share: float = 0.5) -> Answers:
    chance = np.random.default_rng(seed)
    asked = chance.random((n, findings)) < share
    return Answers(scores=chance.normal(shift * asked, 1), asked=asked)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_weights_are_repeated_rows(seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores, positive = chance.integers(0, 6, 20).astype(float), np.arange(20) % 3 == 0
    weights = chance.integers(0, 4, (3, 20)).astype(float)
    found = weighted_auc(scores, positive, weights)
    for value, row in zip(found, weights.astype(int), strict=True):
        rows = np.repeat(np.arange(20), row)
        if positive[rows].any() and not positive[rows].all():
            assert value == pytest.approx(auc(scores[rows], positive[rows]).value)
        else:
            assert math.isnan(value)


def test_known_truths() -> None:
    found = label_agreement(answers(800, 0), answers(800, 1), ("one", "two"))
    for scores in (found.made, found.real):
        assert scores.mean_auc.value == pytest.approx(AREA, abs=0.025)
        assert scores.mean_auc.low < AREA < scores.mean_auc.high
        # The best cut lies midway, where both kinds are right with Phi(sqrt 2 / 2).
        assert scores.mean_balanced.value == pytest.approx(0.760, abs=0.025)
        assert scores.mean_auc.value == pytest.approx(np.mean([e.value for e in scores.auc]))
    assert found.made.mean_auc.high - found.made.mean_auc.low < 0.06


def test_images_that_show_something_else_are_at_chance() -> None:
    real, made = answers(400, 0), answers(400, 1)
    shuffled = Answers(scores=np.roll(made.scores, 1, axis=0), asked=made.asked)
    found = label_agreement(shuffled, real, ("one", "two")).made
    assert found.mean_auc.low < 0.5 < found.mean_auc.high
    assert found.mean_balanced.low < 0.5 < found.mean_balanced.high
    inverted = Answers(scores=made.scores, asked=~made.asked)
    assert label_agreement(inverted, real, ("one", "two")).made.mean_auc.high < 0.3


def test_the_ceiling_is_not_flattered() -> None:
    """Scores that say nothing: a cut chosen and judged on the same rows would look better than chance."""
    values = [
        label_agreement(answers(60, 2 * s, 0, 1), answers(60, 2 * s + 1, 0, 1), ("x",)).real.balanced[0].value
        for s in range(20)
    ]
    assert abs(np.mean(values) - 0.5) < 0.045


def test_a_finding_that_is_too_rare_is_not_estimable() -> None:
    made, real = answers(100, 0), answers(100, 1)
    rare = made.asked.copy()
    rare[:, 1] = np.arange(100) < 3
    found = label_agreement(Answers(scores=made.scores, asked=rare), real, ("one", "two"))
    assert math.isnan(found.made.auc[1].value)
    assert "3 subjects with" in found.made.auc[1].notes[0]
    assert math.isnan(found.real.balanced[1].value)
    assert found.made.mean_auc.value == found.made.auc[0].value
    assert found.made.mean_auc.notes == ("over 1 of 2 findings",)
    # Thirty images of three patients are three, not thirty.
    patients = [str(i // 10) if i < 30 else str(i) for i in range(100)]
    rare[:, 1] = np.arange(100) < 30
    crowded = label_agreement(
        Answers(scores=made.scores, asked=rare, subjects=patients), real, ("one", "two")
    )
    assert math.isnan(crowded.made.auc[1].value)
    nothing = label_agreement(answers(8, 0), answers(8, 1), ("one", "two"))
    assert math.isnan(nothing.made.mean_auc.value)


def test_a_perfect_value_still_has_an_interval() -> None:
    asked = np.arange(60)[:, None] % 2 == 0
    sure = Answers(scores=asked.astype(float), asked=asked)
    found = label_agreement(sure, sure, ("one",)).made
    assert (found.auc[0].value, found.balanced[0].value) == (1, 1)
    assert 0.85 < found.auc[0].low < 1
    assert 0.85 < found.balanced[0].low < 1


def test_intervals_follow_subjects() -> None:
    few = answers(80, 0, findings=1)
    many = Answers(
        scores=few.scores.repeat(6, 0),
        asked=few.asked.repeat(6, 0),
        subjects=[str(i // 6) for i in range(480)],
    )
    found = [label_agreement(a, answers(200, 9, findings=1), ("one",)).made.mean_auc for a in (few, many)]
    assert found[1].high - found[1].low == pytest.approx(found[0].high - found[0].low, rel=0.15)


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="one column a finding"):
        label_agreement(answers(20, 0), answers(20, 1), ("one",))
    with pytest.raises(DiptychError, match="finite"):
        Answers(scores=np.full((4, 1), np.nan), asked=np.ones((4, 1), bool))
    with pytest.raises(DiptychError, match="differ"):
        Answers(scores=np.zeros((4, 1)), asked=np.ones((4, 2), bool))
