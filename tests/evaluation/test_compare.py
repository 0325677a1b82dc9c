from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.evaluation import protocol as protocols
from diptych.evaluation.candidates import Candidate, collapsed, copied, of_samples, shuffled, upside_down
from diptych.evaluation.compare import SHUFFLED, Instruments, Outcome, Sides, compare, deciding, leak
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.protocol import Item, Protocol
from diptych.evaluation.rows import Row
from diptych.phantoms import draw_many

SIZE = (64, 64)
NAMES = ("kid", "vendi-ratio", "mask-agreement", "left-right", "copy-rate", "dcr-share", "plausibility")


def thumbnails(images: np.ndarray) -> np.ndarray:
    small = images.reshape(len(images), 8, 8, 8, 8).mean(axis=(2, 4))
    return small.reshape(len(images), -1).astype(np.float32)


@pytest.fixture(scope="module")
def everything() -> Candidate:
    return of_samples(draw_many("chest", 160, 0, SIZE), "phantoms", "chest", SIZE)


@pytest.fixture(scope="module")
def plan() -> Protocol:
    whole = protocols.load(protocols.DEFAULT)
    kept = [item for item in whole.measures if item.name in NAMES]
    small = tuple(replace(i, extractors=("thumbnails",) if i.extractors else ()) for i in kept)
    return replace(whole, measures=small)


def judged_by_truth(everything: Candidate) -> Instruments:
    known = {image.tobytes(): mask for image, mask in zip(everything.images, everything.masks, strict=True)}

    def judge(images: np.ndarray) -> np.ndarray:
        blank = np.zeros(SIZE, np.uint8)
        plain = [known.get(image.tobytes()) for image in images]
        turned = [known.get(image[:, ::-1].tobytes()) for image in images]
        twin = np.array([0, 2, 1], np.uint8)
        return np.stack(
            [
                a if a is not None else twin[b[:, ::-1]] if b is not None else blank
                for a, b in zip(plain, turned, strict=True)
            ]
        )

    return Instruments(extractors={"thumbnails": thumbnails}, judge=judge)


def run(everything: Candidate, plan: Protocol, made: Candidate) -> Outcome:
    sides = Sides(
        synthetic=made, heldout=everything.part(range(40, 100)), train=everything.part(range(100, 160))
    )
    return compare(sides, plan, judged_by_truth(everything))


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {name: row.verdict for name, row in whole(outcome).items()}


def whole(outcome: Outcome) -> dict[str, Row]:
    return {row.metric: row for row in outcome.rows if row.group == "all"}


@pytest.fixture(scope="module")
def fresh(everything: Candidate, plan: Protocol) -> Outcome:
    """Of images that are like the others in everything, forty of them."""
    sexes = tuple({"sex": "F" if row % 2 else "M"} for row in range(len(everything)))
    told = replace(everything, groups=sexes)
    return run(told, plan, told.part(range(40)))


def test_other_images_of_the_same_kind_are_within_the_floor(fresh: Outcome) -> None:
    found = verdicts(fresh)
    assert set(found) == set(NAMES)
    assert {name for name, word in found.items() if word in ("between", "at bad reference")} == set()


def test_an_attack_on_copies_leaves_the_diagonal(everything: Candidate, plan: Protocol) -> None:
    train, heldout = everything.part(range(100, 160)), everything.part(range(100))
    small = replace(plan, measures=tuple(i for i in plan.measures if i.name == "dcr-share"))
    sides = Sides(synthetic=train, heldout=heldout, train=train)
    roc = compare(sides, small, judged_by_truth(everything)).roc
    assert roc is not None
    assert np.trapezoid(roc[1], roc[0]) > 0.8


def test_each_fault_is_seen_on_its_axis(everything: Candidate, plan: Protocol) -> None:
    fresh = everything.part(range(40))
    assert verdicts(run(everything, plan, collapsed(fresh, 1)))["vendi-ratio"] == "at bad reference"
    assert verdicts(run(everything, plan, shuffled(fresh, 1)))["mask-agreement"] == "at bad reference"
    copies = copied(everything.part(range(100, 140)), 5)
    assert verdicts(run(everything, plan, copies))["copy-rate"] == "at bad reference"


def test_without_training_images_privacy_is_not_estimable(everything: Candidate, plan: Protocol) -> None:
    sides = Sides(synthetic=everything.part(range(40)), heldout=everything.part(range(40, 120)))
    rows = whole(compare(sides, plan, judged_by_truth(everything)))
    assert math.isnan(rows["copy-rate"].estimate.value)
    assert "--train" in rows["copy-rate"].estimate.notes[0]
    assert math.isfinite(rows["kid"].estimate.value)


