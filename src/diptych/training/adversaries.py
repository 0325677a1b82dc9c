"""Generator against critic, from label maps.

The critic is told by how much real images beat painted ones (relativistic pairing) and what each pixel
is. Half of a batch is painted in the style that the encoder reads from the real image, and held to that
image; the other half in styles drawn from all that were read so far, held to the critic's word alone. Since
both halves pass through one generator, it cannot forget what a style means where nothing holds it to an
image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.gan.critic import Critic, Verdict
from diptych.models.gan.disguise import Disguise
from diptych.models.gan.gan import Gan
from diptych.models.gan.generator import placed
from diptych.models.gan.grown import GrownCritic
from diptych.models.gan.losses import (
    calling_painted,
    class_weights,
    matching,
    naming,
    relative,
    steepness,
)
from diptych.models.gan.style import StyleEncoder, divergence
from diptych.training.augment import Batch
from diptych.training.examples import UNDRAWN
from diptych.training.loop import Assignment
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material, likeness

AnyCritic = Critic | GrownCritic
STEEPNESS, EVERY = 1.0, 8
"""Weight of both zero-centred penalties, taken once in `EVERY` steps at `EVERY` times the weight."""
COARSE, LIKENESS, FEATURES, DIVERGENCE = 4.0, 1.0, 4.0, 0.001
"""Weights of coarse grey levels, of likeness and of features where the style is the image's, and of what the
style may tell. Little likeness: what is held to grey levels pixel by pixel is painted as an average."""
BLOCK = 4
"""Coarse grey levels are means over blocks of this many pixels squared."""
MATCHING = 1.0
"""Weight of matched statistics of features."""
WARM = 0.12
"""Share of the steps in which less and less is withheld."""
WITHHELD = 0.5, 0.1
"""Share of examples that lack a layer, and whose findings are unsaid: at first, and in the end."""
OVERFIT, HASTE, STRONGEST = 0.6, 0.01, 0.5
"""Wanted mean sign of the critic's lead on real images; how fast, and how far, disguises follow it."""


class Pace(nn.Module):
    """What a run of this stage knows beside weights; saved and resumed with them."""

    steps: Tensor
    strength: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.zeros(()))
        self.register_buffer("strength", torch.zeros(()))

    def step(self, lead: Tensor) -> None:
        """Follow the critic's lead (B,) on real images."""
        self.steps += 1
        self.strength += HASTE * (lead.sign().mean() - OVERFIT).sign()
        self.strength.clamp_(0.0, STRONGEST)


def learn_gan(model: Gan, material: Material, config: StageConfig) -> Assignment:
    """Both sides in one step: each is held still while the other's loss is taken."""
    if model.critic is None or model.encoder is None:
        model.add_helpers()
    critic, encoder = cast(AnyCritic, model.critic), cast(StyleEncoder, model.encoder)
    pace = Pace()
    if not model.generator.table.weight.any():
        set_table(model, material)

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        batch = material.batch(config.batch, config.real, rng, sharp=True)
        along = float(pace.steps) / config.steps
        with torch.autocast("cpu", torch.bfloat16):
            easel = _easel(model, batch, along, float(pace.strength))
            told, real, lead = _critic(critic, easel)
            figures = {**_painter(critic, easel, real), "critic": told}
        if rng.random() < 1 / EVERY:
            figures["critic"] = told + EVERY * STEEPNESS / 2 * _steepness(critic, easel)
        total = figures["fooled"] + figures["named"] + MATCHING * figures["features"]
        total = total + COARSE * figures["coarse"] + LIKENESS * figures["near"] + FEATURES * figures["paired"]
        total = total + DIVERGENCE * easel.told.mean() + figures["critic"]
        pace.step(lead)
        shown = {**figures, "told": easel.told.mean(), "strength": pace.strength}
        return total, {name: float(value.detach()) for name, value in shown.items()}

    learners: dict[str, nn.Module] = {
        "generator": model.generator,
        "encoder": encoder,
        "critic": critic,
        "prior": model.prior,
        "pace": pace,
    }
    return Assignment(
        learners,
        loss,
        betas=(0.0, 0.99),
        steady=("critic",),
        orthogonal=("generator.", "encoder.", "critic."),
        momentum=0.5,
        paces={"critic": 1.5},
    )


@torch.no_grad()
def set_table(model: Gan, material: Material, count: int = 64) -> None:
    """Begin with what each label looks like on average: least squares of grey levels on planes."""
    batch = material.batch(count, 0.5, np.random.default_rng(0), sharp=True)
    planes = placed(model.planes.encode(torch.cat([batch.mask.unsqueeze(1), batch.others], 1)))
    known = torch.cat([planes, torch.ones_like(planes[:, :1])], 1).movedim(1, -1)[:, ::4, ::4].flatten(0, 2)
    grey = batch.image[:, 0, ::4, ::4].flatten()
    ridge = known.T @ known + len(known) * 1e-4 * torch.eye(known.shape[1])
    found = torch.linalg.solve(ridge, known.T @ grey)
    model.generator.table.weight.copy_(found[None, :-1, None, None])
    cast(Tensor, model.generator.table.bias).copy_(found[-1:])


