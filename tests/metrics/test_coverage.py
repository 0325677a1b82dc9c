from __future__ import annotations

import math

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics import blocks
from diptych.metrics import coverage as module
from diptych.metrics.coverage import Prdc, expected_coverage, prdc

PARTS = ("precision", "recall", "density", "coverage")


def values(found: Prdc) -> list[float]:
    return [getattr(found, part).value for part in PARTS]


def plain(x: np.ndarray, y: np.ndarray, k: int) -> list[float]:
    """The definitions, ball by ball."""

    def radius(rows: np.ndarray, i: int) -> float:
        return float(np.sort(np.linalg.norm(rows - rows[i], axis=1))[k])

    in_real = [[np.linalg.norm(s - y[i]) <= radius(y, i) for i in range(len(y))] for s in x]
    in_made = [[np.linalg.norm(r - x[j]) <= radius(x, j) for j in range(len(x))] for r in y]
    real = np.array(in_real)
    return [real.any(1).mean(), np.array(in_made).any(1).mean(), real.sum() / k / len(x), real.any(0).mean()]


def plain_squares(x: np.ndarray, y: np.ndarray, k: int) -> list[float]:
    """The same from squared distances, which are exact between whole numbers."""
    one, two, cross = (((a[:, None] - b) ** 2).sum(axis=2) for a, b in ((x, x), (y, y), (x, y)))
    of_x, of_y = (np.sort(own, axis=1)[:, k] for own in (one, two))
    real = cross <= of_y
    made = cross <= of_x[:, None]
    return [real.any(1).mean(), made.any(0).mean(), real.sum() / k / len(x), real.any(0).mean()]


def reach(rows: np.ndarray, inside: np.ndarray, k: int) -> np.ndarray:
    """Distance of each row to its k-th nearest among the rows `inside`, itself left out."""
    table = np.linalg.norm(rows[:, None] - rows[None, inside], axis=2)
    table[inside, np.arange(len(inside))] = np.inf
    return np.sort(table, axis=1)[:, k - 1]


@pytest.mark.parametrize(("n", "m", "k"), [(30, 30, 5), (20, 40, 3), (40, 20, 1)])
def test_the_definitions(n: int, m: int, k: int) -> None:
    chance = np.random.default_rng(n)
    x, y = chance.normal(0.5, 1, size=(n, 4)), chance.normal(size=(m, 4))
    found = prdc(x, y, k)
    assert values(found) == pytest.approx(plain(x, y, k))
    assert [getattr(found, part).n for part in PARTS] == [n, m, n, m]
    assert all("synthetic against" in getattr(found, part).notes[-1] for part in PARTS) == (n != m)


def test_a_set_against_itself() -> None:
    x = np.random.default_rng(0).normal(size=(50, 6))
    assert values(prdc(x, x, 5)) == [1, 1, pytest.approx(6 / 5), 1]
    twins = np.concatenate([x[:12]] * 6)
    assert values(prdc(twins, twins, 5)) == [1, 1, pytest.approx(6 / 5), 1]


@pytest.mark.parametrize("seed", range(4))
def test_ties_count_as_inside(seed: int) -> None:
    """On a grid many samples lie on the very edge of a ball, far from 0 as at 0."""
    chance = np.random.default_rng(seed)
    x, y = chance.integers(0, 4, size=(2, 60, 3)).astype(float)
    wanted = plain_squares(x, y, 4)
    for offset in (0.0, 1e6 / 7):
        assert values(prdc(x + offset, y + offset, 4)) == pytest.approx(wanted)


def test_one_outlier_does_not_make_all_alike() -> None:
    chance = np.random.default_rng(9)
    x, y = chance.normal(0.5, 1, size=(40, 4)), chance.normal(size=(40, 4))
    x[3] = y[7] = 1e7
    assert values(prdc(x, y, 3)) == pytest.approx(plain(x, y, 3), abs=0.02)


