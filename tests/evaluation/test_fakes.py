"""Four fakes that pose as a synthetic cohort, each put through a whole comparison."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from diptych.evaluation import fakes
from diptych.evaluation import protocol as protocols
from diptych.evaluation.candidates import Candidate, of_samples
from diptych.evaluation.compare import Instruments, Outcome, Sides, compare, deciding
from diptych.evaluation.rows import Row
from diptych.phantoms import draw_many

SIZE = (64, 64)
MEASURES = (
    "kid",
    "coverage",
    "vendi-ratio",
    "mask-agreement",
    "copy-rate",
    "dcr-share",
    "plausibility",
)
BAD = "at bad reference"


def thumbnails(images: np.ndarray) -> np.ndarray:
    """Brightness of 64 squares, and how rough each is."""
    squares = images.reshape(len(images), 8, 8, 8, 8).astype(np.float32) / 255 - 0.5
    rough = squares.std(axis=(2, 4)) * 4
    return np.concatenate([squares.mean(axis=(2, 4)), rough], axis=1).reshape(len(images), -1)


@cache
def everything() -> Candidate:
    return of_samples(draw_many("chest", 180, 0, SIZE), "phantoms", "chest", SIZE)


def atlas(images: np.ndarray) -> np.ndarray:
    """A judge: the mask of the known image that is most like each, mirrored ones left aside."""
    known = everything()
    ours, theirs = (standard(stack) for stack in (images, known.images))
    return known.masks[(ours @ theirs.T).argmax(axis=1)]


def standard(stack: np.ndarray) -> np.ndarray:
    rows = stack.reshape(len(stack), -1).astype(np.float64)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def roles() -> tuple[Candidate, Candidate, Candidate]:
    """Fresh, held-out and training images."""
    whole = everything()
    return whole.part(range(40)), whole.part(range(40, 120)), whole.part(range(120, 180))


FAKES = {
    "one mask": lambda fresh, train: fakes.one_mask(fresh),
    "empty masks": lambda fresh, train: replace(fresh, masks=np.zeros_like(fresh.masks)),
    "mean image": lambda fresh, train: fakes.mean_image(fresh),
    "four training images": lambda fresh, train: fakes.few_copied(fresh, train, kept=4),
    "cartoon": lambda fresh, train: fakes.cartoon(fresh),
}


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of a fake; all are compared in one go, beside images that are none."""
    found = [row for row in compared().rows if row.group == "all"]
    return tuple(row if name == "none" else replace(row, estimate=dict(row.others)[name]) for row in found)


@cache
def compared() -> Outcome:
    fresh, heldout, train = roles()
    whole = protocols.load(protocols.DEFAULT)
    kept = [item for item in whole.measures if item.name in MEASURES]
    small = tuple(replace(i, extractors=("thumbnails",) if i.extractors else ()) for i in kept)
    others = tuple(replace(make(fresh, train), name=name) for name, make in FAKES.items())
    sides = Sides(synthetic=fresh, heldout=heldout, train=train, others=others)
    tools = Instruments(extractors={"thumbnails": thumbnails}, judge=atlas)
    return compare(sides, replace(whole, measures=small), tools)


def words(name: str) -> dict[str, str]:
    """The verdict of each axis."""
    return {axis: row.verdict for axis, row in deciding(rows(name))}


CAUGHT = {
    "one mask": ("alignment",),
    "empty masks": ("alignment", "plausibility"),
    "mean image": ("fidelity", "diversity", "alignment"),
    "four training images": ("diversity", "privacy"),
    "cartoon": ("fidelity", "plausibility"),
}


@pytest.mark.parametrize("name", CAUGHT)
def test_a_fake_is_at_the_bad_reference_of_the_axes_that_it_fails(name: str) -> None:
    assert {axis: words(name)[axis] for axis in CAUGHT[name]} == dict.fromkeys(CAUGHT[name], BAD)


REASONS = {
    "one mask": {"mask-agreement": BAD},
    "mean image": {"kid": BAD, "coverage": BAD, "vendi-ratio": BAD, "copy-rate": "within floor"},
    "four training images": {"copy-rate": BAD, "coverage": BAD, "vendi-ratio": BAD},
    "cartoon": {"kid": BAD, "plausibility": BAD, "copy-rate": "within floor"},
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_is_the_measure_that_should_see_it(name: str) -> None:
    found = {row.metric: row.verdict for row in rows(name)}
    assert {measure: found[measure] for measure in REASONS[name]} == REASONS[name]


def test_the_same_images_without_a_fake_pass() -> None:
    found = words("none")
    assert set(found) == {"fidelity", "diversity", "alignment", "privacy", "plausibility"}
    assert not {"between", BAD} & set(found.values()), found
