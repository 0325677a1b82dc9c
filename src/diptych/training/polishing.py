"""Polishing the image decoder against a critic, on codes from images and on drawn codes.

A decoder trained on distance alone paints averages. Here it also faces a critic that sees
the image on its mask, and half of what it decodes are codes that the streams drew, so that
it learns to paint well what it will be given, not only what an encoder would give it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from diptych.base.progress import track
from diptych.models.pair import Pair
from diptych.models.tokenizer.critic import PairCritic, critic_loss, feature_distance, painter_loss
from diptych.training.augment import Batch
from diptych.training.loop import Assignment, address
from diptych.training.stages import StageConfig
from diptych.training.streaming import Latents
from diptych.training.tasks import Material, likeness

POOL = 768
"""Pairs drawn before polishing begins."""
LIKENESS, FEATURES = 12.0, 4.0
"""Weights of likeness and of feature matching beside the critic's word (pix2pixHD: 10 for features)."""


@dataclass(frozen=True)
class Drawn:
    """Drawn image latents (N, C, h, w) and masks (N, H, W)."""

    latent: Tensor
    mask: Tensor


def draw_pool(model: Pair, latents: Latents, seed: int) -> Drawn:
    """Pairs drawn for the requests of real training images."""
    model.eval()
    real = np.flatnonzero(latents.phantom.numpy() == 0)
    rows = np.random.default_rng(address(seed, "pool")).choice(real, POOL)
    size = model.config.micro_batch * 4
    parts = []
    for chunk in track(np.array_split(rows, POOL // size), "drawing", POOL // size):
        generators = [
            torch.Generator().manual_seed(address(seed, "pool", n, int(r))) for n, r in enumerate(chunk)
        ]
        parts.append(model.draw(latents.slots[chunk], generators))
    return Drawn(*(torch.cat(column) for column in zip(*parts, strict=True)))


def learn_polish(
    model: Pair, critic: PairCritic, material: Material, drawn: Drawn, config: StageConfig
) -> Assignment:
    """Decoder and critic in one step: each is held still while the other's loss is taken."""

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        batch = material.batch(config.batch, config.real, rng)
        rows = rng.integers(0, len(drawn.latent), config.batch)
        with torch.autocast("cpu", torch.bfloat16):
            easel = _easel(model, batch, Drawn(drawn.latent[rows], drawn.mask[rows]), config.slips)
            figures = {**_painter(critic, easel), "critic": _critic(critic, easel)}
        painter = LIKENESS * figures["near"] + FEATURES * figures["features"] + figures["fooled"]
        # The critic's parameters see only its own loss, so the weight between the two is the painter's alone.
        total = painter / 10 + figures["critic"]
        return total, {name: float(value.detach()) for name, value in figures.items()}

    learners: dict[str, nn.Module] = {"decoder": model.image_tokenizer.decoder, "critic": critic}
    return Assignment(learners, loss, betas=(0.0, 0.99), steady=("critic",))


@dataclass(frozen=True)
class _Easel:
    """Real images (B, 1, H, W), what was painted of them and of drawn codes (2B, 1, H, W), and the planes."""

    image: Tensor
    painted: Tensor
    planes: Tensor
    all_planes: Tensor


def _easel(model: Pair, batch: Batch, drawn: Drawn, slips: float) -> _Easel:
    tokenizer, encode = model.image_tokenizer, model.mask_tokenizer.planes.encode
    with torch.no_grad():
        # Drawn masks are smoother than masks drawn by people. The critic must not live on that, so it
        # is shown every mask as it comes back from its codes; the decoder gets the true ones.
        shown = encode(model.mask_tokenizer.round_trip(batch.mask))
        share = slips * torch.rand(len(batch.image), 1).expand(-1, len(model.config.scales))
        latent = tokenizer.quantizer.walk(tokenizer.latent(batch.image), share).total
    drawn_planes = encode(drawn.mask)
    planes = torch.cat([encode(batch.mask), drawn_planes])
    painted = tokenizer.decode(torch.cat([latent, drawn.latent]), planes)
    return _Easel(batch.image, painted, shown, torch.cat([shown, drawn_planes]))


def _painter(critic: PairCritic, easel: _Easel) -> dict[str, Tensor]:
    """How far the decoder is from the images, from their features, and from fooling the critic."""
    count = len(easel.image)
    with _held(critic):
        scores, features = critic(easel.painted, easel.all_planes)
        _, wanted = critic(easel.image, easel.planes)
    return {
        "near": likeness(easel.painted[:count], easel.image),
        "features": feature_distance(wanted, [f[:count] for f in features]),
        "fooled": painter_loss(scores),
    }


def _critic(critic: PairCritic, easel: _Easel) -> Tensor:
    """The critic's own loss."""
    real, _ = critic(easel.image, easel.planes)
    seen, _ = critic(easel.painted.detach(), easel.all_planes)
    return critic_loss(real, seen)


class _held:
    """Parameters of a module take no gradient inside the block."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module

    def __enter__(self) -> None:
        self.module.requires_grad_(False)

    def __exit__(self, *_: object) -> None:
        self.module.requires_grad_(True)
