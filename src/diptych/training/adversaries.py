"""Generator against critic, from label maps.

The critic is told by how much real images beat painted ones (relativistic pairing) and what each pixel
is. Half of a batch is painted in the style that the encoder reads from the real image, and held to that
image; the other half in styles drawn from all that were read so far, held to the critic's word alone. Since
both halves pass through one generator, it cannot forget what a style means where nothing holds it to an
image.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from diptych.models.gan.critic import Critic, Verdict
from diptych.models.gan.disguise import Disguise
from diptych.models.gan.gan import Gan
from diptych.models.gan.grown import GrownCritic
from diptych.models.gan.losses import (
    calling_painted,
    class_weights,
    matching,
    naming,
    relative,
    steepness,
)
from diptych.training.easel import Easel, put_up, set_table
from diptych.training.loop import Assignment
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material

AnyCritic = Critic | GrownCritic
STEEPNESS, EVERY = 1.0, 8
"""Weight of both zero-centred penalties, taken once in `EVERY` steps at `EVERY` times the weight."""
COARSE, LIKENESS, FINDINGS, FEATURES, DIVERGENCE = 8.0, 1.0, 4.0, 4.0, 0.0005
"""Weights of coarse grey levels, of likeness, of findings and of features where the style is the image's, and
of what the style may tell. Little likeness: what is held to grey levels pixel by pixel is painted as an
average."""
MATCHING, NAMING = 1.0, 0.25
"""Weights of matched statistics of features, and of every pixel's name. The critic soon knows each pixel for
painted, and its word must not drown the image's."""
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
    critic: AnyCritic = model.critic or model.add_critic()
    pace = Pace()
    if not model.generator.table.weight.any():
        set_table(model, material)

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        batch = material.batch(config.batch, config.real, rng, sharp=True)
        along = float(pace.steps) / config.steps
        with torch.autocast("cpu", torch.bfloat16):
            withheld = max(WITHHELD[1], WITHHELD[0] * (1 - along / WARM))
            easel = put_up(model, batch, own=config.batch // 2, withheld=withheld)
            # The same disguise for an image and its painting.
            worn = Disguise.draw(config.batch, float(pace.strength))
            told, real, lead = _critic(critic, easel, worn)
            figures = {**_painter(critic, easel, worn, real), "critic": told}
        if rng.random() < 1 / EVERY:
            figures["critic"] = told + EVERY * STEEPNESS / 2 * _steepness(critic, easel)
        total = figures["fooled"] + NAMING * figures["named"] + MATCHING * figures["features"]
        total = total + COARSE * figures["coarse"] + LIKENESS * figures["near"] + FEATURES * figures["paired"]
        total = total + FINDINGS * figures["findings"] + DIVERGENCE * easel.told.mean() + figures["critic"]
        pace.step(lead)
        shown = {**figures, "told": easel.told.mean(), "strength": pace.strength}
        return total, {name: float(value.detach()) for name, value in shown.items()}

    learners: dict[str, nn.Module] = {
        "generator": model.generator,
        "encoder": model.encoder,
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
        paces={"critic": 2.0},
    )


def _painter(critic: AnyCritic, easel: Easel, worn: Disguise, real: Verdict) -> dict[str, Tensor]:
    """How well the generator fools the critic, is named, and is like the images whose style it has."""
    critic.requires_grad_(False)
    painted, asked = worn(easel.painted, easel.asked)
    fake = critic(painted, easel.claims)
    critic.requires_grad_(True)
    weights = class_weights(easel.classes, critic.config.classes)
    coarse, near = easel.distances()
    return {
        "fooled": relative(fake.score, real.score.detach()),
        "named": naming(fake.pixels, asked, weights),
        "features": matching(_means(real), _means(fake)),
        "coarse": coarse,
        "near": near,
        "findings": easel.gap_of_findings(),
        "paired": matching(real.first(easel.own), fake.first(easel.own)),
    }


def _means(verdict: Verdict) -> Verdict:
    """Features as means and deviations over a batch: statistics are matched, not images."""
    features = [torch.stack([f.float().mean((0, 2, 3)), f.float().std((0, 2, 3))]) for f in verdict.features]
    return Verdict(verdict.score, verdict.pixels, features)


def _steepness(critic: AnyCritic, easel: Easel) -> Tensor:
    """Both penalties, on half of a batch: they cost more than everything else."""
    half = easel.own
    sides = easel.image[:half], easel.painted[:half]
    return torch.stack([steepness(critic, side, easel.claims[:half]) for side in sides]).sum()


def _critic(critic: AnyCritic, easel: Easel, worn: Disguise) -> tuple[Tensor, Verdict, Tensor]:
    """The critic's own loss, its verdict on real images, and by how much each (B,) beats a painting."""
    image, classes = worn(easel.image, easel.classes)
    painted, _ = worn(easel.painted.detach(), easel.asked)
    real, fake = critic(image, easel.claims), critic(painted, easel.claims)
    weights = class_weights(easel.classes, critic.config.classes)
    loss = relative(real.score, fake.score)
    loss = loss + naming(real.pixels, classes, weights) + calling_painted(fake.pixels)
    return loss, real, (real.score - fake.score).detach()
