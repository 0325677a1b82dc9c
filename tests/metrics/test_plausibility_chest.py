from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.plausibility_chest import chest_scores
from diptych.metrics.ranges import plausible_rates
from diptych.phantoms import draw_many

RENAMED = np.array([0, 2, 1], np.uint8)


@cache
def pairs() -> tuple[np.ndarray, np.ndarray]:
    """Stand-ins for real images."""
    samples = list(draw_many("chest", 40, 0, (64, 64)))
    return np.stack([s.image for s in samples]), np.stack([s.masks["lungs"] for s in samples])


@cache
def real() -> dict[str, np.ndarray]:
    return chest_scores(*pairs())


def rates(images: np.ndarray, masks: np.ndarray) -> dict[str, float]:
    return {name: rate.value for name, rate in plausible_rates(chest_scores(images, masks), real()).items()}


def test_new_phantoms_are_plausible() -> None:
    samples = list(draw_many("chest", 12, 1000, (64, 64)))
    found = rates(np.stack([s.image for s in samples]), np.stack([s.masks["lungs"] for s in samples]))
    assert min(rate for name, rate in found.items() if name != "every score") > 0.7
    assert found["lawful lungs"] == 1


CONTROLS = {
    "mirrored": (lambda i, m: (i[:, :, ::-1], RENAMED[m[:, :, ::-1]]), ("heart side",)),
    "mirrored, sides not renamed": (lambda i, m: (i[:, :, ::-1], m[:, :, ::-1]), ("lawful lungs",)),
    "sides renamed": (lambda i, m: (i, RENAMED[m]), ("lawful lungs",)),
    "upside down": (lambda i, m: (i[:, ::-1], m[:, ::-1]), ("upright",)),
    "halves swapped": (lambda i, m: (np.roll(i, 32, 2), np.roll(m, 32, 2)), ("lawful lungs",)),
    "noise": (
        lambda i, m: (np.random.default_rng(0).integers(0, 256, i.shape), m),
        ("lung darkness", "image symmetry"),
    ),
    "flat": (lambda i, m: (np.full_like(i, 90), m), ("lung darkness", "image symmetry")),
    "negative": (lambda i, m: (255 - i, m), ("lung darkness", "heart side")),
    "one image for all": (lambda i, m: (i.mean(0, keepdims=True).repeat(len(i), 0), m), ("image symmetry",)),
    "constant mask": (lambda i, m: (i, np.ones_like(m)), ("lawful lungs", "lung share", "right share")),
    "one lung": (lambda i, m: (i, np.where(m == 2, 0, m)), ("lawful lungs", "field symmetry", "right share")),
    "empty mask": (lambda i, m: (i, np.zeros_like(m)), ("lawful lungs", "lung share")),
    "scattered mask": (
        lambda i, m: (i, np.random.default_rng(0).permuted(m.reshape(len(m), -1), axis=1).reshape(m.shape)),
        ("lawful lungs", "lung darkness"),
    ),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_negative_controls(name: str) -> None:
    spoil, caught = CONTROLS[name]
    found = rates(*spoil(*pairs()))
    assert found["every score"] < 0.15
    assert all(found[score] < 0.15 for score in caught), found


def test_mirrored_images_change_the_sign_of_the_heart() -> None:
    images, masks = pairs()
    turned = chest_scores(images[:, :, ::-1], RENAMED[masks[:, :, ::-1]])["heart side"]
    np.testing.assert_allclose(turned, -real()["heart side"])
    assert (real()["heart side"] > 0).mean() > 0.9


def test_by_hand() -> None:
    """Two dark rectangles in a bright chest, a brighter heart beside the middle."""
    image, mask = np.full((1, 40, 40), 100.0), np.zeros((1, 40, 40), np.uint8)
    mask[0, 10:30, 5:15], mask[0, 10:30, 25:35] = 1, 2
    image[mask > 0] = 20
    image[0, 18:26, 20:25] = 200
    found = {name: float(values[0]) for name, values in chest_scores(image, mask).items()}
    assert found["lung share"] == pytest.approx(400 / 1600)
    assert (found["right share"], found["lawful lungs"]) == (0.5, 1)
    assert found["field symmetry"] == pytest.approx(1)
    assert found["heart side"] > 0.5
    assert found["upright"] == 0
    between = (200 * 100 - 40 * 100 + 40 * 200) / 200
    assert found["lung darkness"] == pytest.approx((between - 20) / image.std())
    crumb, torn = mask.copy(), mask.copy()
    crumb[0, 2, 2] = 1
    torn[0, 18:22, 5:15] = 0
    assert chest_scores(image, crumb)["lawful lungs"].item()
    assert not chest_scores(image, torn)["lawful lungs"].item()


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="differ"):
        chest_scores(np.zeros((1, 4, 4)), np.zeros((1, 4, 5), np.uint8))
