from __future__ import annotations

import numpy as np
import pytest

from diptych.evaluation import candidates, fakes
from diptych.evaluation.candidates import Candidate, of_samples
from diptych.evaluation.evidence import Evidence
from diptych.metrics.copying import copy_rate, nearest
from diptych.phantoms import draw_many


@pytest.fixture(scope="module")
def phantoms() -> Candidate:
    return of_samples(draw_many("chest", 24, 0, (64, 64)), "phantoms", "chest", (64, 64))


def test_parts_of_parts_know_their_place_in_the_whole(phantoms: Candidate) -> None:
    part = phantoms.part([5, 7, 9, 11]).part([1, 3])
    assert part.rows == (7, 11)
    assert part.whole is phantoms
    assert np.array_equal(part.images, phantoms.images[[7, 11]])
    assert part.subjects == (phantoms.subjects[7], phantoms.subjects[11])


def test_what_was_computed_for_the_whole_serves_its_parts(phantoms: Candidate) -> None:
    calls = []

    def extract(images: np.ndarray) -> np.ndarray:
        calls.append(len(images))
        return images.reshape(len(images), -1)[:, :7].astype(np.float32)

    evidence = Evidence(reference=phantoms, extract=extract, extractor="first pixels")
    whole = evidence.features(phantoms)
    assert np.array_equal(evidence.features(phantoms.part([3, 1])), whole[[3, 1]])
    assert calls == [24]


@pytest.mark.parametrize(
    "spoil",
    [candidates.blurred, candidates.noisy, candidates.collapsed, candidates.mirrored, candidates.upside_down],
)
def test_spoilt_images_are_others_and_the_same_again(spoil: object, phantoms: Candidate) -> None:
    first, second = spoil(phantoms, 3), spoil(phantoms, 3)  # type: ignore[operator]
    assert np.array_equal(first.images, second.images)
    assert not np.array_equal(first.images, phantoms.images)
    assert first.whole is None or first.whole is not phantoms


def test_shuffling_gives_no_image_its_own_mask(phantoms: Candidate) -> None:
    assert phantoms.masks is not None
    mixed = candidates.shuffled(phantoms, 0)
    assert mixed.masks is not None
    assert np.array_equal(mixed.images, phantoms.images)
    assert not any(np.array_equal(a, b) for a, b in zip(mixed.masks, phantoms.masks, strict=True))


def test_disguised_copies_are_found(phantoms: Candidate) -> None:
    train, fresh = phantoms.part(range(16)), phantoms.part(range(16, 24))
    copies = fakes.disguised(train, 0)
    near, far = (nearest(side.images, train.images).distance for side in (copies, fresh))
    assert copy_rate(near, far).value == 1.0


def test_a_collapsed_cohort_holds_four_images(phantoms: Candidate) -> None:
    few = candidates.collapsed(phantoms, 0)
    assert len(few) == 24
    assert len(set(few.subjects)) == candidates.TWINS
