from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.phantoms import draw_many
from diptych.records.finding import Finding
from diptych.records.sample import Record
from diptych.training.augment import AugmentConfig, augmented, plain
from diptych.training.examples import gather, slots_of
from diptych.training.slotgrid import SlotGrid

GRID = SlotGrid.of("panoramic")


@pytest.fixture(scope="module")
def examples():
    return gather(draw_many("panoramic", 6, 0), ("teeth",), (64, 128), GRID)


def test_a_missing_tooth_has_its_slot_and_no_pixel(examples) -> None:
    for mask, slots in zip(examples.masks, examples.slots, strict=True):
        for tooth in (11, 18, 36, 48):
            present = bool((mask == tooth).any())
            assert present != bool(slots[GRID.space.index(f"missing:{tooth}")])


def test_table_and_vector_are_each_others_inverse(examples) -> None:
    assert np.array_equal(GRID.vector(GRID.table(examples.slots)), examples.slots)


def test_what_a_source_does_not_say_is_a_half() -> None:
    record = Record(id="a", body="panoramic", groups={"restoration": "unknown"})
    slots = slots_of(record, GRID)
    assert slots[GRID.space.index("restoration:")] == 0.5
    assert slots[GRID.space.index("appliance:")] == 0


def test_a_finding_on_a_tooth_is_one_of_the_image() -> None:
    record = Record(id="a", body="panoramic", findings=(Finding("restoration", "16"),))
    assert slots_of(record, GRID)[GRID.space.index("restoration:")] == 1


def test_a_flip_takes_masks_and_slots_along(examples) -> None:
    still = AugmentConfig(turn=0, scale=0, shift=0, bend=0, gamma=0, flip=True)
    rows = np.zeros(64, np.int64)
    batch = augmented(examples, rows, still, GRID.mirrored(), np.random.default_rng(0))
    original = plain(examples, rows)
    flipped = [n for n in range(64) if not np.allclose(batch.image[n], original.image[n], atol=1e-3)]
    assert 10 < len(flipped) < 54
    n = flipped[0]
    for tooth, other in ((18, 28), (36, 46), (11, 21)):
        assert bool((batch.mask[n] == tooth).any()) == bool((original.mask[n] == other).any())
        index, mirrored = (GRID.space.index(f"missing:{t}") for t in (tooth, other))
        assert batch.slots[n, index] == original.slots[n, mirrored]


def test_mirroring_twice_changes_nothing() -> None:
    for body in ("panoramic", "chest"):
        mirrored = SlotGrid.of(body).mirrored()
        assert np.array_equal(mirrored[mirrored], np.arange(len(mirrored)))


def test_augmented_masks_have_no_new_codes(examples) -> None:
    rows = np.arange(6)
    batch = augmented(examples, rows, AugmentConfig(), GRID.mirrored(), np.random.default_rng(0))
    for before, after in zip(examples.masks, batch.mask.numpy(), strict=True):
        assert set(np.unique(after)) <= {0, *np.unique(before)}


def test_milk_teeth_are_refused_row_by_row() -> None:
    samples = list(draw_many("panoramic", 3, 0, (64, 128)))
    for sample, codes in zip(samples, ((51, 85), (), (62,)), strict=True):
        for row, code in enumerate(codes):
            sample.masks["teeth"][row] = code
    with pytest.raises(DiptychError) as caught:
        gather(samples, ("teeth", "findings"), (64, 128), GRID)
    first, last = map(str, caught.value.problems)
    assert samples[0].record.id in first and "51, 85" in first
    assert samples[2].record.id in last and "62" in last
