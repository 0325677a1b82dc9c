"""What may not be fused: every problem at once, each on one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diptych.base.errors import DiptychError
from diptych.fusion import Arm
from diptych.fusion.plan import Origin
from diptych.fusion.planning import make_plan
from diptych.records import Cohort, GateScores, GateThresholds, Label, LabelSpace

from .conftest import MODEL, PHANTOM, cohort, drawn, record

Given = dict[Origin, Cohort]


def said(arm: Arm, given: Given) -> list[str]:
    with pytest.raises(DiptychError) as caught:
        make_plan(arm, given)
    return [str(problem) for problem in caught.value.problems]


def test_all_problems_are_told_at_once(given: Given) -> None:
    arm = Arm(
        strategy="mached-distribution",
        ratio=-1,
        seed=-1,
        fraction=0,
        target="most",
        classes=("caries",),
        gate=GateThresholds(agreement=2, nearest=float("nan")),
    )
    wrong = replace(given["synthetic"], body="panoramic")
    lines = said(arm, {**given, "synthetic": wrong})
    wheres = [line.partition(":")[0] for line in lines]
    assert wheres == [
        "--ratio -1",
        "--fraction 0",
        "--seed -1",
        "--target most",
        "--agreement 2",
        "--nearest nan",
        "fusion",
        "--synthetic",
        "--classes",
    ]
    assert "did you mean 'matched-distribution'" in lines[6]


@pytest.mark.parametrize("ratio", [-0.5, float("nan"), float("inf")])
def test_a_ratio_is_a_number_from_0(ratio: float, given: Given) -> None:
    assert "is no ratio" in said(Arm(strategy="real-only", ratio=ratio), given)[0]


def test_a_target_belongs_to_balancing(given: Given) -> None:
    assert "means nothing to real-only" in said(Arm(strategy="real-only", target="max"), given)[0]


def test_a_gate_belongs_to_strategies_with_synthetic_rows(given: Given) -> None:
    arm = Arm(strategy="real-only", gate=GateThresholds(agreement=0.8))
    assert "mean nothing to real-only, which takes no synthetic rows" in said(arm, given)[0]


def test_a_group_that_no_row_tells_is_refused(given: Given) -> None:
    (line,) = said(Arm(strategy="matched-distribution", groups=("foo",)), given)
    assert line.startswith("--groups: none of ") and "tells 'foo'; " in line


def test_a_class_that_is_absent_in_a_fraction(given: Given) -> None:
    rows = [record("r0", ("effusion",)), *(record(f"r{i}") for i in range(1, 20)), record("t", split="val")]
    mine = {"real": cohort(rows)}
    arm = Arm(strategy="real-only", classes=("effusion",))
    make_plan(arm, mine)
    lines = said(replace(arm, fraction=0.1, seed=next(s for s in range(9) if not _has_r0(mine, s))), mine)
    assert lines == [
        "--classes: none of 2 real training rows at --fraction 0.1 shows 'effusion'; "
        "take a larger fraction or another seed, or leave the class out"
    ]


def _has_r0(mine: Given, seed: int) -> bool:
    plan = make_plan(Arm(strategy="real-only", fraction=0.1, seed=seed), mine)
    return "r0" in {row.id for _, row in plan.training()}


def test_a_class_that_no_row_of_the_arm_shows(given: Given) -> None:
    arm = Arm(strategy="synthetic-only", classes=("pneumonia",))
    assert "no row of the arm shows 'pneumonia'" in said(arm, {**given, "synthetic": drawn([()] * 9)})[0]


def test_real_rows_are_real_and_some_are_held_out(given: Given) -> None:
    rows = [r for r in given["real"].records if r.split == "train"]
    assert "holds nothing out" in said(Arm(strategy="real-only"), {"real": cohort(rows)})[0]
    painted = [*given["real"].records, record("x", split="test", provenance=MODEL)]
    (line,) = said(Arm(strategy="real-only"), {"real": cohort(painted)})
    assert line.startswith("--real: provenance says model in row x, not real")


def test_pools_are_what_they_are_given_for(given: Given) -> None:
    posing = cohort([record("a"), record("b"), *given["synthetic"].records])
    lines = said(Arm(strategy="real-only"), {**given, "synthetic": posing, "phantom": given["synthetic"]})
    assert lines[0].startswith("--synthetic: provenance says real in row a and 1 more, not model or phantom")
    assert lines[1].startswith("--phantoms: provenance says model in row g0 and 11 more, not phantom")


def test_codes_mean_the_same_and_masks_are_of_one_layer(given: Given) -> None:
    other = LabelSpace("lungs", (Label(code=1, name="right lung", colour=(1, 2, 3)),))
    lines = said(
        Arm(strategy="real-only"),
        {**given, "synthetic": replace(given["synthetic"], spaces={"lungs": other})},
    )
    assert "the codes of layer lungs differ" in lines[0]
    bare = cohort([replace(r, layers=()) for r in given["synthetic"].records])
    bare = replace(bare, rows=tuple(replace(row, masks={}) for row in bare.rows))
    assert "has no masks of lungs" in said(Arm(strategy="real-only"), {**given, "synthetic": bare})[0]


def test_only_training_rows_of_a_pool_are_used(given: Given) -> None:
    held = cohort([replace(r, split="test") for r in given["synthetic"].records])
    assert (
        "has no rows in the split train"
        in said(Arm(strategy="synthetic-only"), {**given, "synthetic": held})[0]
    )


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("12", "Panoramic radiograph, tooth 12 missing."),  # a number that is a subject and a tooth
        ("a", "Chest radiograph of a child."),
        ("_", "some_file"),
        ("kerm-7", "made from kerm-71"),
        ("kerm-7", "made from akerm-7"),
    ],
)
def test_names_inside_other_words_are_no_leak(subject: str, told: str, given: Given) -> None:
    mine = cohort([record("r"), record("h", split="test", subject=subject)])
    pool = cohort([record("g", provenance=replace(MODEL, request=told))])
    make_plan(Arm(strategy="synthetic-only"), {"real": mine, "synthetic": pool})


@pytest.mark.parametrize(
    "told", ["kerm-7", "of kerm-7, bent", "layout_kerm-7.png", "kerm-7-bent", "image:h0"]
)
def test_names_in_provenance_are_a_leak(told: str, given: Given) -> None:
    mine = cohort([record("r"), record("h0", split="test", subject="kerm-7")])
    for known in ({"provenance": replace(MODEL, request=told)}, {"provenance": MODEL, "source": told}):
        pool = cohort([record("g", **known)])
        lines = said(Arm(strategy="real-only"), {"real": mine, "synthetic": pool})
        assert len(lines) == 1 and "row g: names" in lines[0] and "held out for test" in lines[0]


def scored(scores: list[GateScores | None]) -> Cohort:
    rows = [record(f"g{i}", provenance=MODEL, gate=own) for i, own in enumerate(scores)]
    return cohort([*rows, record("p", provenance=PHANTOM, gate=GateScores(agreement=1.0, nearest=9.0))])


def test_the_gate_sifts_the_pool(given: Given) -> None:
    pool = scored([GateScores(agreement=0.9, nearest=0.5), GateScores(agreement=0.4, nearest=2.0)])
    arm = Arm(strategy="synthetic-only", ratio=0.2, gate=GateThresholds(agreement=0.8))
    plan = make_plan(arm, {**given, "synthetic": pool})
    assert [row.id for _, row in plan.training()] == ["p"]
    assert plan.notes == ("gate: 1 of 3 synthetic rows pass (fell short: agreement 1, nearest 1)",)


def test_a_pool_without_scores_cannot_be_sifted(given: Given) -> None:
    arm = Arm(strategy="synthetic-only", gate=GateThresholds(agreement=0.8))
    assert "12 of 12 rows have no gate scores, such as g0" in said(arm, given)[0]
    pool = scored([GateScores(agreement=0.9), None])
    lines = said(replace(arm, gate=GateThresholds(confidence=0.5)), {**given, "synthetic": pool})
    assert "1 of 3 rows have no gate scores, such as g1" in lines[0]
    assert lines[1].startswith("--confidence: the gate took this score of no row")


def test_a_pool_that_falls_short_is_refused(given: Given) -> None:
    arm = Arm(strategy="synthetic-only", gate=GateThresholds(agreement=0.99, nearest=99))
    (line,) = said(arm, {**given, "synthetic": scored([GateScores(agreement=0.9, nearest=3.0)])})
    assert "none of 2 rows passes the gate's thresholds (agreement 1, nearest 2)" in line
