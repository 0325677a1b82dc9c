from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics.membership import Attack, attack, closeness, membership


def area(found: Attack) -> float:
    x, y = found.false_positives, found.true_positives
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum())


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 200))
def test_the_curve_and_its_area(seed: int, levels: int) -> None:
    chance = np.random.default_rng(seed)
    members, others = chance.integers(0, levels, 40), chance.integers(0, levels, 60)
    found = attack(members, others)
    pairs = (members[:, None] > others) + 0.5 * (members[:, None] == others)
    assert found.auc.value == pytest.approx(pairs.mean())
    assert area(found) == pytest.approx(pairs.mean())
    for x, y in ((found.false_positives, 60 * found.false_positives), (found.true_positives, None)):
        assert (x[0], x[-1]) == (0, 1)
        assert (np.diff(x) >= 0).all()
        assert y is None or y == pytest.approx(np.rint(y))
    assert 0 <= found.hits.low <= found.hits.value <= found.hits.high <= 1


@pytest.mark.parametrize(
    ("others", "level"), [(50, 0.2), (100, 0.1), (999, 10 / 999), (1000, 0.01), (5000, 0.01)]
)
def test_the_lowest_rate_that_can_be_estimated(others: int, level: float) -> None:
    found = attack(np.arange(30), np.arange(others))
    assert found.false_rate == pytest.approx(level)
    assert ("lowest" in found.hits.notes[0]) == (others < 1000)
    assert f"of {others} non-members" in found.hits.notes[0]


def test_hits_are_counted_above_the_allowed_errors() -> None:
    others = np.arange(1000.0)
    members = np.concatenate([np.full(30, 2000.0), np.full(70, -1.0)])
    found = attack(members, others)
    assert found.hits.value == pytest.approx(0.3)
    assert found.hits.low < 0.3 < found.hits.high
    below = attack(np.full(100, 989.25), others)
    above = attack(np.full(100, 990.25), others)
    assert (below.hits.value, above.hits.value) == (0, 1)


def test_without_a_leak_hits_come_at_the_rate_of_errors() -> None:
    chance = np.random.default_rng(0)
    found = [attack(chance.normal(size=80), chance.normal(size=100)) for _ in range(150)]
    hits = np.array([e.hits.value for e in found])
    assert abs(hits.mean() - 0.1) < 4 * hits.std() / np.sqrt(150)
    assert np.mean([e.hits.low <= 0.1 <= e.hits.high for e in found]) > 0.92
    assert np.mean([e.auc.low <= 0.5 <= e.auc.high for e in found]) > 0.9


def test_all_scores_alike() -> None:
    found = attack(np.zeros(40), np.zeros(100))
    assert found.auc.value == 0.5
    assert found.hits.value == pytest.approx(0.1)


def test_subjects_with_many_images_widen_the_interval() -> None:
    chance = np.random.default_rng(1)
    members, others = (np.repeat(chance.normal(size=12), 10) for _ in range(2))
    names = tuple(np.repeat([f"{side}{i}" for i in range(12)], 10) for side in "ab")
    plain, clustered = attack(members, others), attack(members, others, names)
    assert clustered.auc.value == plain.auc.value
    assert clustered.auc.high - clustered.auc.low > 1.5 * (plain.auc.high - plain.auc.low)
    assert clustered.hits.high - clustered.hits.low >= plain.hits.high - plain.hits.low
    assert clustered.auc.notes == ("interval by subject",)
    assert clustered.auc == attack(members, others, names).auc


def test_a_certain_attack_keeps_its_width() -> None:
    names = tuple([f"{side}{i}" for i in range(60)] for side in "ab")
    found = attack(np.arange(60) + 100, np.arange(60), names)
    assert (found.auc.value, found.auc.high, found.hits.value) == (1, 1, 1)
    assert found.auc.low < 0.98
    assert found.hits.low < 0.95


def test_scores() -> None:
    synthetic, reference = np.array([[0.0], [10.0]]), np.array([[1.0], [6.0]])
    candidates = np.array([[0.0], [2.0], [7.0]])
    assert closeness(candidates, synthetic) == pytest.approx([0, -2, -3])
    assert closeness(candidates, synthetic, reference) == pytest.approx([1, -1, -2])


def test_calibration_forgives_plain_records() -> None:
    chance = np.random.default_rng(2)
    width = np.repeat([0.1, 3.0], 100)[:, None]
    rows = [width * chance.normal(size=(200, 6)) for _ in range(4)]
    copies = rows[1] + 0.5 * width * chance.normal(size=(200, 6))
    plain = membership(copies, rows[1], rows[2]).auc
    calibrated = membership(copies, rows[1], rows[2], reference=rows[3]).auc
    assert 0.5 < plain.value < calibrated.value


def test_who_was_trained_on() -> None:
    chance = np.random.default_rng(3)
    train, heldout, new = (chance.normal(size=(n, 8)) for n in (100, 100, 200))
    assert membership(train, train, heldout).auc.value == 1
    assert membership(train, train, heldout).hits.value == 1
    clean = membership(new, train, heldout).auc
    assert clean.low < 0.5 < clean.high
    copies = np.vstack([new, train[:10]])
    assert membership(copies, train, heldout).auc.value > clean.value


def test_refusals() -> None:
    scores = np.arange(100.0)
    with pytest.raises(DiptychError, match="non-members: 49 samples are too few; give at least 50"):
        attack(scores, scores[:49])
    with pytest.raises(DiptychError, match="members: 19 samples"):
        attack(scores[:19], scores)
    with pytest.raises(DiptychError, match="finite"):
        attack(scores, np.full(60, np.nan))
    names = [str(i) for i in range(100)]
    with pytest.raises(DiptychError, match="non-members: 1 subjects are members too, such as '7'"):
        attack(scores, scores, (names, ["7", *(f"b{i}" for i in range(99))]))
    with pytest.raises(DiptychError, match="non-members: 0 subjects for 100 scores"):
        attack(scores, scores, (names, []))
