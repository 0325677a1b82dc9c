from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import mannwhitneyu, norm

from diptych.base.errors import DiptychError
from diptych.metrics.data_copying import data_copying, k_means


def sets(seed: int, *sizes: int, width: int = 4) -> list[np.ndarray]:
    chance = np.random.default_rng(seed)
    return [chance.normal(size=(size, width)) for size in sizes]


def z_score(s: np.ndarray, t: np.ndarray, h: np.ndarray) -> float:
    ours, theirs = cdist(s, t).min(axis=1), cdist(h, t).min(axis=1)
    test = mannwhitneyu(ours, theirs, alternative="less", method="asymptotic", use_continuity=False)
    return float(norm.ppf(test.pvalue))


def test_one_cell_is_the_mann_whitney_test() -> None:
    s, t, h = sets(0, 60, 50, 40)
    found = data_copying(s, t, h, cells=1)
    assert found.value == pytest.approx(z_score(s, t, h))
    assert f"p = {norm.cdf(found.value):.2g}" in found.notes[0]


def test_cells_are_weighted_by_what_they_hold_of_the_held_out_records() -> None:
    s, t, h = sets(1, 120, 80, 60)
    at = np.array([0.0, 50.0])
    for rows, count in ((s, 40), (t, 30), (h, 15)):
        rows[:count, 0] += 50
    parts = [[rows[abs(rows[:, 0] - place) < 25] for rows in (s, t, h)] for place in at]
    expected = sum(len(part[2]) * z_score(*part) for part in parts) / 60
    assert data_copying(s, t, h, cells=2).value == pytest.approx(expected)


def test_a_cell_without_enough_synthetic_records_is_left_out() -> None:
    s, t, h = sets(2, 60, 60, 60)
    t[:30, 0] += 50
    h[:15, 0] += 50
    found = data_copying(s, t, h, cells=2)
    assert found.value == pytest.approx(z_score(s, t[30:], h[15:]))
    assert found.notes[1] == "1 of 2 cells judged, which hold 75% of the held-out records"


def test_new_records_score_nothing_and_the_interval_says_so() -> None:
    found = [data_copying(*sets(seed, 80, 60, 60), cells=2) for seed in range(40)]
    values = np.array([e.value for e in found])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(40)
    assert np.mean([e.low <= 0 <= e.high for e in found]) > 0.84


def test_copies_score_low_and_blur_scores_high() -> None:
    new, t, h = sets(3, 200, 150, 150)
    copies = t + np.random.default_rng(4).normal(0, 0.05, t.shape)
    copied, fitted, spread = (data_copying(rows, t, h) for rows in (copies, new, 2 * new))
    assert copied.value < -3
    assert copied.high < 0
    assert fitted.low < 0 < fitted.high
    assert spread.low > 0
    assert data_copying(t, t, h).high < -3


def test_the_seed_decides() -> None:
    s, t, h = sets(5, 100, 100, 100)
    assert data_copying(s, t, h, seed=1) == data_copying(s, t, h, seed=1)


def test_cells_are_found() -> None:
    chance = np.random.default_rng(6)
    centres = chance.normal(0, 50, (4, 3))
    of = chance.integers(0, 4, 200)
    found, cell = k_means(centres[of] + chance.normal(size=(200, 3)), 4, seed=2)
    assert len(set(zip(of.tolist(), cell.tolist(), strict=True))) == 4
    assert np.sort(cdist(found, centres).min(axis=1))[-1] < 1


def test_every_row_is_in_its_nearest_cell_and_every_centre_in_the_middle() -> None:
    (rows,) = sets(7, 300)
    centres, cell = k_means(rows, 6)
    assert (cell == cdist(rows, centres).argmin(axis=1)).all()
    assert centres == pytest.approx(np.stack([rows[cell == i].mean(axis=0) for i in range(6)]))


def test_equal_rows_make_fewer_cells() -> None:
    centres, cell = k_means(np.repeat([[0.0], [1.0]], 5, axis=0), 4)
    assert sorted(centres[:, 0]) == [0, 1]
    assert len(cell) == 10


def test_refusals() -> None:
    s, t, h = sets(8, 30, 30, 30)
    with pytest.raises(DiptychError, match="no cell has 20 synthetic records"):
        data_copying(s, t, h, cells=5)
    with pytest.raises(DiptychError, match="31 is not within 1..30"):
        k_means(t, 31)
    with pytest.raises(DiptychError, match="too few"):
        data_copying(s[:10], t, h, cells=1)
