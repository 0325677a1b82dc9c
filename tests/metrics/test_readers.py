from __future__ import annotations

import math

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.auc import auc
from diptych.metrics.rates import rate
from diptych.metrics.readers import (
    accuracy,
    cohen_kappa,
    equivalence,
    fleiss_kappa,
    rating_gap,
    reader_auc,
)


def test_one_reader_is_wilsons_interval() -> None:
    correct = np.random.default_rng(0).random((80, 1)) < 0.7
    found, plain = accuracy(correct), rate(int(correct.sum()), 80)
    assert found.value == plain.value
    assert found.high - found.low == pytest.approx(plain.high - plain.low, rel=0.05)
    assert found.notes == ("80 images x 1 reader", "one reader: says nothing of others")


@pytest.mark.parametrize(("readers", "images"), [(0.0, 0.0), (0.0, 0.8), (0.5, 0.0), (0.4, 0.6)])
def test_accuracy_covers_when_readers_and_images_differ(readers: float, images: float) -> None:
    chance = np.random.default_rng(0)
    held = naive = 0
    for _ in range(150):
        latent = 0.3 + readers * chance.normal(size=(1, 5)) + images * chance.normal(size=(60, 1))
        correct = latent + chance.normal(size=(60, 5)) > 0
        truth = 0.5 * math.erfc(-0.3 / math.sqrt(2 * (1 + readers**2 + images**2)))
        found, plain = accuracy(correct), rate(int(correct.sum()), 300)
        held += found.low <= truth <= found.high
        naive += plain.low <= truth <= plain.high
    assert 0.9 <= held / 150 <= 1
    if readers:
        assert naive / 150 < 0.8


def test_readers_who_always_agree_are_worth_one() -> None:
    one = np.random.default_rng(0).random((60, 1)) < 0.6
    same = accuracy(one.repeat(4, axis=1))
    assert same.n == 240
    assert same.high - same.low == pytest.approx(accuracy(one).high - accuracy(one).low, rel=0.1)


def test_area_of_one_reader_and_of_many() -> None:
    chance = np.random.default_rng(0)
    synthetic = np.arange(60) < 30
    scores = chance.normal(synthetic[:, None], 1, (60, 3))
    found = reader_auc(scores, synthetic)
    assert found.value == pytest.approx(np.mean([auc(s, synthetic).value for s in scores.T]))
    assert found.low < 0.7602 < found.high
    single, plain = reader_auc(scores[:, :1], synthetic), auc(scores[:, 0], synthetic)
    assert single.value == pytest.approx(plain.value)
    assert single.high - single.low == pytest.approx(plain.high - plain.low, rel=0.15)
    sure = reader_auc(synthetic[:, None] * np.ones(2), synthetic)
    assert (sure.value, sure.high) == (1, 1)
    assert 0.9 < sure.low < 1


def test_unanswered_images_are_left_out() -> None:
    chance = np.random.default_rng(0)
    synthetic = np.arange(40) % 2 == 0
    correct = (chance.random((40, 2)) < 0.7).astype(float)
    correct[30:, 1] = np.nan
    assert accuracy(correct).n == 70
    assert accuracy(correct).value == pytest.approx(np.nanmean(correct))
    scores = np.where(np.isnan(correct), np.nan, chance.normal(size=(40, 2)))
    expected = [auc(scores[:, 0], synthetic).value, auc(scores[:30, 1], synthetic[:30]).value]
    assert reader_auc(scores, synthetic).value == pytest.approx(np.mean(expected))


def test_equivalence_needs_many_answers_and_guessing() -> None:
    def guesses(n: int, share: float) -> np.ndarray:
        return (np.arange(n) < round(share * n))[:, None]

    few, many = equivalence(guesses(100, 0.5)), equivalence(guesses(1200, 0.5))
    # Neither differs from 0.5, but only one of them shows that it does not.
    assert few.value > 0.05 > many.value
    assert "not shown" in few.notes[0]
    assert "equivalent to guessing within 0.05" in many.notes[0]
    assert equivalence(guesses(1200, 0.56)).value > 0.5
    assert equivalence(guesses(50, 1)).value == 1
    # By hand: (0.5 - 0.45) over the error of 1200 halves, one-sided.
    assert many.value == pytest.approx(
        0.5 * math.erfc(0.05 / math.sqrt(0.25 / 1200) / math.sqrt(2)), rel=0.05
    )


def test_equivalence_has_the_power_that_is_promised() -> None:
    chance = np.random.default_rng(0)
    shown = [equivalence(chance.random((860, 1)) < 0.5).value < 0.05 for _ in range(200)]
    assert 0.7 < np.mean(shown) < 0.9
    wrong = [equivalence(chance.random((860, 1)) < 0.55).value < 0.05 for _ in range(200)]
    assert np.mean(wrong) < 0.1


def test_kappa_by_the_book() -> None:
    first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    found = cohen_kappa(first, second)
    assert found.value == pytest.approx(0.4)
    # Fleiss, Cohen and Everitt 1969 give a standard error of 0.128 for this table.
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(0.128, abs=0.01)
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    answers = np.array([np.repeat(range(5), row) for row in counts])
    assert fleiss_kappa(answers).value == pytest.approx(0.2099, abs=1e-4)


def test_kappa_at_its_ends() -> None:
    answers = np.random.default_rng(1).integers(0, 2, (200, 3))
    assert fleiss_kappa(answers).low < 0 < fleiss_kappa(answers).high
    same = answers[:, [0, 0, 0]]
    assert (fleiss_kappa(same).value, cohen_kappa(same[:, 0], same[:, 1]).value) == (1, 1)
    assert cohen_kappa(same[:, 0], 1 - same[:, 0]).value < -0.9
    silent = fleiss_kappa(np.zeros((10, 2)))
    assert math.isnan(silent.value)
    assert "the same" in silent.notes[0]
    holes = answers.astype(float)
    holes[:50, 1] = np.nan
    assert fleiss_kappa(holes).n == 150


def test_ratings() -> None:
    chance = np.random.default_rng(0)
    synthetic = np.arange(80) < 40
    ratings = chance.integers(2, 5, (80, 4)) + 1.0 * synthetic[:, None]
    found = rating_gap(ratings, synthetic)
    assert found.value == pytest.approx(ratings[synthetic].mean() - ratings[~synthetic].mean())
    assert found.low < 1 < found.high
    assert found.high - found.low < 0.8


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="table"):
        accuracy(np.ones(5))
    with pytest.raises(DiptychError, match="has none"):
        accuracy(np.array([[1.0, np.nan]] * 4))
    with pytest.raises(DiptychError, match="synthetic images"):
        reader_auc(np.zeros((6, 2)), np.arange(6) == 0)
    with pytest.raises(DiptychError, match="two readers"):
        fleiss_kappa(np.zeros((6, 1)))
