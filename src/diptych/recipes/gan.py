"""Recipes of the label-map family."""

from __future__ import annotations

from diptych.models.gan.gan import GanConfig
from diptych.models.gan.labels import LayerConfig
from diptych.records.labels import LABELS
from diptych.training.augment import AugmentConfig
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import Recipe, StageConfig


def panoramic_gan_256() -> Recipe:
    """Panoramic radiographs of 128 x 256 from teeth by FDI number, anatomy and findings."""
    model = GanConfig(
        body="panoramic",
        size=(128, 256),
        layers=(LayerConfig(name="teeth"), _layer("panoramic", "anatomy"), _layer("panoramic", "findings")),
        slots=SlotGrid.of("panoramic").space.names,
    )
    stages = (
        StageConfig(task="gan", steps=200, batch=6, rate=1.5e-3, real=0.4, decay=0.0, ema=0.99),
        StageConfig(task="gan", steps=850, batch=6, rate=1.5e-3, real=0.75, decay=0.0, ema=0.995),
    )
    adapt = (StageConfig(task="gan", steps=300, batch=8, rate=5e-4, real=0.9, decay=0.0, ema=0.99),)
    return Recipe(
        name="panoramic_gan_256", model=model, stages=stages, adapt=adapt, augment=AugmentConfig(flip=True)
    )


def chest_gan() -> Recipe:
    """Chest radiographs of 128 x 128 from lungs, heart and opacities."""
    model = GanConfig(
        body="chest",
        size=(128, 128),
        layers=(_layer("chest", "lungs"), _layer("chest", "anatomy"), _layer("chest", "findings")),
        slots=SlotGrid.of("chest").space.names,
    )
    stages = (
        StageConfig(task="gan", steps=600, batch=12, rate=1.5e-3, real=0.3, decay=0.0, ema=0.99),
        StageConfig(task="gan", steps=2400, batch=12, rate=1.5e-3, real=0.75, decay=0.0, ema=0.995),
    )
    adapt = (StageConfig(task="gan", steps=300, batch=8, rate=5e-4, real=0.9, decay=0.0, ema=0.99),)
    return Recipe(
        name="chest_gan",
        model=model,
        stages=stages,
        adapt=adapt,
        augment=AugmentConfig(turn=0.05, scale=0.08, shift=0.05),
    )


def _layer(body: str, name: str) -> LayerConfig:
    """A layer of the standard label space; what differs by its side only is of one kind."""
    plain = [label.name.removeprefix("right ").removeprefix("left ") for label in LABELS[body, name].labels]
    kinds = list(dict.fromkeys(plain))
    return LayerConfig(name=name, kinds=tuple(kinds.index(x) + 1 for x in plain))
