"""From an arm and its cohorts to a complete plan, or to every reason why there can be none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from diptych.base.errors import DiptychError, Problems
from diptych.fusion.arm import Arm
from diptych.fusion.arms import STRATEGIES
from diptych.fusion.checks import check_cohorts
from diptych.fusion.labelling import check_classes
from diptych.fusion.material import Cohorts, Material, gather
from diptych.fusion.plan import Phase, Plan, PlanRow
from diptych.fusion.real_arms import rows_of
from diptych.fusion.strategies import Draft
from diptych.records.ids import safe_id


def make_plan(arm: Arm, cohorts: Cohorts) -> Plan:
    """The rows of an arm, each with its reason and its name in the fused cohort.

    `cohorts` are by origin; `real` is always needed. Validation and test rows are those of the real cohort.
    Raises one `DiptychError` with everything that is wrong: an unknown strategy, numbers out of range, a
    cohort that the strategy needs, cohorts that cannot be fused, leaks, classes that are absent, a pool that
    is too small, a phase without rows.
    """
    problems = Problems()
    _check_arm(arm, cohorts, problems)
    check_cohorts(cohorts, problems)
    check_classes(cohorts["real"].body, arm.classes, problems)
    problems.raise_any()
    needs = STRATEGIES.card(arm.strategy).needs
    used = {"real", *(need.removesuffix("s") for need in needs)}
    material = gather(arm, {origin: cohort for origin, cohort in cohorts.items() if origin in used})
    draft = STRATEGIES[arm.strategy](material)
    _check_draft(draft, material)
    held = [record for record in cohorts["real"].records if record.split != "train"]
    return _named(
        Plan(
            arm=arm,
            phases=tuple(_augmented(phase, arm) for phase in draft.phases),
            held=rows_of("real", held, "held out, real, as it is"),
            notes=(*material.notes, *draft.notes),
        )
    )


def _check_arm(arm: Arm, cohorts: Cohorts, problems: Problems) -> None:
    arm.check(problems)
    with problems.collect():
        card = STRATEGIES.card(arm.strategy)
        for need in card.needs:
            if need.removesuffix("s") not in cohorts:
                problems.add(f"--{need}", f"is needed for {arm.strategy}", "give a cohort")
        if arm.target and "target" not in card.reads:
            problems.add("--target", f"means nothing to {arm.strategy}", "leave it out")
        if arm.gate is not None and "synthetic" not in card.needs:
            what = f"mean nothing to {arm.strategy}, which takes no synthetic rows"
            problems.add("thresholds of a gate", what, "leave them out")


def _augmented(phase: Phase, arm: Arm) -> Phase:
    return replace(phase, augment="strong") if arm.augment == "strong" else phase


def _check_draft(draft: Draft, material: Material) -> None:
    """Refuse phases without rows, and rows that together do not show a class of the arm."""
    problems, arm = Problems(), material.arm
    for phase in draft.phases:
        if not phase.rows:
            what = f"the phase {phase.name} would have no rows"
            problems.add(f"--strategy {arm.strategy}", what, "give a larger --ratio, or other cohorts")
    shown = _shown(draft, material)
    for label in arm.classes if not problems else ():
        if label not in shown:
            what = f"no row of the arm shows {label!r}"
            problems.add("--classes", what, "add rows that do, or leave the class out")
    problems.raise_any()


def _shown(draft: Draft, material: Material) -> frozenset[str]:
    """The labels that any training row wears."""
    records = {
        (origin, record.id): record
        for origin in ("real", "synthetic", "phantom")
        for record in getattr(material, origin)
    }
    worn = {(row.source, row.labels or row.id) for phase in draft.phases for row in phase.rows}
    if unknown := sorted(worn - set(records)):
        where, what = f"--strategy {material.arm.strategy}", f"took {unknown[0]}, which is no training row"
        raise DiptychError.of(where, what, "report it to its author")
    return frozenset[str]().union(*(material.labelling.labels(records[row]) for row in worn))


def _named(plan: Plan) -> Plan:
    """Every row with its name in the fused cohort: its own, or with a number where that is taken.

    Held-out rows come first, so that they keep theirs.
    """
    taken: set[str] = set()

    def name(rows: Iterable[PlanRow]) -> tuple[PlanRow, ...]:
        return tuple(replace(row, name=_free(row.id, taken)) for row in rows)

    held = name(plan.held)
    return replace(
        plan, held=held, phases=tuple(replace(phase, rows=name(phase.rows)) for phase in plan.phases)
    )


def _free(wanted: str, taken: set[str]) -> str:
    """The wanted name, or the first of `NAME-2`, `NAME-3`, ... that is not taken; takes it."""
    name, number = wanted, 1
    while name.lower() in taken:
        number += 1
        name = safe_id(f"{wanted[:110]}-{number}")
    taken.add(name.lower())
    return name
