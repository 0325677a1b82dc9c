from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from diptych.evaluation.candidates import COPIES, Candidate, copied
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.grouping import Ground, Trio, group_rows, groups_of, left_out
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.rows import NOT_ESTIMABLE, Row
from diptych.metrics.estimate import Estimate
from diptych.records.finding import Finding

ILL = Finding("pneumonia")


def thumbnails(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), 8, 4, 8, 4).mean(axis=(2, 4)).reshape(len(images), -1)


def brighter(real: Candidate) -> Candidate:
    return replace(real, name="brighter", images=real.images + np.uint8(60), whole=None, rows=())


@pytest.fixture(scope="module")
def everyone() -> Candidate:
    grey = np.random.default_rng(0).normal(100, 20, (180, 8, 8)).clip(0, 180)
    return Candidate(
        name="images",
        body="chest",
        images=grey.repeat(4, axis=1).repeat(4, axis=2).astype(np.uint8),
        masks=None,
        findings=tuple(frozenset[Finding]() for _ in range(180)),
        groups=tuple({"sex": "F" if i % 2 else "M", "view": "AP"} for i in range(180)),
        subjects=tuple(f"s{i}" for i in range(180)),
    )


def whole_row(metric: str, better: str, axis: str = "fidelity", bad: str = "brighter") -> Row:
    one = Estimate(value=1.0, low=0.9, high=1.1, n=60)
    return Row(
        metric=metric,
        axis=axis,  # type: ignore[arg-type]
        extractor="thumbnails",
        group="all",
        estimate=one,
        floor=one,
        bad=one,
        bad_name=bad,
        better=better,  # type: ignore[arg-type]
        primary=True,
    )


def ground(made: Candidate, everyone: Candidate, real: Sequence[Candidate] = ()) -> Ground:
    floor, reference = real or (everyone.part(range(60, 120)), everyone.part(range(120, 180)))
    train = everyone.part(range(140, 180))
    sides = Trio(synthetic=made, floor=floor, reference=reference, copies=copied(train, 0))
    evidence = Evidence(reference=reference, train=train, extract=thumbnails, extractor="thumbnails")
    return Ground(
        sides=lambda axis: sides,
        evidence=lambda extractor, private: evidence,
        spoil=lambda name, real: brighter(real),
        most=5000,
        seed=0,
    )


def spoilt_for(everyone: Candidate, sex: str) -> Candidate:
    """Sixty images of which those of one sex are too bright."""
    made, out = everyone.part(range(60)), brighter(everyone.part(range(60)))
    theirs = np.array([own["sex"] == sex for own in made.groups])
    images = np.where(theirs[:, None, None], out.images, made.images)
    return replace(made, images=images, whole=None, rows=())


def test_the_group_that_is_served_worse_is_named_and_its_gap_is_wide(everyone: Candidate) -> None:
    made = spoilt_for(everyone, "F")
    rows = {r.group: r for r in group_rows([whole_row("kid", "lower")], ground(made, everyone))}
    assert set(rows) == {"sex=F", "sex=M", "gap of sex"}
    assert rows["sex=F"].verdict == "at bad reference"
    assert rows["sex=M"].verdict == "within floor"
    gap = rows["gap of sex"]
    assert gap.worst == "F"
    assert gap.estimate.low > gap.floor.value
    assert gap.estimate.value == pytest.approx(
        rows["sex=F"].estimate.value - rows["sex=M"].estimate.value, rel=1e-9
    )


def test_distances_are_taken_at_one_n_for_all_groups_and_sides(everyone: Candidate) -> None:
    made = everyone.part([*range(0, 60, 2), *range(1, 45, 2)])
    rows = {
        r.group: r for r in group_rows([whole_row("coverage", "higher", "diversity")], ground(made, everyone))
    }
    assert rows["sex=M"].estimate.n == rows["sex=F"].estimate.n == rows["sex=F"].floor.n == 22


