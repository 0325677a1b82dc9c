"""The registry of fusion strategies: each turns what there is into the phases of a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from diptych.base.registry import Card, Registry
from diptych.fusion.arm import Augment
from diptych.fusion.material import Material
from diptych.fusion.plan import Phase, PlanRow


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a strategy decides: phases, and what a reader should know of them."""

    phases: tuple[Phase, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StrategyCard(Card):
    """What to know of a strategy before using it."""

    control: bool = False
    """It holds no synthetic image that could help: a gain must be held against it."""
    needs: tuple[Literal["synthetic", "phantoms"], ...] = ()
    """Cohorts that it must be given beside the real one."""
    reads: tuple[Literal["ratio", "target"], ...] = ()
    """Options of the arm that it follows."""


Strategy = Callable[[Material], Draft]

STRATEGIES: Registry[Strategy, StrategyCard] = Registry("fusions")
"""Every strategy by its name on the command line; other packages add theirs as `diptych.fusions`."""


def one_phase(rows: tuple[PlanRow, ...], *notes: str, augment: Augment = "light") -> Draft:
    """The common case: all rows together from the first step to the last."""
    return Draft(phases=(Phase(name="train", rows=rows, augment=augment),), notes=notes)
