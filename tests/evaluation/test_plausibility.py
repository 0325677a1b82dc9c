"""The plausibility measure: the range is that of one set of real images, the floor the share of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.evaluation import candidates as spoilt
from diptych.evaluation import fakes
from diptych.evaluation.candidates import Candidate, of_samples
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures import MEASURES, plausibility
from diptych.metrics.estimate import Estimate
from diptych.phantoms import draw_many

SIZES = {"chest": (64, 64), "panoramic": (64, 128)}
measure = MEASURES["plausibility"]


@cache
def real(body: str) -> Candidate:
    return of_samples(draw_many(body, 80, 0, SIZES[body]), "phantoms", body, SIZES[body])


def share(candidate: Candidate) -> Estimate:
    """Against a range from forty other images."""
    return measure(candidate, Evidence(reference=real(candidate.body).part(range(40, 80))))


def swapped_jaws(candidate: Candidate, seed: int) -> Candidate:
    """Upper teeth called lower ones."""
    del seed
    table = np.arange(256, dtype=np.uint8)
    for upper, lower in ((10, 40), (20, 30)):
        table[upper + 1 : upper + 9], table[lower + 1 : lower + 9] = (
            np.arange(lower + 1, lower + 9),
            np.arange(upper + 1, upper + 9),
        )
    assert candidate.masks is not None
    return replace(candidate, masks=table[candidate.masks], whole=None, rows=())


CONTROLS: dict[tuple[str, str], tuple[Callable[[Candidate, int], Candidate], str]] = {
    ("chest", "upside down"): (spoilt.upside_down, "upright"),
    ("chest", "mirrored, the heart on the right"): (fakes.turned_round, "heart side"),
    ("chest", "lungs renamed"): (fakes.renamed, "lawful lungs"),
    ("chest", "a cartoon"): (lambda c, seed: fakes.cartoon(c), "lung darkness"),
    ("panoramic", "upside down"): (spoilt.upside_down, "upper above lower"),
    ("panoramic", "teeth out of order"): (fakes.renamed, "tooth order"),
    ("panoramic", "jaws exchanged"): (swapped_jaws, "upper above lower"),
}


@pytest.mark.parametrize(("body", "control"), CONTROLS)
def test_negative_controls_are_implausible_for_the_right_reason(body: str, control: str) -> None:
    spoil, score = CONTROLS[body, control]
    fresh = real(body).part(range(40))
    found, floor = share(spoil(fresh, 0)), share(fresh)
    assert found.high < floor.low
    notes = dict(part.rsplit(" ", 1) for part in found.notes[-1].split(", "))
    assert float(notes[score]) < 0.3


@pytest.mark.parametrize("body", SIZES)
def test_real_images_are_not_plausible_by_construction(body: str) -> None:
    """Other real images reach less than those that the range was taken from."""
    own = measure(real(body).part(range(40)), Evidence(reference=real(body).part(range(40))))
    assert share(real(body).part(range(40))).value <= own.value
    halves = [
        measure(real(body).part(order[:40]), Evidence(reference=real(body).part(order[40:]))).value
        for order in (np.random.default_rng(seed).permutation(80) for seed in range(4))
    ]
    assert np.mean(halves) < 0.97 * own.value


@pytest.mark.parametrize("body", SIZES)
def test_the_range_is_learned_from_training_images_where_there_are_any(body: str) -> None:
    fresh, train, heldout = (real(body).part(range(start, start + 26)) for start in (0, 26, 52))
    learned = measure(fresh, Evidence(reference=heldout, train=train))
    assert learned == measure(fresh, Evidence(reference=train))
    assert learned != measure(fresh, Evidence(reference=heldout))


def test_a_range_is_learned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    score = plausibility.SCORES["chest"]
    counted = lambda images, masks: (seen.append(len(images)), score(images, masks))[1]  # noqa: E731
    monkeypatch.setitem(plausibility.SCORES, "chest", counted)
    evidence = Evidence(reference=real("chest").part(range(40)), train=real("chest").part(range(40, 80)))
    for rows in (range(20), range(20, 39)):
        measure(real("chest").part(rows), evidence)
    assert sorted(seen) == [19, 20, 40]


def test_masks_are_needed() -> None:
    with pytest.raises(DiptychError, match="has no masks"):
        share(replace(real("chest"), masks=None))
