"""The same image twice under one subject is no second witness: intervals stay as wide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diptych.evaluation.candidates import Candidate, of_samples
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures import MEASURES
from diptych.metrics.estimate import Estimate
from diptych.phantoms import draw_many

SIZE = (64, 128)
MANY = ("label-agreement", "membership")
"""They need more images than these tests draw: tests/metrics holds them to the same."""
NAMES = [name for name in MEASURES if MEASURES.card(name).by_subject and name not in MANY]


@pytest.fixture(scope="module")
def teeth() -> Candidate:
    return of_samples(draw_many("panoramic", 72, 0, SIZE), "phantoms", "panoramic", SIZE)


def shaky(known: Candidate) -> Evidence:
    """A judge who sees the right mask a little off, and some images mirrored."""
    chance = np.random.default_rng(0)
    seen = {}
    for image, mask in zip(known.images, known.masks, strict=True):
        moved = np.roll(mask, tuple(chance.integers(-3, 4, 2)), (0, 1))
        seen[image.tobytes()] = moved[:, ::-1] if chance.random() < 0.2 else moved
    judge = lambda images: np.stack([seen[image.tobytes()] for image in images])  # noqa: E731
    return Evidence(reference=known.part(range(24, 48)), train=known.part(range(48, 72)), judge=judge)


def twice(candidate: Candidate) -> Candidate:
    return replace(candidate.part(np.repeat(np.arange(len(candidate)), 2)), whole=None, rows=())


def width(found: Estimate) -> float:
    return found.high - found.low


@pytest.mark.parametrize("name", NAMES)
def test_doubling_every_image_does_not_narrow_the_interval(name: str, teeth: Candidate) -> None:
    evidence = shaky(teeth)
    # Three copies among them, so that the copy rate is neither nothing nor all.
    rows = [*range(21), 48, 49, 50]
    made = teeth.part(rows)
    doubled = replace(evidence, reference=twice(evidence.reference), kept={})
    once, both = MEASURES[name](made, evidence), MEASURES[name](twice(made), doubled)
    assert both.value == pytest.approx(once.value, rel=0.05, abs=0.02)
    assert width(both) > 0.9 * width(once) > 0
