"""Class balance: rare classes rise, head classes never do."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.fusion import Arm, Plan
from diptych.fusion.planning import make_plan
from diptych.records import Cohort

from .conftest import MODEL, cohort, drawn, real, record

NAMES = ["pneumonia", "opacity", "effusion", "nodule"]
some = st.lists(st.lists(st.sampled_from(NAMES), unique=True).map(tuple), min_size=1, max_size=25)


def shown(plan: Plan, cohorts: dict[str, Cohort], source: str) -> Counter[str]:
    by_id = {r.id: r for r in cohorts[source].records}
    rows = [by_id[row.id] for _, row in plan.training() if row.source == source]
    return Counter(finding.name for r in rows for finding in r.findings)


@given(some, some, st.sampled_from(["", "median", "1", "3", "12"]), st.integers(0, 9))
@settings(max_examples=80, deadline=None)
def test_no_class_rises_above_the_target(
    own: list[tuple[str, ...]], pool: list[tuple[str, ...]], target: str, seed: int
) -> None:
    cohorts = {"real": real(own), "synthetic": drawn(pool)}
    try:
        plan = make_plan(Arm(strategy="class-balancing", target=target, seed=seed), cohorts)
    except DiptychError as error:
        assert "rows" in str(error) or "no finding" in str(error)
        return
    before, more = shown(plan, cohorts, "real"), shown(plan, cohorts, "synthetic")
    limit = int(target) if target.isdecimal() else sorted(before.values())[-1]
    if target == "median":
        limit = sorted(before.values())[len(before) // 2]
    # Head classes are untouched, the others stay within the target.
    assert all(more[label] == 0 for label, count in before.items() if count >= limit)
    assert all(before[label] + more[label] <= limit for label in before if more[label])
    # Nothing that is left could still be added.
    used = {row.id for _, row in plan.training()}
    full = {label for label in before if before[label] + more[label] >= limit}
    left = [r for r in cohorts["synthetic"].records if r.id not in used]
    names = [{f.name for f in r.findings} & set(before) for r in left]
    assert all(not own or own & full for own in names)


def test_a_pool_that_is_enough_balances_exactly() -> None:
    own = [("pneumonia",)] * 8 + [("opacity",)] * 3 + [("effusion",)]
    cohorts = {"real": real(own), "synthetic": drawn([(name,) for name in NAMES] * 20)}
    plan = make_plan(Arm(strategy="class-balancing"), cohorts)
    assert shown(plan, cohorts, "synthetic") == {"opacity": 5, "effusion": 7}
    assert plan.notes[-1] == "balanced up to 8: pneumonia 8 -> 8, opacity 3 -> 8, effusion 1 -> 8"


def test_the_row_that_helps_most_comes_first() -> None:
    own = [("pneumonia",)] * 3 + [("opacity",)] * 2 + [("effusion",)] * 2
    cohorts = {"real": real(own), "synthetic": drawn([("opacity",), ("effusion",), ("opacity", "effusion")])}
    plan = make_plan(Arm(strategy="class-balancing"), cohorts)
    assert [row.id for _, row in plan.training() if row.source == "synthetic"] == ["g2"]


def test_what_stays_short_is_told() -> None:
    cohorts = {"real": real([("pneumonia",)] * 4 + [("opacity",)]), "synthetic": drawn([("opacity",)])}
    plan = make_plan(Arm(strategy="class-balancing"), cohorts)
    assert plan.notes[-1].endswith("opacity 1 -> 2; the pool has no more for opacity")


def test_a_pool_that_cannot_help_is_refused() -> None:
    own = [("pneumonia",)] * 3 + [("opacity",), ("effusion",)]
    cohorts = {"real": real(own), "synthetic": drawn([("pneumonia", "opacity")] * 5)}
    with pytest.raises(DiptychError) as caught:
        make_plan(Arm(strategy="class-balancing"), cohorts)
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 2
    assert "effusion: has 1 of 3 rows, and no row of the pool shows it" in said[0]
    assert "opacity: has 1 of 3 rows; 5 in the pool show it, all beside a full class" in said[1]


def test_rows_that_nobody_looked_at_are_not_taken() -> None:
    unseen = [record("g0", ("opacity",), groups={"pneumonia": "unknown"}, provenance=MODEL)]
    cohorts = {"real": real([("pneumonia",)] * 2 + [("opacity",)]), "synthetic": cohort(unseen)}
    with pytest.raises(DiptychError, match="opacity"):
        make_plan(Arm(strategy="class-balancing"), cohorts)


def test_rows_without_findings_have_nothing_to_balance() -> None:
    with pytest.raises(DiptychError, match="no finding to balance"):
        make_plan(Arm(strategy="class-balancing"), {"real": real([()]), "synthetic": drawn([()])})
