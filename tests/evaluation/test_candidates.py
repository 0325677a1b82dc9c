from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
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


def spoilt_arrays() -> dict[str, tuple[object, str]]:
    """Arrays that are no images, and what is said of them."""
    good = np.zeros((4, 8, 8), np.uint8)
    holed = good.astype(np.float32)
    holed[2, 3, 3] = np.nan
    ragged = [good[0], good[1], good[2], np.zeros((8, 9), np.uint8)]
    return {
        "NaN": (holed, "mine, image 2: has pixels that are not finite"),
        "floats": (good / 255, "mine, image 0: has pixels of type float64"),
        "16 bit": (good.astype(np.uint16), "mine, image 0: has pixels of type uint16"),
        "one in 16 bit": ([*good[:3], good[3].astype(np.uint16)], "mine, image 3: has pixels of type uint16"),
        "sizes": (ragged, "mine, image 3: has shape .8, 9., the first .8, 8."),
        "a list": (list(good), "mine: the images are no array"),
        "nothing": (None, "mine: the images are no array"),
        "colours": (np.zeros((4, 8, 8, 3), np.uint8), "mine: images have shape .4, 8, 8, 3."),
        "numbers": (np.zeros((5, 8, 8), np.uint8), "mine: 4 findings for 5 images"),
    }


def made_of(images: object, masks: object = None) -> Candidate:
    return Candidate(
        name="mine",
        body="chest",
        images=images,  # type: ignore[arg-type]
        masks=masks,  # type: ignore[arg-type]
        findings=(frozenset(),) * 4,
        groups=({},) * 4,
        subjects=tuple("abcd"),
    )


@pytest.mark.parametrize("fault", spoilt_arrays())
def test_arrays_that_are_no_images_are_refused_by_name(fault: str) -> None:
    images, said = spoilt_arrays()[fault]
    with pytest.raises(DiptychError, match=said) as error:
        made_of(images)
    assert len(error.value.problems) == 1


def test_masks_that_do_not_fit_are_refused_by_name() -> None:
    good = np.zeros((4, 8, 8), np.uint8)
    assert len(made_of(good, good)) == 4
    with pytest.raises(DiptychError, match=r"mine, images and masks: shapes .* differ"):
        made_of(good, good[:, :4])
    with pytest.raises(DiptychError, match="mine, mask 0: has pixels of type bool"):
        made_of(good, good > 0)


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
