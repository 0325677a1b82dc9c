from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.copying import Search, copy_rate, nearest


def scenes(n: int, seed: int) -> np.ndarray:
    """Smooth random pictures (n, 32, 48), uint8."""
    coarse = np.random.default_rng(seed).random((n, 8, 12))
    fine = coarse.repeat(4, 1).repeat(4, 2)
    for axis in (1, 2):
        fine = (np.roll(fine, 1, axis) + fine + np.roll(fine, -1, axis)) / 3
    return np.rint(255 * fine).astype(np.uint8)


COPIES = {
    "the same": lambda x: x,
    "mirrored": lambda x: x[:, :, ::-1],
    "upside down": lambda x: x[:, ::-1],
    "turned": lambda x: x[:, ::-1, ::-1],
    "shifted": lambda x: np.roll(x, (2, -4), (1, 2)),
    "mirrored and shifted": lambda x: np.roll(x[:, :, ::-1], (-4, 2), (1, 2)),
    "darker": lambda x: (x * 0.5 + 10).astype(np.uint8),
    "noisy": lambda x: np.clip(x + np.random.default_rng(9).normal(0, 8, x.shape), 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_found(kind: str) -> None:
    train, heldout = scenes(30, 0), scenes(40, 1)
    copies = COPIES[kind](train[5:9])
    found = nearest(copies, train)
    assert list(found.index) == [5, 6, 7, 8]
    reference = nearest(heldout, train)
    assert (found.distance < 0.5 * reference.distance.min()).all()
    made = np.concatenate([copies, scenes(36, 2)])
    planted = copy_rate(nearest(made, train).distance, reference.distance)
    assert planted.low <= 0.1 <= planted.high
    assert 0.1 <= planted.value <= 0.2


def test_exact_distances() -> None:
    train = scenes(3, 0)
    assert nearest(train, train, Search(pool=1, shift=0)).distance == pytest.approx(0, abs=2e-3)
    negative = nearest(255 - train[:1], train[:1], Search(pool=1, shift=0)).distance
    assert negative[0] > 1
    flat = np.full((1, 32, 48), 7, np.uint8)
    assert nearest(flat, train).distance == pytest.approx(np.sqrt(2))


def test_new_images_are_no_copies() -> None:
    train = scenes(50, 0)
    new, heldout = nearest(scenes(100, 4), train), nearest(scenes(100, 5), train)
    found = copy_rate(new.distance, heldout.distance)
    assert found.value <= 0.06
    assert "percentile 1 of 100" in found.notes[0]


def test_refusals() -> None:
    with pytest.raises(DiptychError, match="differ"):
        nearest(np.zeros((1, 8, 8)), np.zeros((1, 8, 9)))
    with pytest.raises(DiptychError, match="too small"):
        nearest(np.zeros((1, 8, 8)), np.zeros((1, 8, 8)))
    with pytest.raises(DiptychError, match="too few"):
        nearest(np.zeros((1, 32, 32)), np.zeros((0, 32, 32)))
    with pytest.raises(DiptychError, match="held-out"):
        copy_rate(np.zeros(3), np.zeros(0))
