"""Recipes of the flow family: at most 20 minutes on two cores, by estimate."""

from __future__ import annotations

from dataclasses import replace

from diptych.models.diffusion.flow import FlowConfig
from diptych.models.tokenizer.planes import Coding
from diptych.recipes import gates
from diptych.records.sample import Body
from diptych.training.augment import AugmentConfig
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import Recipe, StageConfig


def panoramic_flow_nano() -> Recipe:
    """Panoramic radiographs of 64 x 128 with 32 teeth by FDI number."""
    stage = StageConfig(task="flow", steps=2000, batch=16, rate=2e-3, real=0.7)
    return Recipe(
        name="panoramic_flow_nano",
        model=_model("panoramic", "teeth", (64, 128)),
        stages=(stage,),
        adapt=(replace(stage, steps=600, rate=1e-3, real=0.9),),
        augment=AugmentConfig(flip=True),
        gate=gates.PANORAMIC,
    )


def chest_flow_nano() -> Recipe:
    """Chest radiographs of 64 x 64 with both lungs."""
    stage = StageConfig(task="flow", steps=3600, batch=16, rate=2e-3, real=0.7)
    return Recipe(
        name="chest_flow_nano",
        model=_model("chest", "lungs", (64, 64)),
        stages=(stage,),
        adapt=(replace(stage, steps=800, rate=1e-3, real=0.9),),
        augment=AugmentConfig(turn=0.05, scale=0.08, shift=0.05),
        gate=gates.CHEST,
    )


def _model(body: Body, layer: Coding, size: tuple[int, int]) -> FlowConfig:
    grid = SlotGrid.of(body)
    return FlowConfig(body=body, layer=layer, size=size, sites=grid.sites, kinds=grid.kinds)
