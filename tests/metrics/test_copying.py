from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import rotate

from diptych.base.errors import DiptychError
from diptych.metrics.copying import TILTS, Search, copy_rate, copy_threshold, nearest


def scenes(n: int, seed: int) -> np.ndarray:
    """Smooth random pictures (n, 32, 48), uint8."""
    coarse = np.random.default_rng(seed).random((n, 8, 12))
    fine = coarse.repeat(4, 1).repeat(4, 2)
    for axis in (1, 2):
        fine = (np.roll(fine, 1, axis) + fine + np.roll(fine, -1, axis)) / 3
    return np.rint(255 * fine).astype(np.uint8)


def wide(n: int, seed: int) -> np.ndarray:
    """The same at twice the size and smoother, (n, 64, 96): turned by 4 degrees, an edge moves 3 pixels."""
    return scenes(n, seed).repeat(2, 1).repeat(2, 2)


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


@pytest.mark.parametrize("heldout", [30, 51, 136])
def test_the_copy_rate_of_new_images_is_one_percent_however_few_are_held_out(heldout: int) -> None:
    chance = np.random.default_rng(0)
    found = [copy_rate(chance.random(200), chance.random(heldout)) for _ in range(400)]
    # Rates below nothing are 0: what is left of the bias that the smallest distance would have, 1 / 31.
    assert np.mean([e.value for e in found]) == pytest.approx(0.01, abs=0.012 if heldout < 99 else 0.003)
    assert np.mean([e.low <= 0.01 <= e.high for e in found]) > 0.92
    told = " ".join(found[0].notes)
    assert ("smallest of the held-out" in told) == (heldout < 99)


def test_the_subjects_of_both_sides_count() -> None:
    chance = np.random.default_rng(1)
    made, new = np.r_[np.zeros(8), 1 + chance.random(52)], 1 + chance.random(60)
    names = [str(i // 2) for i in range(120)]
    once, twice = copy_rate(made, new), copy_rate(made.repeat(2), new.repeat(2), subjects=(names, names))
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.1)


def turned(stack: np.ndarray, degrees: float, fill: int = 0) -> np.ndarray:
    return rotate(stack, degrees, axes=(1, 2), reshape=False, order=1, mode="constant", cval=fill)


@pytest.mark.parametrize("degrees", [-5, -3, -2, 1, 3, 4])
@pytest.mark.parametrize("mirrored", [False, True])
def test_turned_copies_are_found_by_a_search_over_rotations(degrees: float, mirrored: bool) -> None:
    train, heldout = wide(30, 0), wide(40, 1)
    copies = turned(train[5:9], degrees)[:, :, :: -1 if mirrored else 1]
    search = Search(pool=4, rotations=TILTS)
    found, reference = nearest(copies, train, search), nearest(heldout, train, search)
    assert list(found.index) == [5, 6, 7, 8]
    assert (found.distance < copy_threshold(reference.distance)).all()


def test_upright_search_misses_what_rotations_find() -> None:
    train = wide(30, 0)
    copies = turned(train, 4)
    upright, tilted = nearest(copies, train, Search()), nearest(copies, train, Search(rotations=TILTS))
    assert (tilted.distance < 0.4 * upright.distance).all()


def test_a_rotation_of_nothing_changes_nothing() -> None:
    train, queries = scenes(10, 0), scenes(6, 3)
    plain, zero = nearest(queries, train), nearest(queries, train, Search(rotations=(0.0,)))
    assert (plain.distance == zero.distance).all()
    assert (plain.index == zero.index).all()


def test_what_a_turn_brings_in_from_beyond_the_frame_is_never_compared() -> None:
    train = wide(6, 0)
    search = Search(pool=1, shift=1, rotations=(6.0,))
    black, white = (nearest(turned(train, -6, fill), train, search).distance for fill in (0, 255))
    assert black == pytest.approx(white, abs=1e-3)
    assert (black < 0.2).all()


def test_refusals() -> None:
    with pytest.raises(DiptychError, match="differ"):
        nearest(np.zeros((1, 8, 8)), np.zeros((1, 8, 9)))
    with pytest.raises(DiptychError, match="too small"):
        nearest(np.zeros((1, 8, 8)), np.zeros((1, 8, 8)))
    with pytest.raises(DiptychError, match="too small to be shifted and turned"):
        nearest(np.zeros((1, 16, 64)), np.zeros((1, 16, 64)), Search(rotations=(10.0,)))
    with pytest.raises(DiptychError, match="beyond 45 degrees"):
        nearest(np.zeros((1, 64, 64)), np.zeros((1, 64, 64)), Search(rotations=(90.0,)))
    with pytest.raises(DiptychError, match="too few"):
        nearest(np.zeros((1, 32, 32)), np.zeros((0, 32, 32)))
    with pytest.raises(DiptychError, match="held-out"):
        copy_rate(np.zeros(3), np.zeros(0))