def test_each_failure_moves_its_own_shares() -> None:
    chance = np.random.default_rng(1)
    modes = 4 * np.eye(5)
    real, good = (modes[np.arange(100) % 5] + 0.3 * chance.normal(size=(100, 5)) for _ in range(2))
    dropped = modes[np.arange(100) % 2] + 0.3 * chance.normal(size=(100, 5))
    noisy = good + 2 * chance.normal(size=(100, 5))
    fine, few, loud = prdc(good, real), prdc(dropped, real), prdc(noisy, real)
    assert min(fine.precision.value, fine.recall.value, fine.coverage.value) > 0.75
    assert few.precision.value > 0.75
    assert few.density.value > 0.7
    assert few.recall.high < 0.6
    assert few.coverage.high < 0.6
    assert loud.precision.high < 0.5
    assert loud.density.high < 0.5


def test_copies_of_a_few_cover_only_those() -> None:
    real = np.random.default_rng(2).normal(size=(100, 8))
    found = prdc(np.repeat(real[:4], 25, axis=0), real)
    assert found.precision.value == 1
    assert found.recall.value == pytest.approx(0.04)
    assert found.coverage.value < 0.5


def test_what_coverage_to_expect() -> None:
    assert expected_coverage(10**6, 10**6, 5) == pytest.approx(1 - 2**-5, rel=1e-5)
    chance = np.random.default_rng(3)
    found = [
        prdc(chance.normal(size=(30, 2)), chance.normal(size=(20, 2)), 2).coverage.value for _ in range(200)
    ]
    expected = expected_coverage(30, 20, 2)
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / math.sqrt(200))


def test_intervals_cover() -> None:
    chance = np.random.default_rng(4)
    found = [prdc(chance.normal(0.3, 1, size=(60, 6)), chance.normal(size=(60, 6))) for _ in range(120)]
    for part in PARTS:
        shares = [getattr(one, part) for one in found]
        truth = np.mean([share.value for share in shares])
        assert np.mean([share.low <= truth <= share.high for share in shares]) > 0.88, part
        width = np.mean([share.high - share.low for share in shares]) / 3.92
        assert width == pytest.approx(np.std([share.value for share in shares]), rel=0.3), part


def test_every_part_is_counted_as_if_alone() -> None:
    """The two thirds behind the interval: balls of the members only, asked by all samples."""
    chance = np.random.default_rng(8)
    x, y, k = chance.normal(0.3, 1, size=(30, 3)), chance.normal(size=(36, 3)), 2
    balls = [module._balls(rows, k, np.zeros(3), chance) for rows in (x, y)]
    counts = module._count(x, y, *balls)
    for draw in (0, 1, 7):
        some, those = (np.flatnonzero(ball.member[draw]) for ball in balls)
        of_x, of_y = reach(x, some, k), reach(y, those, k)
        table = np.linalg.norm(x[:, None] - y[None], axis=2)
        assert (counts.around_synthetic[draw] == (table <= of_y)[:, those].sum(axis=1)).all()
        assert (counts.around_real[draw] == (table <= of_x[:, None])[some].sum(axis=0)).all()
        assert (counts.inside_real[draw] == (table <= of_y)[some].sum(axis=0)).all()


def test_nothing_in_common() -> None:
    chance = np.random.default_rng(5)
    found = prdc(chance.normal(size=(40, 3)), 100 + chance.normal(size=(40, 3)))
    assert values(found) == [0, 0, 0, 0]
    assert found.precision.high < 0.15
    assert math.isnan(found.density.high)
    assert "no interval" in found.density.notes[-1]


def test_chunks_change_nothing_and_a_seed_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = np.random.default_rng(6).normal(size=(2, 50, 4))
    whole = prdc(x, y)
    assert prdc(x, y) == whole
    assert prdc(x, y, seed=1).recall.high != whole.recall.high
    monkeypatch.setattr(blocks, "MOST", 7)
    assert prdc(x, y) == whole


def test_refusals() -> None:
    good = np.random.default_rng(7).normal(size=(12, 3))
    assert prdc(good, good, 5).precision.value == 1
    with pytest.raises(DiptychError, match="k = 6.*too few"):
        prdc(good, good, 6)
    with pytest.raises(DiptychError, match="k: 0"):
        prdc(good, good, 0)
    with pytest.raises(DiptychError, match="widths"):
        prdc(good, good[:, :2])
