"""Real images beside what a label-map generator painted of the same maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from diptych.models.gan.gan import Gan
from diptych.models.gan.generator import placed
from diptych.models.gan.style import divergence
from diptych.training.augment import Batch
from diptych.training.examples import UNDRAWN
from diptych.training.tasks import Material, likeness

BLOCK = 4
"""Coarse grey levels are means over blocks of this many pixels squared."""


@dataclass(frozen=True)
class Easel:
    """Images (B, 1, H, W) and paintings of their maps, the first `own` in the image's own style."""

    image: Tensor
    painted: Tensor
    claims: Tensor
    """Findings and whether it is a phantom, (B, F), as far as they were said."""
    classes: Tensor
    asked: Tensor
    """The classes (B, H, W) of the maps as the generator saw them, layers withheld."""
    marked: Tensor
    """Whether a pixel (B, H, W) is one of a finding that the generator was shown."""
    told: Tensor
    """Nats (own,) that the encoder tells of each image's style."""

    @property
    def own(self) -> int:
        """How many are painted in the image's own style."""
        return len(self.told)

    def distances(self) -> tuple[Tensor, Tensor]:
        """How far paintings in the image's own style are from it: coarse grey levels, and likeness."""
        painted, image = self.painted[: self.own], self.image[: self.own]
        gap = F.avg_pool2d(painted, BLOCK) - F.avg_pool2d(image, BLOCK)
        return gap.abs().mean(), likeness(painted, image)

    def gap_of_findings(self) -> Tensor:
        """Mean difference of grey levels on the pixels of findings, 0 where there are none.

        A lesion of thirty pixels is nothing in a mean over an image, and is what was asked for.
        """
        marked = self.marked[: self.own].float()
        gap = (self.painted[: self.own] - self.image[: self.own])[:, 0].abs()
        return (gap * marked).sum() / marked.sum().clamp_min(1)


def put_up(model: Gan, batch: Batch, *, own: int, withheld: float) -> Easel:
    """Paint a batch: `own` rows in their image's style, the others in new ones.

    From a share `withheld` of rows each layer but the first is withheld, and what findings there are.
    """
    maps = torch.cat([batch.mask.unsqueeze(1), batch.others], 1)
    rows = len(maps)
    unsaid = (torch.rand(rows) < withheld).float()
    hidden = torch.rand(rows, maps.shape[1]) < withheld
    hidden[:, 0] = False
    shown = torch.where(hidden[:, :, None, None], UNDRAWN, maps)
    claims = model.claims(batch.slots * (1 - unsaid)[:, None], batch.phantom)
    style, told = _styles(model, batch, claims, own)
    grain = torch.randn(rows, 1, *maps.shape[-2:])
    painted = model.generator(model.planes.encode(shown), claims, style, grain)
    return Easel(
        image=batch.image,
        painted=painted,
        claims=claims,
        classes=model.planes.render(maps),
        asked=model.planes.render(shown),
        marked=model.planes.marked(shown),
        told=told,
    )


def _styles(model: Gan, batch: Batch, claims: Tensor, own: int) -> tuple[Tensor, Tensor]:
    """Styles (B, S), the first `own` read from the images, and the nats (own,) that were read."""
    mean, spread = model.read_style(batch.image[:own])
    read = mean + (spread / 2).exp() * torch.randn_like(mean)
    white = torch.randn(len(batch.image) - own, mean.shape[1])
    drawn = model.prior.draw(white, claims[own:])
    model.prior.follow(read, claims[:own])
    return torch.cat([read, drawn]), divergence(mean, spread)


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
