"""Arms without a real training row: what an institution could share instead of its images."""

from __future__ import annotations

from diptych.fusion.material import Material
from diptych.fusion.real_arms import rows_of
from diptych.fusion.strategies import STRATEGIES, Draft, StrategyCard, one_phase


@STRATEGIES.register(
    StrategyCard(
        name="synthetic-only",
        summary="ratio x as many synthetic rows as there are real ones, and none of these",
        reference="Fu et al. 2026, doi 10.1007/s10278-026-01895-2 (known by its abstract)",
        needs=("synthetic",),
        reads=("ratio",),
    )
)
def synthetic_only(material: Material) -> Draft:
    """Trained on synthetic, tested on real rows."""
    return one_phase(rows_of("synthetic", material.pick("synthetic", material.wanted()), "synthetic row"))


@STRATEGIES.register(
    StrategyCard(
        name="phantom-only",
        summary="as many phantoms",
        control=True,
        needs=("phantoms",),
        reads=("ratio",),
    )
)
def phantom_only(material: Material) -> Draft:
    """An arm of synthetic rows that does not beat this one learned nothing from its generator."""
    return one_phase(rows_of("phantom", material.pick("phantom", material.wanted()), "phantom"))
