"""Fusion: real and synthetic cohorts become training cohorts, each beside its controls.

Names are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.fusion.arm import Arm as Arm
    from diptych.fusion.arms import STRATEGIES as STRATEGIES
    from diptych.fusion.fused import Fused as Fused
    from diptych.fusion.fusing import fuse as fuse
    from diptych.fusion.fusing import open_fused as open_fused
    from diptych.fusion.fusing import repeat as repeat
    from diptych.fusion.material import Material as Material
    from diptych.fusion.plan import Phase as Phase
    from diptych.fusion.plan import Plan as Plan
    from diptych.fusion.plan import PlanRow as PlanRow
    from diptych.fusion.strategies import Draft as Draft
    from diptych.fusion.strategies import StrategyCard as StrategyCard

_HOMES = {
    "arm": ("Arm",),
    "arms": ("STRATEGIES",),
    "fused": ("Fused",),
    "fusing": ("fuse", "open_fused", "repeat"),
    "material": ("Material",),
    "plan": ("Phase", "Plan", "PlanRow"),
    "strategies": ("Draft", "StrategyCard"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__getattr__, __dir__ = lazy(__name__, _HOME)
