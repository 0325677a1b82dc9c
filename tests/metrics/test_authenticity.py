from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from diptych.base.errors import DiptychError
from diptych.metrics.authenticity import authenticity, authenticity_gap


def plain(s: np.ndarray, t: np.ndarray) -> float:
    """The definition, record by record."""
    between, among = cdist(s, t), cdist(t, t)
    np.fill_diagonal(among, np.inf)
    nearest = between.argmin(axis=1)
    return float(np.mean(between.min(axis=1) > among[nearest].min(axis=1)))


def sets(seed: int, *sizes: int, width: int = 6) -> list[np.ndarray]:
    chance = np.random.default_rng(seed)
    return [chance.normal(size=(size, width)) for size in sizes]


def test_the_definition() -> None:
    s, t, h = sets(0, 70, 40, 50)
    found, gap = authenticity(s, t, h), authenticity_gap(s, t, h)
    assert found.value == pytest.approx(plain(s, t))
    assert gap.value == pytest.approx(plain(s, t) - plain(h, t))
    assert f"of 50 held-out records {plain(h, t):.4f}" in found.notes[0]
    assert (found.n, gap.n) == (70, 70)


def test_the_interval_covers_other_training_sets() -> None:
    found = [authenticity(*sets(seed, 100, 60, 20, width=32)) for seed in range(80)]
    truth = np.mean([e.value for e in found])
    assert np.mean([e.low <= truth <= e.high for e in found]) > 0.9


@pytest.mark.parametrize("width", [2, 16])
def test_the_gap_of_new_records_is_nothing(width: int) -> None:
    found = [authenticity_gap(*sets(seed, 120, 60, 40, width=width)) for seed in range(80)]
    values = np.array([e.value for e in found])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(80)
    assert np.mean([e.low <= 0 <= e.high for e in found]) > 0.88


def test_what_both_sides_share_is_not_counted_twice() -> None:
    _, t, h = sets(6, 20, 60, 60)
    same = authenticity_gap(h, t, h)
    other = authenticity_gap(sets(7, 60)[0], t, h)
    assert same.value == 0
    assert same.high - same.low < 0.3 * (other.high - other.low)


def test_copies_are_not_authentic() -> None:
    new, t, h = sets(1, 95, 60, 60)
    copies = t[:5] + np.random.default_rng(2).normal(0, 1e-3, (5, 6))
    planted = authenticity(np.vstack([new, copies]), t, h)
    assert planted.value == pytest.approx(0.95 * authenticity(new, t, h).value)
    alone, gap = authenticity(t, t, h), authenticity_gap(t, t, h)
    assert (alone.value, alone.low) == (0, 0)
    assert alone.high < 0.1
    assert -1 <= gap.low < gap.high < 0


def test_noise_about_training_records_is_copying_until_it_is_wide() -> None:
    _, t, h = sets(3, 20, 80, 80)
    noise = np.random.default_rng(4).normal(size=t.shape)
    gaps = [authenticity_gap(t + scale * noise, t, h).value for scale in (0.1, 0.4, 0.8, 3.0)]
    assert gaps == sorted(gaps)
    assert gaps[0] < -0.5
    assert gaps[-1] > 0


def test_too_few() -> None:
    s, t, h = sets(5, 30, 10, 30)
    with pytest.raises(DiptychError, match="train: 10 samples are too few"):
        authenticity(s, t, h)
    with pytest.raises(DiptychError, match="too few"):
        authenticity_gap(s, t, h)