@dataclass(frozen=True)
class _Easel:
    """Real images and paintings of the same maps, the first half in the image's own style."""

    image: Tensor
    painted: Tensor
    claims: Tensor
    classes: Tensor
    asked: Tensor
    """The classes (B, H, W) of the maps as the generator saw them, layers withheld."""
    told: Tensor
    """Nats (B / 2,) that the encoder tells of each image's style."""
    disguise: Disguise
    """Put on each image and on its painting."""

    @property
    def half(self) -> int:
        """How many are painted in the image's own style."""
        return len(self.told)


def _easel(model: Gan, batch: Batch, along: float, strength: float) -> _Easel:
    maps = torch.cat([batch.mask.unsqueeze(1), batch.others], 1)
    share = max(WITHHELD[1], WITHHELD[0] * (1 - along / WARM))
    rows = len(maps)
    unsaid = (torch.rand(rows) < share).float()
    hidden = torch.rand(rows, maps.shape[1]) < share
    hidden[:, 0] = False
    shown = torch.where(hidden[:, :, None, None], UNDRAWN, maps)
    claims = model.claims(batch.slots * (1 - unsaid)[:, None], batch.phantom)
    style, told = _styles(model, batch)
    grain = torch.randn(rows, 1, *maps.shape[-2:])
    painted = model.generator(model.planes.encode(shown), claims, style, grain)
    classes, asked = model.planes.render(maps), model.planes.render(shown)
    return _Easel(batch.image, painted, claims, classes, asked, told, Disguise.draw(rows, strength))


def _styles(model: Gan, batch: Batch) -> tuple[Tensor, Tensor]:
    """Styles (B, S), the first half read from the images, and the nats (B / 2,) that were read."""
    half = len(batch.image) // 2
    mean, spread = cast(StyleEncoder, model.encoder)(batch.image[:half])
    read = mean + (spread / 2).exp() * torch.randn_like(mean)
    white = torch.randn(len(batch.image) - half, mean.shape[1])
    drawn = model.prior.draw(white, batch.phantom[half:])
    model.prior.follow(read, batch.phantom[:half])
    return torch.cat([read, drawn]), divergence(mean, spread)


def _painter(critic: AnyCritic, easel: _Easel, real: Verdict) -> dict[str, Tensor]:
    """How well the generator fools the critic, is named, and is like the images whose style it has."""
    half = easel.half
    critic.requires_grad_(False)
    painted, asked = easel.disguise(easel.painted, easel.asked)
    fake = critic(painted, easel.claims)
    critic.requires_grad_(True)
    weights = class_weights(easel.classes, critic.config.classes)
    gap = F.avg_pool2d(easel.painted[:half], BLOCK) - F.avg_pool2d(easel.image[:half], BLOCK)
    return {
        "fooled": relative(fake.score, real.score.detach()),
        "named": naming(fake.pixels, asked, weights),
        "features": matching(_means(real), _means(fake)),
        "coarse": gap.abs().mean(),
        "near": likeness(easel.painted[:half], easel.image[:half]),
        "paired": matching(real.first(half), fake.first(half)),
    }


def _means(verdict: Verdict) -> Verdict:
    """Features as means and deviations over a batch: statistics are matched, not images."""
    features = [torch.stack([f.float().mean((0, 2, 3)), f.float().std((0, 2, 3))]) for f in verdict.features]
    return Verdict(verdict.score, verdict.pixels, features)


def _steepness(critic: AnyCritic, easel: _Easel) -> Tensor:
    """Both penalties, on half of a batch: they cost more than everything else."""
    half = easel.half
    sides = easel.image[:half], easel.painted[:half]
    return torch.stack([steepness(critic, side, easel.claims[:half]) for side in sides]).sum()


def _critic(critic: AnyCritic, easel: _Easel) -> tuple[Tensor, Verdict, Tensor]:
    """The critic's own loss, its verdict on real images, and by how much each (B,) beats a painting."""
    image, classes = easel.disguise(easel.image, easel.classes)
    painted, _ = easel.disguise(easel.painted.detach(), easel.asked)
    real, fake = critic(image, easel.claims), critic(painted, easel.claims)
    weights = class_weights(easel.classes, critic.config.classes)
    loss = relative(real.score, fake.score)
    loss = loss + naming(real.pixels, classes, weights) + calling_painted(fake.pixels)
    return loss, real, (real.score - fake.score).detach()
