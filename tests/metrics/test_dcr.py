from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from diptych.base.errors import DiptychError
from diptych.metrics import dcr as module
from diptych.metrics.dcr import dcr_share


def plain(s: np.ndarray, t: np.ndarray, h: np.ndarray) -> float:
    a, b = cdist(s, t).min(axis=1), cdist(s, h).min(axis=1)
    return float(((a < b) + 0.5 * (a == b)).mean())


def normal(seed: int, *sizes: int, width: int = 6) -> list[np.ndarray]:
    chance = np.random.default_rng(seed)
    return [chance.normal(size=(size, width)) for size in sizes]


def test_the_formula_at_equal_sizes() -> None:
    s, t, h = normal(0, 50, 30, 30)
    assert dcr_share(s, t, h).value == pytest.approx(plain(s, t, h), abs=1e-12)


@pytest.mark.parametrize("sizes", [(20, 22), (22, 20)])
def test_unequal_sizes_are_the_mean_over_all_choices(sizes: tuple[int, int]) -> None:
    s, t, h = normal(1, 40, *sizes)
    n, m = sizes
    small = min(n, m)
    every = [
        plain(s, t[list(i)], h[list(j)])
        for i in combinations(range(n), small)
        for j in combinations(range(m), small)
    ]
    assert dcr_share(s, t, h).value == pytest.approx(np.mean(every), abs=1e-4)


def test_names_can_be_exchanged() -> None:
    s, t, h = normal(2, 60, 90, 25)
    there, back = dcr_share(s, t, h), dcr_share(s, h, t)
    assert there.value == pytest.approx(1 - back.value)
    assert there.low == pytest.approx(1 - back.high)


def test_size_alone_is_no_copying() -> None:
    found = [dcr_share(*normal(seed, 100, 300, 40)).value for seed in range(40)]
    assert abs(np.mean(found) - 0.5) < 4 * np.std(found) / np.sqrt(40)


@pytest.mark.parametrize(("sizes", "width"), [((100, 60, 60), 2), ((600, 40, 40), 16), ((100, 120, 40), 8)])
def test_interval_covers_new_records(sizes: tuple[int, int, int], width: int) -> None:
    found = [dcr_share(*normal(seed, *sizes, width=width)) for seed in range(80)]
    assert np.mean([e.low <= 0.5 <= e.high for e in found]) > 0.88
    naive = 1.96 * np.sqrt(0.25 / sizes[0])
    if sizes[0] > 10 * sizes[1]:
        assert np.mean([abs(e.value - 0.5) < naive for e in found]) < 0.8


def test_the_training_set_itself() -> None:
    _, t, h = normal(3, 20, 40, 40)
    found = dcr_share(t, t, h)
    assert (found.value, found.high, found.n) == (1, 1, 40)
    assert found.low > 0.9
    assert "synthetic to train 0," in found.notes[0]
    assert dcr_share(h, t, h).value == 0


def test_many_copies_of_one_record_are_one_piece_of_news() -> None:
    _, t, h = normal(6, 20, 40, 40)
    one = dcr_share(t[:1] + np.random.default_rng(7).normal(0, 1e-3, (200, 6)), t, h)
    assert (one.value, one.n) == (1, 200)
    assert one.low < 0.3


def test_ties_count_half() -> None:
    line = np.arange(20.0)[:, None]
    between = line + 0.25
    assert dcr_share(between, line, line + 0.5).value == 0.5


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    s, t, h = normal(4, 70, 50, 30)
    whole = dcr_share(s, t, h)
    monkeypatch.setattr(module, "HELD", 100)
    assert dcr_share(s, t, h).value == pytest.approx(whole.value, rel=1e-12)
    assert "compared at 30 each" in whole.notes[1]


def test_too_few() -> None:
    s, t, h = normal(5, 30, 30, 19)
    with pytest.raises(DiptychError, match="heldout: 19 samples are too few; give at least 20"):
        dcr_share(s, t, h)
