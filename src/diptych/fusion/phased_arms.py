"""Arms in which synthetic rows come first and real rows have the last word."""

from __future__ import annotations

from diptych.fusion.material import Material
from diptych.fusion.plan import Origin, Phase
from diptych.fusion.real_arms import real_rows, rows_of
from diptych.fusion.strategies import STRATEGIES, Draft, StrategyCard

PRETRAINING = 0.5
"""Share of the steps before the first real row."""
FINETUNING_RATE = 0.2
"""Factor on the learning rate afterwards: a tenth to three tenths are usual."""


def _then_real(material: Material, origin: Origin, why: str) -> Draft:
    first = rows_of(origin, material.pick(origin, material.wanted()), why)
    return Draft(
        phases=(
            Phase(name="pretrain", rows=first, steps=PRETRAINING),
            Phase(name="finetune", rows=real_rows(material), steps=1 - PRETRAINING, rate=FINETUNING_RATE),
        )
    )


@STRATEGIES.register(
    StrategyCard(
        name="pretrain-then-finetune",
        summary="half of the steps on ratio x N synthetic rows, then real rows at a fifth of the rate",
        reference="RoentGen-v2, arXiv 2508.16783 (known by its abstract)",
        needs=("synthetic",),
        reads=("ratio",),
    )
)
def pretrain_then_finetune(material: Material) -> Draft:
    """What is wrong in synthetic rows can be unlearned from real ones."""
    return _then_real(material, "synthetic", "synthetic, before the first real row")


@STRATEGIES.register(
    StrategyCard(
        name="phantom-pretrain-then-finetune",
        summary="the same with phantoms, which no generator learned",
        control=True,
        needs=("phantoms",),
        reads=("ratio",),
    )
)
def phantom_pretrain_then_finetune(material: Material) -> Draft:
    """An arm that does not beat this one profits from anatomy that can be written down."""
    return _then_real(material, "phantom", "phantom, before the first real row")


@STRATEGIES.register(
    StrategyCard(
        name="curriculum",
        summary="real rows and ratio x as many synthetic ones, whose share of a batch falls to 0",
        needs=("synthetic",),
        reads=("ratio",),
    )
)
def curriculum(material: Material) -> Draft:
    """Begins as a plain mixture of the two, ends with real rows alone."""
    count = material.wanted()
    rows = rows_of("synthetic", material.pick("synthetic", count), "synthetic, in ever smaller shares")
    share = count / (count + len(material.real))
    phase = Phase(name="train", rows=(*real_rows(material), *rows), synthetic=(share, 0.0))
    return Draft(phases=(phase,))
