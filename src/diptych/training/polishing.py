"""Polishing the image decoder against a critic.

A decoder trained on distance alone paints averages: ribs and trabeculae come out grey. Here
it is also given white noise to make grain of, and faces a critic that sees the image on its
mask. What anchors it are the coarse grey levels of the image that the codes came from, and
the critic's own features of that image.

Codes that the streams drew fit each other less than an image's own, and what is painted of
them looks it. So some rows may have the finest grid drawn anew, on the image's own
coarser codes and its own mask. No image belongs to them: they face the critic's word alone,
beside rows that are held to their images. (Whole pairs drawn, mask and all, were tried as well: the
decoder then painted lines and lattices on them.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.pair import Pair
from diptych.models.tokenizer.critic import (
    PairCritic,
    critic_loss,
    feature_distance,
    painter_loss,
    steepness,
)
from diptych.training.augment import Batch
from diptych.training.loop import Assignment
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material, likeness

COARSE, LIKENESS, FEATURES = 8.0, 1.0, 4.0
"""Weights of coarse grey levels, of likeness and of feature matching beside the critic's word."""
BLOCK = 4
"""Grey levels are held to the image's as means over blocks of this many pixels squared."""
STEEPNESS, EVERY = 0.5, 8
"""Weight of the gradient penalty, and how often it is taken (lazily, at `EVERY` times the weight)."""


def learn_polish(model: Pair, material: Material, config: StageConfig) -> Assignment:
    """Decoder and critic in one step: each is held still while the other's loss is taken."""
    critic = model.critic or model.add_critic()

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        # What is shown as real sets the sharpness of everything that will be painted.
        batch = material.batch(config.batch, config.real, rng, sharp=True)
        with torch.autocast("cpu", torch.bfloat16):
            easel = _easel(model, material.grid, batch, config)
            figures = {**_painter(critic, easel), "critic": _critic(critic, easel)}
        if rng.random() < 1 / EVERY:
            figures["critic"] = figures["critic"] + EVERY * STEEPNESS * steepness(
                critic, easel.image, easel.planes
            )
        painter = COARSE * figures["coarse"] + LIKENESS * figures["near"] + FEATURES * figures["features"]
        # The critic's parameters see only its own loss, so the weight between the two is the painter's alone.
        total = (painter + figures["fooled"]) / 10 + figures["critic"]
        return total, {name: float(value.detach()) for name, value in figures.items()}

    learners: dict[str, nn.Module] = {"decoder": model.image_tokenizer.decoder, "critic": critic}
    return Assignment(
        learners,
        loss,
        betas=(0.0, 0.99),
        steady=("critic",),
        orthogonal=("decoder.", "critic."),
        momentum=0.5,
        paces={"critic": 2.0},
    )


@dataclass(frozen=True)
class _Easel:
    """Real images (B, 1, H, W), what was painted of their codes, and the planes (B, P, H, W) of both.

    The first `own` rows were painted of the image's own codes, the others with the finest grid redrawn.
    """

    image: Tensor
    painted: Tensor
    planes: Tensor
    own: int


@torch.no_grad()
def _latent(model: Pair, grid: SlotGrid, batch: Batch, config: StageConfig) -> tuple[Tensor, int]:
    """Latents to paint of, slipped or redrawn, and the number of slipped ones, which come first."""
    tokenizer, count = model.image_tokenizer, len(batch.image)
    own = max(1, count - round(config.redrawn * count))
    share = config.slips * torch.rand(own, 1).expand(-1, len(model.config.scales))
    slipped = tokenizer.quantizer.walk(tokenizer.latent(batch.image[:own]), share).total
    if own == count:
        return slipped, own
    slots = torch.from_numpy(grid.table(batch.slots[own:].numpy())).float()
    seeds = torch.randint(2**62, (count - own,)).tolist()
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    # In full precision, as codes are drawn when pairs are made.
    with torch.autocast("cpu", enabled=False):
        redrawn = model.redraw(batch.image[own:], batch.mask[own:], slots, batch.phantom[own:], generators)
    return torch.cat([slipped, redrawn]), own


def _easel(model: Pair, grid: SlotGrid, batch: Batch, config: StageConfig) -> _Easel:
    latent, own = _latent(model, grid, batch, config)
    planes = model.mask_tokenizer.planes.encode(batch.mask)
    painted = model.image_tokenizer.decode(latent, planes, torch.randn_like(batch.image))
    return _Easel(batch.image, painted, planes, own)


def _painter(critic: PairCritic, easel: _Easel) -> dict[str, Tensor]:
    """How far the decoder is from the images, from their features, and from fooling the critic."""
    with _held(critic):
        scores, features = critic(easel.painted, easel.planes)
        _, wanted = critic(easel.image, easel.planes)
    image, painted = easel.image[: easel.own], easel.painted[: easel.own]
    coarse = F.avg_pool2d(painted, BLOCK) - F.avg_pool2d(image, BLOCK)
    return {
        "coarse": coarse.abs().mean(),
        "near": likeness(painted, image),
        "features": feature_distance([f[: easel.own] for f in wanted], [f[: easel.own] for f in features]),
        "fooled": painter_loss(scores),
    }


def _critic(critic: PairCritic, easel: _Easel) -> Tensor:
    """The critic's own loss."""
    real, _ = critic(easel.image, easel.planes)
    seen, _ = critic(easel.painted.detach(), easel.planes)
    return critic_loss(real, seen)


class _held:
    """Parameters of a module take no gradient inside the block."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module

    def __enter__(self) -> None:
        self.module.requires_grad_(False)

    def __exit__(self, *_: object) -> None:
        self.module.requires_grad_(True)
