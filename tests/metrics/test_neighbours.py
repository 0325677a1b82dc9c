from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.metrics import blocks
from diptych.metrics.neighbours import knn_distances, own_neighbours, square_distances


def plain(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """All distances, by subtraction."""
    return np.sqrt(((x[:, None] - y[None]) ** 2).sum(axis=2))


@given(
    n=st.integers(1, 12),
    m=st.integers(2, 12),
    d=st.integers(1, 5),
    k=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_the_same_as_sorting_all_distances(n: int, m: int, d: int, k: int, seed: int) -> None:
    chance, k = np.random.default_rng(seed), min(k, m)
    x, y = chance.normal(size=(n, d)), chance.normal(size=(m, d))
    distances, indices = knn_distances(x, y, k)
    table = plain(x, y)
    assert (indices == np.argsort(table, axis=1)[:, :k]).all()
    assert distances == pytest.approx(np.sort(table, axis=1)[:, :k], rel=1e-12)
    assert distances.dtype == np.float64
    assert indices.dtype == np.int64


@pytest.mark.parametrize("k", [1, 5, 40, 300, 599])
def test_the_sieve_loses_no_neighbour(k: int) -> None:
    """Among more references than there are groups, also where they tie or stand in order of distance."""
    chance = np.random.default_rng(k)
    plane = chance.normal(size=(600, 2))
    ordered = plane[np.argsort(np.linalg.norm(plane, axis=1))]
    levels = chance.integers(0, 4, size=(600, 2)).astype(float)
    for rows in (plane, ordered, levels):
        table = plain(rows, rows)
        wanted = np.sort(table + np.diag(np.full(600, np.inf)), axis=1)[:, :k]
        found, indices = knn_distances(rows, rows, k, exclude_self=True)
        assert np.allclose(found, wanted, rtol=1e-12, atol=0)
        assert all(len(set(row)) == k and i not in row for i, row in enumerate(indices.tolist()))
        squares, fellows = own_neighbours(rows, k)
        assert np.allclose(squares, wanted**2, rtol=0, atol=1e-12)
        assert np.allclose(np.take_along_axis(table, fellows, axis=1), wanted, rtol=0, atol=1e-12)


def test_one_record_far_out_moves_nothing() -> None:
    chance = np.random.default_rng(4)
    x, far = chance.normal(size=(80, 3)), np.full((1, 3), 1e9)
    squares = np.concatenate([rows.copy() for _, rows in square_distances(x, np.concatenate([x, far]))])
    assert squares[:, :-1] == pytest.approx(plain(x, x) ** 2, abs=1e-12)


def test_not_its_own_neighbour_but_its_twin_is() -> None:
    x = np.random.default_rng(0).normal(size=(6, 3))
    twins = np.concatenate([x, x])
    distances, indices = knn_distances(twins, twins, 1, exclude_self=True)
    assert (distances == 0).all()
    assert (indices[:, 0] == (np.arange(12) + 6) % 12).all()
    assert (knn_distances(x, x, 1)[1][:, 0] == np.arange(6)).all()


def test_duplicates_are_at_zero_however_far_out() -> None:
    x = 1e6 + np.random.default_rng(1).normal(size=(40, 64))
    distances, indices = knn_distances(x, x, 1)
    assert (distances == 0).all()
    assert (indices[:, 0] == np.arange(40)).all()
    near = x + 1e-4
    assert knn_distances(near, x, 1)[0] == pytest.approx(8e-4, rel=1e-3)


def test_ties_go_to_the_first() -> None:
    square = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    distances, indices = knn_distances(np.zeros((1, 2)), square, 4)
    assert list(indices[0]) == [0, 1, 2, 3]
    assert list(distances[0]) == [1, 1, 1, 1]


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = np.random.default_rng(2).normal(size=(2, 23, 4))
    whole, alone = knn_distances(x, y, 3), knn_distances(x, x, 3, exclude_self=True)
    monkeypatch.setattr(blocks, "MOST", 5)
    for before, after in (
        (whole, knn_distances(x, y, 3)),
        (alone, knn_distances(x, x, 3, exclude_self=True)),
    ):
        assert (before[0] == after[0]).all()
        assert (before[1] == after[1]).all()
    squares = np.concatenate([rows.copy() for _, rows in square_distances(x, y)])
    assert squares == pytest.approx(plain(x, y) ** 2)


def test_refusals() -> None:
    good = np.random.default_rng(3).normal(size=(5, 3))
    with pytest.raises(DiptychError, match="6 neighbours of 5"):
        knn_distances(good, good, 6)
    with pytest.raises(DiptychError, match="5 neighbours of 4"):
        knn_distances(good, good, 5, exclude_self=True)
    with pytest.raises(DiptychError, match="not the same rows"):
        knn_distances(good[:4], good, 1, exclude_self=True)
    with pytest.raises(DiptychError, match="widths 2 and 3"):
        knn_distances(good[:, :2], good, 1)
    with pytest.raises(DiptychError, match="queries.*finite"):
        knn_distances(np.full((2, 3), np.inf), good, 1)
