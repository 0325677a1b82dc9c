"""Recipes for a laptop: on two cores an hour (chest) or an hour and a half (panoramic), by estimate."""

from __future__ import annotations

from dataclasses import replace

from diptych.models.pair import PairConfig
from diptych.models.var.sampler import SamplerConfig
from diptych.prompts.words import Vocabulary
from diptych.recipes import gates
from diptych.training.augment import AugmentConfig
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import Recipe, StageConfig

CHEST_SCALES = ((1, 1), (2, 2), (3, 3), (5, 5), (8, 8))
PANORAMIC_SCALES = ((1, 2), (2, 4), (3, 6), (5, 10), (8, 16))


def chest_nano() -> Recipe:
    """Chest radiographs of 128 x 128 with both lungs."""
    grid = SlotGrid.of("chest")
    model = PairConfig(
        body="chest",
        layer="lungs",
        size=(128, 128),
        scales=CHEST_SCALES,
        words=Vocabulary.standard("chest").words,
        sites=grid.sites,
        kinds=grid.kinds,
        sampler=SamplerConfig(
            guidance=1.2, mask_temperatures=(1,) * 5, image_temperatures=(1,) * 5, top_p=1.0
        ),
    )
    stages = (
        StageConfig(task="text", steps=800, batch=64, rate=5e-3, ema=0.98),
        StageConfig(task="mask_tokenizer", steps=400, batch=16, rate=1.5e-3, real=0.5, slips=0.05),
        StageConfig(task="image_tokenizer", steps=2000, batch=16, rate=1.5e-3, real=0.7, slips=0.1),
        StageConfig(task="streams", steps=300, batch=32, rate=2e-3, real=0.5, slips=0.3),
        StageConfig(task="coupling", steps=50, batch=32, rate=2e-3, real=0.6, slips=0.3),
        StageConfig(task="joint", steps=1100, batch=32, rate=2e-3, real=0.7, slips=0.3),
        StageConfig(task="polish", steps=1300, batch=12, rate=1e-3, real=1.0, slips=0.3, decay=0.0, ema=0.99),
        StageConfig(task="joint", steps=500, batch=32, rate=1.5e-3, real=0.8, slips=0.3),
        StageConfig(task="polish", steps=700, batch=12, rate=7e-4, real=1.0, slips=0.3, decay=0.0, ema=0.99),
        StageConfig(task="copula", steps=150, batch=24, real=1.0),
    )
    adapt = (
        StageConfig(task="mask_tokenizer", steps=100, batch=8, rate=3e-4, real=0.7),
        StageConfig(task="image_tokenizer", steps=400, batch=8, rate=8e-4, real=0.8, slips=0.1),
        StageConfig(task="joint", steps=300, batch=16, rate=5e-4, real=0.8, slips=0.3),
        StageConfig(task="polish", steps=200, batch=8, rate=5e-4, real=1.0, slips=0.3, decay=0.0),
        StageConfig(task="copula", steps=40, batch=24, real=1.0),
    )
    augment = AugmentConfig(turn=0.05, scale=0.08, shift=0.05)
    return Recipe(
        name="chest_nano",
        model=model,
        stages=stages,
        adapt=adapt,
        augment=augment,
        variants=6,
        gate=gates.CHEST,
    )


def panoramic_nano() -> Recipe:
    """Panoramic radiographs of 128 x 256 with 32 teeth by FDI number; their texture is coarse."""
    polish = StageConfig(task="polish", steps=1600, batch=8, rate=1e-3, real=1.0, slips=0.3, decay=0.0)
    later = (
        StageConfig(task="joint", steps=1100, batch=24, rate=2e-3, real=0.7, slips=0.3),
        StageConfig(task="copula", steps=150, batch=24, real=1.0),
        polish,
        replace(polish, steps=800, rate=7e-4, redrawn=0.5),
    )
    return _panoramic("panoramic_nano", later)


def panoramic_nano_long() -> Recipe:
    """As `panoramic_nano`, with the polish that the packaged weights had: two to three hours, by estimate."""
    joint = StageConfig(task="joint", steps=1200, batch=24, rate=2e-3, real=0.7, slips=0.3)
    polish = StageConfig(task="polish", steps=1000, batch=8, rate=7e-4, real=1.0, slips=0.3, decay=0.0)
    later = (
        joint,
        replace(polish, steps=850, rate=1e-3, ema=0.99),
        replace(joint, steps=500, rate=1.5e-3, real=0.8),
        replace(polish, ema=0.99),
        # Against a fresh critic KID rises first, and was still falling after 2,400 steps.
        replace(polish, steps=3300, rate=1e-3),
        StageConfig(task="copula", steps=150, batch=24, real=1.0),
        replace(polish, steps=1600, redrawn=0.5),
    )
    return _panoramic("panoramic_nano_long", later)


def _panoramic(name: str, later: tuple[StageConfig, ...]) -> Recipe:
    """Tokenizers and streams alone first, then what is given."""
    grid = SlotGrid.of("panoramic")
    model = PairConfig(
        body="panoramic",
        layer="teeth",
        size=(128, 256),
        scales=PANORAMIC_SCALES,
        words=Vocabulary.standard("panoramic").words,
        sites=grid.sites,
        kinds=grid.kinds,
        decoder_deeper=2,
        sampler=SamplerConfig(
            guidance=3.5, mask_temperatures=(1, 1, 0.9, 0.7, 0), image_temperatures=(1.1,) * 5
        ),
    )
    stages = (
        StageConfig(task="text", steps=1500, batch=64, rate=5e-3, ema=0.98),
        StageConfig(task="mask_tokenizer", steps=900, batch=12, rate=1.5e-3, real=0.5, slips=0.05),
        StageConfig(task="image_tokenizer", steps=700, batch=12, rate=1.5e-3, real=0.7, slips=0.1),
        StageConfig(task="streams", steps=300, batch=24, rate=2e-3, real=0.5, slips=0.3),
        StageConfig(task="coupling", steps=50, batch=24, rate=2e-3, real=0.6, slips=0.3),
        *later,
    )
    adapt = (
        StageConfig(task="mask_tokenizer", steps=60, batch=8, rate=3e-4, real=0.7),
        StageConfig(task="image_tokenizer", steps=300, batch=8, rate=1e-3, real=0.9, slips=0.1),
        StageConfig(task="joint", steps=240, batch=12, rate=1.5e-3, real=0.9, slips=0.3),
        StageConfig(task="polish", steps=200, batch=6, rate=5e-4, real=1.0, slips=0.3, decay=0.0),
        StageConfig(task="copula", steps=40, batch=24, real=1.0),
    )
    augment = AugmentConfig(flip=True)
    return Recipe(
        name=name,
        model=model,
        stages=stages,
        adapt=adapt,
        augment=augment,
        variants=12,
        gate=gates.PANORAMIC,
    )