def test_small_groups_are_not_estimable_and_say_why(everyone: Candidate) -> None:
    made = everyone.part([*range(0, 60, 2), *range(1, 30, 2)])
    rows = {r.group: r for r in group_rows([whole_row("kid", "lower")], ground(made, everyone))}
    assert math.isnan(rows["sex=F"].estimate.value)
    assert rows["sex=F"].estimate.notes[0].startswith("not estimable: 15 subjects")
    assert math.isfinite(rows["sex=M"].estimate.value)
    assert math.isnan(rows["gap of sex"].estimate.value)


def test_a_group_that_real_images_lack_is_not_held_against_others(everyone: Candidate) -> None:
    males = everyone.part(range(60, 180, 2))
    sides = (males.part(range(30)), males.part(range(30, 60)))
    rows = {
        r.group: r
        for r in group_rows([whole_row("kid", "lower")], ground(everyone.part(range(60)), everyone, sides))
    }
    assert math.isnan(rows["sex=F"].estimate.value)
    assert math.isfinite(rows["sex=M"].estimate.value)


def test_where_real_images_tell_nothing_all_of_them_are_taken(everyone: Candidate) -> None:
    untold = replace(everyone, groups=tuple({} for _ in range(180)))
    sides = (untold.part(range(60, 120)), untold.part(range(120, 180)))
    rows = group_rows([whole_row("kid", "lower")], ground(everyone.part(range(60)), everyone, sides))
    assert all(math.isfinite(row.estimate.value) for row in rows)


def test_rows_without_a_value_and_slow_measures_have_no_groups(everyone: Candidate) -> None:
    empty = replace(whole_row("kid", "lower"), estimate=NOT_ESTIMABLE)
    slow = whole_row("ms-ssim", "middle", "diversity")
    assert group_rows([empty, slow], ground(everyone.part(range(60)), everyone)) == []


def test_the_bad_reference_of_a_group_is_its_own_copies(everyone: Candidate) -> None:
    row = whole_row("authenticity", "higher", "privacy", COPIES)
    real = everyone.part(range(60, 110)), everyone.part(range(110, 140))
    field = ground(everyone.part(range(60)), everyone, real)
    copies = field.sides("privacy").copies
    assert copies is not None
    rows = {r.group: r for r in group_rows([row], field)}
    women = np.array([own["sex"] == "F" for own in copies.groups])
    for group, inside in (("sex=F", women), ("sex=M", ~women)):
        own = copies.part(np.flatnonzero(inside))
        assert rows[group].bad == MEASURES[row.metric](own, field.evidence("thumbnails", True))
        assert rows[group].bad.value < rows[group].floor.low
    less = replace(field.sides("privacy"), copies=copies.part(range(30)))
    few = replace(field, kept={}, sides=lambda axis: less)
    short = {r.group: r for r in group_rows([row], few)}["sex=F"].bad
    assert math.isnan(short.value)
    assert short.notes[0].startswith("not estimable: 15 subjects in copies of training images")


def test_findings_are_groups_and_what_was_never_looked_for_is_not_absent(everyone: Candidate) -> None:
    few = everyone.part(range(4))
    told = replace(
        few,
        findings=(frozenset({ILL}), frozenset(), frozenset(), frozenset({ILL, Finding("mass")})),
        groups=({}, {"sex": "unknown"}, {"findings": "unknown"}, {"view": "AP"}),
    )
    found = groups_of(told, "finding")
    assert list(found) == ["none", "mass", "pneumonia"]
    assert found["none"].tolist() == [False, True, False, False]
    assert found["pneumonia"].tolist() == [True, False, False, True]
    assert groups_of(told, "sex") == {}


def test_groupings_of_one_value_are_left_out_in_a_sentence(everyone: Candidate) -> None:
    said = left_out(everyone)
    assert "view (all are AP)" in said
    assert "age group (not told)" in said
    assert "sex" not in said
