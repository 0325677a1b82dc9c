from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from diptych.base.errors import DiptychError
from diptych.studies.curves import resampled_curve
from diptych.studies.measures import subject_mean
from diptych.studies.worth import isotonic, worth

DICE, FAR = subject_mean("dice"), subject_mean("dice", better="lower")
FRACTIONS = {0.1: 10, 0.25: 25, 0.5: 50, 1.0: 100}


def flat(make, level: float, **facts: object) -> list:
    """Five seeds and 30 subjects around one level; subjects are the same whatever the level."""
    subjects = np.random.default_rng(0).normal(0, 0.03, 30)
    noise = np.random.default_rng(int(1e6 * level)).normal(0, 0.002, (5, 30))
    return make(level + subjects - subjects.mean() + noise, **facts)


@pytest.fixture
def real(arm) -> list:
    """Real-only: 0.1 of Dice for every factor of ten, from 0.6 at ten images."""
    return [
        cell
        for fraction, images in FRACTIONS.items()
        for cell in flat(arm, 0.5 + 0.1 * math.log10(images), fraction=fraction, images=images)
    ]


def test_a_learning_curve(real) -> None:
    points = resampled_curve(real[::-1], DICE)
    assert list(points) == list(FRACTIONS.values())
    assert [p.value for p in points.values()] == pytest.approx([0.6, 0.6398, 0.6699, 0.7], abs=2e-3)


def test_worth_reads_the_curve_backwards(arm, real) -> None:
    found = worth(flat(arm, 0.6301, arm="pretrain", fraction=0.1, images=10), real, DICE)
    assert found.images.value == pytest.approx(20, rel=0.1)
    assert found.multiplier.value == pytest.approx(2, rel=0.1)
    assert found.multiplier.low < found.multiplier.value < found.multiplier.high
    # Subjects are shared by arm and curve: their scatter of 0.03 would blur it by a factor of 1.3.
    assert found.multiplier.high / found.multiplier.low < 1.3
    mirrored = real[::-1]
    again = worth(flat(arm, 0.6301, arm="pretrain", fraction=0.1, images=10), mirrored, DICE)
    assert again == found


def test_ends_of_the_curve(arm, real) -> None:
    best = worth(flat(arm, 0.8, arm="pretrain", images=10), real, DICE)
    assert (best.images.value, best.multiplier.low) == (math.inf, math.inf)
    assert best.images.notes[0] == "beyond the curve: more than 100 real images, if any number"
    worst = worth(flat(arm, 0.5, arm="pretrain", images=10), real, DICE)
    assert (worst.images.value, worst.images.high) == (0, 0)
    assert worst.images.notes[0] == "below the curve: fewer than 10 real images"
    edge = worth(flat(arm, 0.6995, arm="pretrain", images=10), real, DICE)
    assert math.isinf(edge.images.high)
    assert 50 < edge.images.low < 100
    assert "of draws are beyond the curve" in " ".join(edge.images.notes)
    alone = worth(flat(arm, 0.65, arm="synthetic-only", images=0), real, DICE)
    assert math.isnan(alone.multiplier.value)
    assert alone.images.value == pytest.approx(31.6, rel=0.1)


def test_less_is_better(arm) -> None:
    curve = [
        cell
        for fraction, images in FRACTIONS.items()
        for cell in flat(arm, 0.9 - 0.2 * math.log10(images), fraction=fraction, images=images)
    ]
    assert worth(flat(arm, 0.6, arm="a", images=10), curve, FAR).images.value == pytest.approx(31.6, rel=0.05)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_isotonic_against_scipy(seed: int) -> None:
    table = np.random.default_rng(seed).normal(size=(4, 6))
    for row, rising in zip(table, isotonic(table), strict=True):
        np.testing.assert_allclose(rising, isotonic_regression(row).x, atol=1e-12)


def test_bad_input(arm, real) -> None:
    with pytest.raises(DiptychError, match="too few"):
        worth(real[:5], real[:5], DICE)
    with pytest.raises(DiptychError, match="two fractions have 10 images"):
        resampled_curve([*real[:5], *flat(arm, 0.6, fraction=0.2, images=10)], DICE)
    with pytest.raises(DiptychError, match="several tasks"):
        worth(flat(arm, 0.6, task="teeth"), real, DICE)
