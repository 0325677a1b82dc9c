"""Sizes that a checkpoint may ask for: read from outside, so held against limits before anything is built."""

from __future__ import annotations

from math import prod

from diptych.base.errors import Problems
from diptych.models.diffusion.flow import FlowConfig
from diptych.models.diffusion.unet import GROUPS, HEAD
from diptych.models.families import ModelConfig
from diptych.models.gan.gan import GanConfig
from diptych.models.pair import PairConfig
from diptych.training.slotgrid import SlotGrid


def check_model(config: ModelConfig, where: str) -> None:
    """Raise `DiptychError` with every size that no checkpoint has, before anything is allocated."""
    problems = Problems()
    for field in (name for name, good in _lawful(config).items() if not good):
        problems.add(f"{where}.{field}", "is not what diptych writes", "copy the checkpoint again")
    problems.raise_any()


def _lawful(config: ModelConfig) -> dict[str, bool]:
    if isinstance(config, PairConfig):
        return _lawful_pair(config)
    return _lawful_gan(config) if isinstance(config, GanConfig) else _lawful_flow(config)


def _lawful_pair(config: PairConfig) -> dict[str, bool]:
    grid = SlotGrid.of(config.body)
    rows, columns = config.size
    cells = [side for scale in config.scales for side in scale]
    sampler = config.sampler
    warm = (*sampler.mask_temperatures, *sampler.image_temperatures, sampler.guidance)
    return {
        "layer": config.layer == ("teeth" if config.body == "panoramic" else "lungs"),
        "size": all(32 <= side <= 1024 and side % 16 == 0 for side in config.size),
        "scales": 2 <= len(config.scales) <= 16
        and all(0 < side <= 64 for side in cells)
        and config.scales[-1] == (rows // 16, columns // 16),
        "words": len(set(config.words)) == len(config.words) <= 100_000,
        "sites": config.sites == grid.sites,
        "kinds": config.kinds == grid.kinds,
        "image_latent": 0 < config.image_latent <= 256,
        "mask_latent": 0 < config.mask_latent <= 256,
        "decoder_deeper": 0 <= config.decoder_deeper <= 16,
        "width": 0 < config.width <= 2048 and config.width % 8 == 0,
        "depth": 0 < config.depth <= 64,
        "copula_rank": 0 < config.copula_rank <= 4096,
        "micro_batch": 0 < config.micro_batch <= 256,
        "sampler": len(sampler.mask_temperatures) == len(sampler.image_temperatures) == len(config.scales)
        and all(0 <= value <= 100 for value in warm)
        and 0 < sampler.top_p <= 1,
    }


def _lawful_gan(config: GanConfig) -> dict[str, bool]:
    names = [layer.name for layer in config.layers]
    widths = (*config.widths, *config.critic_widths)
    return {
        "size": all(32 <= side <= 1024 and side % 16 == 0 for side in config.size),
        "layers": names[:1] == ["teeth" if config.body == "panoramic" else "lungs"]
        and len(set(names)) == len(names) <= 8
        and all(len(layer.kinds) <= 64 for layer in config.layers)
        and all(0 < kind <= 64 for layer in config.layers for kind in layer.kinds),
        "slots": config.slots == SlotGrid.of(config.body).space.names,
        "style": 0 < config.style <= 1024,
        # Styles have a covariance: what grows here grows by its square.
        "ground": all(0 < side <= 64 for side in config.ground) and prod(config.ground) <= 4096,
        "widths": len(config.widths) == 4 and all(0 < width <= 2048 for width in widths),
        "micro_batch": 0 < config.micro_batch <= 256,
    }


def _lawful_flow(config: FlowConfig) -> dict[str, bool]:
    grid = SlotGrid.of(config.body)
    return {
        "layer": config.layer == ("teeth" if config.body == "panoramic" else "lungs"),
        "size": all(32 <= side <= 1024 and side % 16 == 0 for side in config.size),
        "sites": config.sites == grid.sites,
        "kinds": config.kinds == grid.kinds,
        # A side of 16 times anything comes back from folding by 2 and two halvings, or by 4 and two.
        "widths": len(config.widths) == 3
        and all(0 < width <= 1024 and width % GROUPS == 0 for width in config.widths)
        and config.widths[-1] % HEAD == 0,
        "steps": 0 < config.steps <= 1000,
        "guidance": 0 <= config.guidance <= 100,
        "micro_batch": 0 < config.micro_batch <= 256,
    }
