"""A number with its uncertainty: what every metric returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A value, its 95 % interval and the number of items it rests on.

    `low` and `high` are NaN where no interval can be had; `notes` says why.
    """

    value: float
    low: float
    high: float
    n: int
    unit: str = ""
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]{unit} (n = {self.n})"
