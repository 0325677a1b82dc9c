from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from diptych.base.errors import DiptychError
from diptych.metrics.nndr import neighbour_ratios, nndr_share


def test_ratios() -> None:
    train = np.array([[0.0], [1.0], [10.0], [10.0]])
    queries = np.array([[0.0], [0.25], [0.5], [-1.0], [10.0], [11.0]])
    assert neighbour_ratios(queries, train) == pytest.approx([0, 1 / 3, 1, 0.5, 0, 1])


def test_against_sorting() -> None:
    chance = np.random.default_rng(0)
    queries, train = chance.normal(size=(30, 5)), chance.normal(size=(20, 5))
    near = np.sort(cdist(queries, train), axis=1)
    assert neighbour_ratios(queries, train) == pytest.approx(near[:, 0] / near[:, 1])


@pytest.mark.parametrize("held", [30, 100])
def test_new_records_score_the_percentile_within_the_interval(held: int) -> None:
    chance = np.random.default_rng(held)
    found = [
        nndr_share(chance.normal(size=(150, 4)), chance.normal(size=(80, 4)), chance.normal(size=(held, 4)))
        for _ in range(100)
    ]
    values = np.array([e.value for e in found])
    assert abs(values.mean() - 0.05) < 4 * values.std() / np.sqrt(100)
    assert np.mean([e.low <= 0.05 <= e.high for e in found]) > 0.9


def test_copies_have_no_second_neighbour() -> None:
    chance = np.random.default_rng(2)
    train, heldout, new = (chance.normal(size=(n, 8)) for n in (100, 100, 190))
    copies = train[:10] + chance.normal(0, 1e-3, (10, 8))
    clean, planted = nndr_share(new, train, heldout), nndr_share(np.vstack([new, copies]), train, heldout)
    assert planted.value == pytest.approx(0.95 * clean.value + 0.05)
    alone = nndr_share(train, train, heldout)
    assert (alone.value, alone.high) == (1, 1)
    assert alone.low > 0.8
    assert "median ratio: synthetic 0.0000" in alone.notes[1]


def test_far_from_everything_is_underfitting() -> None:
    chance = np.random.default_rng(3)
    far = chance.normal(50, 1, (40, 8))
    assert nndr_share(far, chance.normal(size=(50, 8)), chance.normal(size=(50, 8))).value == 0


def test_too_few() -> None:
    rows = np.random.default_rng(4).normal(size=(60, 3))
    with pytest.raises(DiptychError, match="synthetic: 5 samples are too few"):
        nndr_share(rows[:5], rows[5:30], rows[30:])
