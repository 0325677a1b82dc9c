"""How far two things are apart that were measured on the same items, and whether chance explains it."""

from __future__ import annotations

from dataclasses import dataclass

from diptych.metrics.estimate import Estimate


@dataclass(frozen=True, kw_only=True)
class Difference:
    """First less second, with its 95 % interval, and the two-sided p value of "no difference"."""

    estimate: Estimate
    p: float
    """Of the same procedure as the interval: below 0.05 where the interval leaves out 0. NaN if unknown."""

    def __str__(self) -> str:
        return f"{self.estimate}, p = {self.p:.2g}"
