"""Every strategy that comes with Diptych: importing an arm's file registers it."""

from __future__ import annotations

from diptych.fusion import mixed_arms, phased_arms, real_arms, synthetic_arms
from diptych.fusion.strategies import STRATEGIES

__all__ = ["STRATEGIES", "mixed_arms", "phased_arms", "real_arms", "synthetic_arms"]
