"""A plan: the rows of an arm, phase by phase, each with where it is from and why it is there."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from diptych.fusion.arm import Arm, Augment

Origin = Literal["real", "synthetic", "phantom"]


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One row of the fused cohort: a line of `manifest.jsonl`. A row that is wanted twice is two rows."""

    source: Origin
    """Which of the given cohorts it is from."""
    id: str
    """Its name there."""
    why: str
    """Why it is in the arm, in words."""
    labels: str = ""
    """The row of the same cohort whose masks, findings and sentence it wears; empty for its own."""
    name: str = ""
    """Its name in the fused cohort; given when the plan is complete."""


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stretch of training on one set of rows."""

    name: str
    rows: tuple[PlanRow, ...]
    steps: float = 1.0
    """Share of the arm's optimiser steps, which are the same in every arm; the phases' sum is 1."""
    rate: float = 1.0
    """Factor on the peak learning rate."""
    augment: Augment = "light"
    synthetic: tuple[float, float] | None = None
    """Share of a batch that is not real, at the first and the last step; None takes rows as they come."""

    def share_at(self, progress: float) -> float | None:
        """The share of a batch that is not real at `progress` (0 to 1) of the phase, along half a cosine."""
        if self.synthetic is None:
            return None
        first, last = self.synthetic
        return last + (first - last) * (1 + math.cos(math.pi * progress)) / 2


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An arm with its rows. Held-out rows are those of the real cohort, untouched, in their own splits."""

    arm: Arm
    phases: tuple[Phase, ...]
    held: tuple[PlanRow, ...]
    notes: tuple[str, ...] = ()
    """What a reader should know: what passed the gate, which class stays short of its target."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for a strategy whose phases are not parts of one training."""
        names = [phase.name for phase in self.phases]
        if len(set(names)) != len(names) or not math.isclose(sum(phase.steps for phase in self.phases), 1):
            raise ValueError(f"{self.arm.strategy}: phases {names} do not divide one training")

    def training(self) -> Iterator[tuple[Phase, PlanRow]]:
        """Every training row with its phase, in order."""
        return ((phase, row) for phase in self.phases for row in phase.rows)

    def summary(self) -> str:
        """How many rows of which kind are in which phase, on one line."""
        parts = []
        for phase in self.phases:
            kinds = Counter(row.source for row in phase.rows)
            parts.append(
                f"{phase.name} {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}"
            )
        return "; ".join([*parts, f"held out {len(self.held)} real"])
