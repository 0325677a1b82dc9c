"""What the gate of a fold accepted of a pool, and arms that take nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diptych.base.config import decode
from diptych.base.errors import DiptychError
from diptych.fusion.arm import Arm
from diptych.fusion.arms import STRATEGIES
from diptych.fusion.material import Cohorts, training_part
from diptych.fusion.order import times
from diptych.fusion.plan import Plan
from diptych.fusion.planning import make_plan
from diptych.records.gate import GateThresholds

GATE_FILE = "gate.json"
"""In the folder of a pool that was judged."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """What became of a pool at the gate."""

    thresholds: GateThresholds
    real_images: int
    """Real training rows that set the thresholds."""
    tried: int
    accepted: int
    reasons: Mapping[str, int]
    """How many rows fell short of each score; a row may do so of several."""

    def told(self) -> str:
        """`41 of 64: agreement 14, nearest 9`, the last being what was turned away and why."""
        why = ", ".join(f"{reason} {count}" for reason, count in self.reasons.items())
        return f"{self.accepted} of {self.tried}{': ' * bool(why)}{why}"


def read_passed(pool: Path) -> Passed:
    """What `gate.json` of a pool's folder says. Raises `DiptychError` where it cannot be read."""
    file = pool / GATE_FILE
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        tried, short = int(found["tried"]), len(found["fell_short"])
        return Passed(
            thresholds=decode(GateThresholds, found["thresholds"], f"{file}, field thresholds"),
            real_images=int(found["real_images"]),
            tried=tried,
            accepted=tried - short,
            reasons={str(reason): int(count) for reason, count in found["short_by_reason"].items()},
        )
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise DiptychError.of(
            str(file), f"cannot be read ({error})", "remove it: the pool is judged again"
        ) from None


def within(arm: Arm, cohorts: Cohorts) -> Arm:
    """The arm with the largest ratio, up to its own, for which enough rows were accepted.

    No row is repeated to make up for what was turned away. Raises `DiptychError` where there are not enough
    for any ratio.
    """
    why = _refusal(arm, cohorts)
    if why is None:
        return arm
    if "ratio" in STRATEGIES.card(arm.strategy).reads:
        real = len(training_part(cohorts["real"]))
        for count in range(min(times(real, arm.ratio) - 1, _accepted(arm, cohorts)), 0, -1):
            less = replace(arm, ratio=count / real)
            if _refusal(less, cohorts) is None:
                return less
    raise why


def synthetic_rows(plan: Plan) -> int:
    """Synthetic rows of an arm, in whatever phase."""
    return sum(row.source == "synthetic" for _, row in plan.training())


def _refusal(arm: Arm, cohorts: Cohorts) -> DiptychError | None:
    """Why there can be no such arm, or None."""
    try:
        make_plan(arm, cohorts)
    except DiptychError as error:
        return error
    return None


def _accepted(arm: Arm, cohorts: Cohorts) -> int:
    pool = training_part(cohorts["synthetic"])
    return sum(
        record.gate is not None and arm.gate is not None and not arm.gate.reasons(record.gate)
        for record in pool
    )
