"""Recipes of the label-map family."""

from __future__ import annotations

from dataclasses import replace

from diptych.models.gan.gan import GanConfig
from diptych.models.gan.labels import LayerConfig
from diptych.recipes import gates
from diptych.records.labels import LABELS
from diptych.records.sample import Body
from diptych.training.augment import AugmentConfig
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import Recipe, StageConfig

CHEST = AugmentConfig(turn=0.05, scale=0.08, shift=0.05)


def panoramic_gan_256() -> Recipe:
    """Panoramic radiographs of 128 x 256 from teeth by FDI number, anatomy and findings."""
    return _recipe("panoramic_gan_256", _model("panoramic", (128, 256)), AugmentConfig(flip=True))


def panoramic_gan_512() -> Recipe:
    """Panoramic radiographs of 256 x 512, grown from `panoramic_gan_256` (`--init`)."""
    model = replace(_model("panoramic", (256, 512)), grown=True)
    return _recipe("panoramic_gan_512", model, AugmentConfig(flip=True))


def panoramic_gan_square_256() -> Recipe:
    """Panoramic radiographs squeezed to 256 x 256, as in the study that this family follows."""
    return _recipe("panoramic_gan_square_256", _model("panoramic", (256, 256)), AugmentConfig(flip=True))


def panoramic_gan_square_512() -> Recipe:
    """Panoramic radiographs squeezed to 512 x 512, grown from `panoramic_gan_square_256` (`--init`)."""
    model = replace(_model("panoramic", (512, 512)), grown=True)
    return _recipe("panoramic_gan_square_512", model, AugmentConfig(flip=True))


def panoramic_gan_nano() -> Recipe:
    """Panoramic radiographs of 64 x 128, learned in minutes on two cores."""
    return _nano("panoramic_gan_nano", _model("panoramic", (64, 128)), AugmentConfig(flip=True))


def chest_gan() -> Recipe:
    """Chest radiographs of 128 x 128 from lungs, anatomy and findings."""
    return _recipe("chest_gan", _model("chest", (128, 128)), CHEST)


def chest_gan_nano() -> Recipe:
    """Chest radiographs of 64 x 64, learned in minutes on two cores."""
    return _nano("chest_gan_nano", _model("chest", (64, 64)), CHEST)


def _nano(name: str, model: GanConfig, augment: AugmentConfig) -> Recipe:
    narrow = replace(model, widths=(64, 48, 32, 24), critic_widths=(24, 48, 64, 96))
    recipe = _recipe(name, narrow, augment)
    return replace(recipe, stages=(*recipe.stages[:2], recipe.stages[-1]))


def _recipe(name: str, model: GanConfig, augment: AugmentConfig) -> Recipe:
    """Styles without a critic, then against one; a user's own images go on from there."""
    first = StageConfig(task="styles", steps=900, batch=8, rate=2e-3, real=0.6, decay=0.0)
    second = StageConfig(task="gan", steps=1250, batch=8, rate=1e-3, real=0.75, decay=0.0)
    third = replace(second, steps=900, rate=7e-4, real=0.6)
    fourth = replace(third, steps=1500, rate=5e-4)
    prior = StageConfig(task="prior", steps=80, batch=24, real=0.7)
    adapt = (
        replace(first, steps=100, rate=1e-3, real=0.9),
        replace(second, steps=300, rate=5e-4, real=0.9),
        replace(prior, steps=40),
    )
    gate = gates.PANORAMIC if model.body == "panoramic" else gates.CHEST
    return Recipe(
        name=name,
        model=model,
        stages=(first, second, third, fourth, prior),
        adapt=adapt,
        augment=augment,
        gate=gate,
    )


def _model(body: Body, size: tuple[int, int]) -> GanConfig:
    main = LayerConfig(name="teeth") if body == "panoramic" else _layer(body, "lungs")
    return GanConfig(
        body=body,
        size=size,
        layers=(main, _layer(body, "anatomy"), _layer(body, "findings")),
        slots=SlotGrid.of(body).space.names,
        ground=(4, 8, 16) if body == "panoramic" else (4, 8, 8),
    )


def _layer(body: str, name: str) -> LayerConfig:
    """A layer of the standard label space; anatomy that differs by its side only is of one kind."""
    names = [label.name for label in LABELS[body, name].labels]
    if name == "anatomy":
        names = [full.removeprefix("right ").removeprefix("left ") for full in names]
    kinds = list(dict.fromkeys(names))
    return LayerConfig(name=name, kinds=tuple(kinds.index(x) + 1 for x in names))
