"""Matched distributions: the joint histogram, to the row."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.fusion import Arm, Plan
from diptych.fusion.labelling import Labelling, told_by_all
from diptych.fusion.matching import quotas
from diptych.fusion.planning import make_plan
from diptych.records import Cohort, Record

from .conftest import MODEL, cohort, drawn, real, record

COMBINATIONS = [(), ("pneumonia",), ("opacity",), ("opacity", "pneumonia")]
POOL = drawn(COMBINATIONS * 40)
labels = st.lists(st.sampled_from(COMBINATIONS), min_size=1, max_size=10)


def added(plan: Plan, pool: Cohort) -> list[Record]:
    by_id = {record.id: record for record in pool.records}
    return [by_id[row.id] for _, row in plan.training() if row.source == "synthetic"]


@given(labels, st.integers(1, 4), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_histograms_are_equal_to_the_row(own: list[tuple[str, ...]], ratio: int, seed: int) -> None:
    mine, pool = real(own), POOL
    plan = make_plan(
        Arm(strategy="matched-distribution", ratio=ratio, seed=seed), {"real": mine, "synthetic": pool}
    )
    got = Counter(tuple(sorted(f.name for f in r.findings)) for r in added(plan, pool))
    assert got == {cell: ratio * count for cell, count in Counter(own).items()}
    assert len({row.id for _, row in plan.training()}) == len(own) * (1 + ratio)


@given(labels, st.decimals(0, 4, places=2).map(float), st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_fractions_of_rows_go_by_largest_remainder(
    own: list[tuple[str, ...]], ratio: float, seed: int
) -> None:
    counts = Labelling().histogram(real(own).records[: len(own)])
    given_out = quotas(counts, ratio, seed, Labelling())
    assert all(abs(given_out[cell] - ratio * count) < 1 for cell, count in counts.items())
    assert abs(sum(given_out.values()) - ratio * len(own)) <= 0.5 + 1e-9


def test_a_tenth_of_thirty_rows_is_three() -> None:
    assert quotas({((), ()): 30}, 0.1, 0, Labelling()) == {((), ()): 3}


def test_groups_count_where_every_row_tells_them() -> None:
    mine = [record(f"r{i}", groups={"view": view, "sex": "F"}) for i, view in enumerate(["AP", "PA", "PA"])]
    pool = [record(f"g{i}", groups={"view": v}, provenance=MODEL) for i, v in enumerate(["AP", "PA"] * 3)]
    assert told_by_all([*mine, *pool]) == ("view",)
    cohorts = {"real": cohort([*mine, record("t", split="test")]), "synthetic": cohort(pool)}
    plan = make_plan(Arm(strategy="matched-distribution"), cohorts)
    assert Counter(r.groups["view"] for r in added(plan, cohorts["synthetic"])) == {"PA": 2, "AP": 1}
    assert "view" in plan.notes[-1]
    with pytest.raises(DiptychError, match=r"sex F: has 0 of the 3 rows"):
        make_plan(Arm(strategy="matched-distribution", groups=("sex",)), cohorts)


def test_a_short_pool_is_told_bin_by_bin() -> None:
    cohorts = {
        "real": real([()] * 4 + [("pneumonia",)] * 4),
        "synthetic": drawn([()] * 2 + [("pneumonia",)] * 3),
    }
    with pytest.raises(DiptychError) as caught:
        make_plan(Arm(strategy="matched-distribution"), cohorts)
    assert [str(problem) for problem in caught.value.problems] == [
        "--synthetic, no finding: has 2 of the 4 rows wanted; "
        "draw 2 more, or --ratio 0.5, for which there are enough",
        "--synthetic, pneumonia: has 3 of the 4 rows wanted; "
        "draw 1 more, or --ratio 0.5, for which there are enough",
    ]
    make_plan(Arm(strategy="matched-distribution", ratio=0.5), cohorts)


def test_what_nobody_looked_for_in_some_real_row_is_not_matched() -> None:
    mine = [record("r0", groups={"opacity": "unknown"}), record("r1", ("pneumonia", "opacity"))]
    cohorts = {
        "real": cohort([*mine, record("t", split="test")]),
        "synthetic": drawn([("opacity",), ("pneumonia",)]),
    }
    plan = make_plan(Arm(strategy="matched-distribution"), cohorts)
    assert len(added(plan, cohorts["synthetic"])) == 2
    assert plan.notes[-1].endswith("but not by what nobody looked for in some real row: opacity")
    with pytest.raises(DiptychError, match="--classes: none was looked for in every real row"):
        make_plan(Arm(strategy="matched-distribution", classes=("opacity",)), cohorts)


def test_a_pool_that_nobody_looked_at_matches_nothing() -> None:
    blind = cohort([record("g", groups={"pneumonia": "unknown"}, provenance=MODEL)])
    with pytest.raises(DiptychError, match="no finding: has 0 of the 1 rows"):
        make_plan(Arm(strategy="matched-distribution"), {"real": real([()]), "synthetic": blind})
    unseen = cohort([record("r", groups={"findings": "unknown"}), record("t", split="test")])
    with pytest.raises(DiptychError, match="nobody looked for findings in some of its rows"):
        make_plan(Arm(strategy="matched-distribution"), {"real": unseen, "synthetic": blind})


def test_classes_narrow_what_is_matched() -> None:
    cohorts = {
        "real": real([("pneumonia", "opacity"), ()]),
        "synthetic": drawn([("pneumonia",), ("opacity",)]),
    }
    plan = make_plan(Arm(strategy="matched-distribution", classes=("pneumonia",)), cohorts)
    assert len(added(plan, cohorts["synthetic"])) == 2


def test_a_smaller_pool_changes_no_other_bin() -> None:
    cohorts = {"real": real(COMBINATIONS), "synthetic": drawn(COMBINATIONS * 5)}
    arm = Arm(strategy="matched-distribution", seed=3)
    rows = added(make_plan(arm, cohorts), cohorts["synthetic"])
    spare = [r for r in cohorts["synthetic"].records if r.findings or r in rows]
    less = {**cohorts, "synthetic": cohort(reversed(spare))}
    assert {r.id for r in added(make_plan(replace(arm), less), less["synthetic"])} == {r.id for r in rows}
