from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.copying import Nearest, Search, nearest
from diptych.metrics.nearest_pairs import nearest_pairs, nearest_records


def test_pairs_in_order() -> None:
    synthetic = Nearest(np.array([0.5, 0.1, 0.9, 0.1]), np.array([7, 3, 1, 4]))
    heldout = Nearest(np.array([0.2, 0.4, 0.6, 0.8]), np.arange(4))
    pairs = nearest_pairs(synthetic, heldout, 3)
    assert pairs.synthetic.tolist() == [1, 3, 0]
    assert pairs.train.tolist() == [3, 4, 7]
    assert pairs.distance.tolist() == [0.1, 0.1, 0.5]
    assert pairs.rank.tolist() == [0, 0, 0.5]
    assert pairs.typical == pytest.approx(0.5)
    assert len(nearest_pairs(synthetic, heldout).synthetic) == 4


def test_copies_come_first_in_features_and_in_images() -> None:
    chance = np.random.default_rng(0)
    train, heldout, new = (chance.normal(size=(n, 12, 16)) for n in (30, 30, 20))
    made = np.concatenate([new, train[[9, 4]] + 0.05 * chance.normal(size=(2, 12, 16))])
    flat = [rows.reshape(len(rows), -1) for rows in (made, heldout, train)]
    search = Search(pool=1, shift=0)
    for found in (
        nearest_pairs(nearest_records(flat[0], flat[2]), nearest_records(flat[1], flat[2]), 2),
        nearest_pairs(nearest(made, train, search), nearest(heldout, train, search), 2),
    ):
        assert set(zip(found.synthetic.tolist(), found.train.tolist(), strict=True)) == {(20, 9), (21, 4)}
        assert (found.distance < found.typical / 5).all()
        assert (found.rank == 0).all()


def test_nothing_to_compare_with() -> None:
    one, none = Nearest(np.ones(1), np.zeros(1, int)), Nearest(np.ones(0), np.zeros(0, int))
    with pytest.raises(DiptychError, match="heldout: 0 samples are too few"):
        nearest_pairs(one, none)
