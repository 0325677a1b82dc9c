"""An arm of a comparison: all that decides its rows, and a seed."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal

from diptych.base.errors import Problems
from diptych.records.gate import GateThresholds

Augment = Literal["light", "strong"]
"""How strongly the training augments: `light` is what every arm gets, `strong` the classical alternative to
synthetic images."""

_SHARES = ("agreement", "worst", "confidence")


@dataclass(frozen=True, kw_only=True)
class Arm:
    """The request of `diptych fuse`; the same arm and the same cohorts give the same rows."""

    strategy: str
    """Name of a strategy in the registry."""
    ratio: float = 1.0
    """Added rows for each real training row, 0 or more; of strategies that take a number."""
    seed: int = 0
    """Decides which rows are drawn."""
    fraction: float = 1.0
    """Share of the real training rows that the arm may see, by subject, stratified, nested for one seed."""
    target: str = ""
    """What class-balancing fills up to: `max`, `median` or a number of rows; empty is `max`."""
    classes: tuple[str, ...] = ()
    """Findings that count as labels (`implant`, `missing 36`); empty is all that are seen."""
    sites: bool = False
    """Where no classes are named: a finding counts with its site."""
    groups: tuple[str, ...] | None = None
    """Attributes that count beside the labels when distributions are matched; None is those of view, sex and
    age group that every row tells, real or synthetic."""
    gate: GateThresholds | None = None
    """What synthetic rows must have reached at the gate; None takes all."""
    augment: Augment = "light"

    def check(self, problems: Problems) -> None:
        """Note every number that is out of its range, under the name of its flag."""
        if not (math.isfinite(self.ratio) and self.ratio >= 0):
            problems.add(f"--ratio {self.ratio}", "is no ratio", "give 0 or more")
        if not 0 < self.fraction <= 1:
            problems.add(f"--fraction {self.fraction}", "is no share", "give a number above 0 and up to 1")
        if self.seed < 0:
            problems.add(f"--seed {self.seed}", "is negative", "give 0 or more")
        if self.target not in ("", "max", "median") and not _is_count(self.target):
            problems.add(f"--target {self.target}", "is no target", "give max, median or a number of rows")
        if self.augment not in ("light", "strong"):
            problems.add(f"--augment {self.augment}", "is not known", "give light or strong")
        self._check_gate(problems)

    def _check_gate(self, problems: Problems) -> None:
        for name in [field.name for field in fields(GateThresholds)] if self.gate else []:
            value = getattr(self.gate, name)
            most = 1 if name in _SHARES else math.inf
            if value is not None and not 0 <= value <= most:
                problems.add(
                    f"--{name} {value}", "is no threshold", "give 0 to 1" if most == 1 else "give 0 or more"
                )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) > 0
