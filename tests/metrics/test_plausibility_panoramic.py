from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.plausibility_panoramic import panoramic_scores
from diptych.metrics.ranges import plausible_rates
from diptych.phantoms import draw_many

Pairs = tuple[np.ndarray, np.ndarray]


@cache
def pairs() -> Pairs:
    """Stand-ins for real images."""
    samples = list(draw_many("panoramic", 40, 0, (96, 192)))
    return np.stack([s.image for s in samples]), np.stack([s.masks["teeth"] for s in samples])


@cache
def real() -> dict[str, np.ndarray]:
    return panoramic_scores(*pairs())


def rates(images: np.ndarray, masks: np.ndarray) -> dict[str, float]:
    return {
        name: rate.value for name, rate in plausible_rates(panoramic_scores(images, masks), real()).items()
    }


def shuffled(masks: np.ndarray) -> np.ndarray:
    """Every tooth gets another's number."""
    chance = np.random.default_rng(0)
    renamed = masks.copy()
    for mask in renamed:
        codes = np.unique(mask)[1:]
        table = np.zeros(256, np.uint8)
        table[codes] = chance.permutation(codes)
        mask[:] = table[mask]
    return renamed


def test_new_phantoms_are_plausible() -> None:
    samples = list(draw_many("panoramic", 12, 1000, (96, 192)))
    found = rates(np.stack([s.image for s in samples]), np.stack([s.masks["teeth"] for s in samples]))
    assert min(rate for name, rate in found.items() if name != "every score") > 0.7
    assert (found["tooth order"], found["upper above lower"]) == (1, 1)


CONTROLS = {
    "mirrored": (lambda i, m: (i[:, :, ::-1], m[:, :, ::-1]), ("tooth order", "tooth spacing")),
    "image mirrored": (lambda i, m: (i[:, :, ::-1], m), ()),
    "teeth shuffled": (lambda i, m: (i, shuffled(m)), ("tooth order", "row asymmetry", "occlusal line")),
    "upside down": (lambda i, m: (i[:, ::-1], m[:, ::-1]), ("upper above lower",)),
    "halves swapped": (lambda i, m: (np.roll(i, 96, 2), np.roll(m, 96, 2)), ("tooth order",)),
    "noise": (lambda i, m: (np.random.default_rng(0).integers(0, 256, i.shape), m), ("image symmetry",)),
    "flat": (lambda i, m: (np.full_like(i, 90), m), ("image symmetry",)),
    "one image for all": (lambda i, m: (i.mean(0, keepdims=True).repeat(len(i), 0), m), ("image symmetry",)),
    "constant mask": (lambda i, m: (i, np.full_like(m, 11)), ("tooth count", "tooth size")),
    "empty mask": (lambda i, m: (i, np.zeros_like(m)), ("tooth count",)),
    "scattered mask": (
        lambda i, m: (i, np.random.default_rng(0).permuted(m.reshape(len(m), -1), axis=1).reshape(m.shape)),
        ("tooth order", "tooth spacing"),
    ),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_negative_controls(name: str) -> None:
    spoil, caught = CONTROLS[name]
    found = rates(*spoil(*pairs()))
    assert found["every score"] < 0.4
    assert all(found[score] < 0.15 for score in caught), found


def test_the_rhythm_needs_the_teeth_of_this_very_image() -> None:
    images, masks = pairs()
    own = real()["row rhythm"]
    for other in (np.roll(images, 1, 0), images[:, ::-1], images[:, :, ::-1], np.roll(images, 96, 2)):
        rhythm = panoramic_scores(other, masks)["row rhythm"]
        assert abs(np.nanmedian(rhythm)) < 0.12 < 0.3 < np.nanmedian(own)


def test_by_hand() -> None:
    """A drawn row: two jaws of eight bright teeth, ten pixels apart."""
    mask, image = np.zeros((1, 60, 120), np.uint8), np.zeros((1, 60, 120))
    for jaw, codes in enumerate(((14, 13, 12, 11, 21, 22, 23, 24), (44, 43, 42, 41, 31, 32, 33, 34))):
        for place, code in enumerate(codes):
            rows, columns = slice(15 + 15 * jaw, 28 + 15 * jaw), slice(20 + 10 * place, 27 + 10 * place)
            mask[0, rows, columns] = code
            image[0, rows, columns] = 100
    found = {name: float(values[0]) for name, values in panoramic_scores(image, mask).items()}
    assert found["row asymmetry"] == found["occlusal line"] - found["occlusal line"] == 0
    assert found["tooth spacing"] == pytest.approx(10 / 120)
    assert found["tooth size"] == pytest.approx(13 * 7 / 7200)
    assert (found["tooth count"], found["tooth order"], found["upper above lower"]) == (16, 1, 1)
    assert found["occlusal line"] == pytest.approx(0, abs=1e-9)
    assert found["row rhythm"] > 0.8
    mask[0, 30:43] = mask[0, 30:43, ::-1]
    assert panoramic_scores(image, mask)["tooth order"].item() == pytest.approx(0.5)


def test_few_teeth_are_not_judged_by_their_row() -> None:
    mask = np.zeros((1, 60, 120), np.uint8)
    mask[0, 20:30, 20:28] = 16
    found = panoramic_scores(np.ones((1, 60, 120)), mask)
    judged = {name for name, values in found.items() if np.isfinite(values.astype(float)).all()}
    assert judged == {"image symmetry", "tooth count", "tooth size", "upper above lower"}


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="differ"):
        panoramic_scores(np.zeros((1, 4, 4)), np.zeros((1, 4, 5), np.uint8))