def test_the_worst_primary_measure_decides_an_axis(everything: Candidate, plan: Protocol) -> None:
    outcome = run(everything, plan, collapsed(everything.part(range(40)), 1))
    words = {axis: row.verdict for axis, row in deciding(outcome.rows)}
    assert words["diversity"] == "at bad reference"


def test_a_leak_names_its_subjects() -> None:
    assert leak(["a", "b", "c"], ["c", "d", "b"]) == ("b", "c")


def test_a_protocol_has_one_hash_whatever_its_layout() -> None:
    first = protocols.load(protocols.DEFAULT)
    assert first.hash == protocols.load(protocols.DEFAULT).hash
    assert first.hash != replace(first, seed=1).hash
    assert first.hash != replace(first, measures=(*first.measures, Item(name="kid"))).hash


def test_a_wrong_protocol_names_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nsummary = ""\n[size]\npanoramic = [8, 8]\nchest = [8, 8]\n'
        '[[measures]]\nname = "kidd"\n[[measures]]\nname = "kid"\nextractors = ["nothing"]\n'
        '[[measures]]\nname = "mmd"\n'
    )
    with pytest.raises(DiptychError) as error:
        protocols.load(str(path))
    assert len(error.value.problems) == 3
    with pytest.raises(DiptychError, match="unknown name"):
        protocols.load("radiograph-9d")


def test_pairs_of_the_cohort_itself_are_shuffled_beside_it(fresh: Outcome) -> None:
    rows = whole(fresh)
    mixed = dict(rows["mask-agreement"].others)[SHUFFLED]
    assert rows["mask-agreement"].estimate.low > mixed.high
    assert mixed.n == 40
    assert SHUFFLED not in dict(rows["kid"].others)


def test_plausibility_learns_from_training_images_and_held_out_ones_are_its_floor(
    everything: Candidate, fresh: Outcome
) -> None:
    row, take = whole(fresh)["plausibility"], MEASURES["plausibility"]
    train = everything.part(range(100, 160))
    evidence = Evidence(reference=train, train=train)
    assert row.estimate.value == take(fresh.synthetic, evidence).value
    assert row.floor.value == take(fresh.reference, evidence).value
    assert row.floor.n == len(fresh.reference) == 40
    assert row.bad.value == take(upside_down(fresh.reference, 0), evidence).value


def test_by_group_plausibility_has_the_same_floor(everything: Candidate, plan: Protocol) -> None:
    sexes = tuple({"sex": "F" if row % 3 else "M"} for row in range(160))
    told = replace(everything, groups=sexes)
    small = replace(plan, measures=tuple(i for i in plan.measures if i.name == "plausibility"))
    sides = Sides(
        synthetic=told.part(range(60)), heldout=told.part(range(60, 120)), train=told.part(range(120, 160))
    )
    rows = {row.group: row for row in compare(sides, small, judged_by_truth(told)).rows}
    women = told.part([row for row in range(60, 120) if row % 3])
    evidence = Evidence(reference=sides.train, train=sides.train)
    assert rows["sex=F"].floor.value == MEASURES["plausibility"](women, evidence).value


def test_sides_of_other_sizes_and_bodies_are_refused(everything: Candidate, plan: Protocol) -> None:
    made, heldout = everything.part(range(40)), everything.part(range(40, 120))
    for changed, said in (
        (
            {"images": heldout.images[:, :32], "masks": None},
            "real: images are 32 x 64 pixels, those of phantoms 64 x 64",
        ),
        ({"body": "panoramic"}, "real: shows panoramic, phantoms chest"),
    ):
        other = replace(heldout, name="real", whole=None, rows=(), **changed)
        with pytest.raises(DiptychError, match=said) as error:
            compare(Sides(synthetic=made, heldout=other), plan, judged_by_truth(everything))
        assert len(error.value.problems) == 1


def test_rows_by_group_follow_those_of_the_whole(fresh: Outcome) -> None:
    groups = {row.group for row in fresh.rows if row.metric == "mask-agreement"}
    assert {"all", "sex=F", "sex=M", "gap of sex", "gap of finding"} <= groups
    firsts = [row.group == "all" for row in fresh.rows]
    assert firsts == sorted(firsts, reverse=True)
    assert "age group (not told)" in fresh.undivided
