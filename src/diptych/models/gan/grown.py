"""Growing to twice the size without losing what was learned.

The grown generator paints at half its size as before, doubles that, and adds what a new block makes of
the finer labels; the new block's last layer starts at zero, so that at first the grown one is the old one,
doubled, to the bit. The critic likewise judges the halved image as before and adds what it sees in the
whole one.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.gan.critic import Critic, Verdict
from diptych.models.gan.generator import COORDINATES, Generator, Modulated, placed


class GrownGenerator(nn.Module):
    """Planes (B, P, 2H, 2W), findings, style and grain (B, 1, 2H, 2W) to an image (B, 1, 2H, 2W)."""

    def __init__(self, core: Generator, width: int = 24) -> None:
        super().__init__()
        self.core = core
        config = core.config
        self.narrow = nn.Conv2d(config.widths[-1], width, 1)
        self.block = Modulated(width, 4 * (config.planes + COORDINATES), 2 * config.style)
        self.paint = nn.Conv2d(width, 4, 3, padding=1)
        nn.init.zeros_(self.paint.weight)
        nn.init.zeros_(cast(Tensor, self.paint.bias))

    @property
    def table(self) -> nn.Conv2d:
        """What each label looks like on average."""
        return self.core.table

    def forward(self, planes: Tensor, findings: Tensor, style: Tensor, grain: Tensor) -> Tensor:
        """Paint at twice the size of the core."""
        small, x, mixed = self.core.inner(
            F.avg_pool2d(planes, 2), findings, style, 2 * F.avg_pool2d(grain, 2)
        )
        x = F.interpolate(self.narrow(x), scale_factor=2.0, mode="bilinear")
        seen = F.pixel_unshuffle(placed(planes), 2)
        x = self.block(x, seen, mixed, 2 * F.avg_pool2d(grain, 2))
        detail = F.pixel_shuffle(self.paint(F.leaky_relu(x, 0.2)), 2)
        return (doubled(small) + detail).float()


class GrownCritic(nn.Module):
    """Judges images (B, 1, 2H, 2W) that claim findings (B, F)."""

    def __init__(self, core: Critic, width: int = 24) -> None:
        super().__init__()
        self.core, self.config = core, core.config
        self.enter = nn.Conv2d(4, width, 3, padding=1)
        self.name = nn.Conv2d(width, 4 * (core.config.classes + 1), 3, padding=1)
        self.score = nn.Linear(width, 1)
        for layer in (self.name, self.score):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(cast(Tensor, layer.bias))

    def forward(self, image: Tensor, findings: Tensor) -> Verdict:
        """Judge a batch."""
        small = self.core(F.avg_pool2d(image, 2), findings)
        x = F.leaky_relu(self.enter(F.pixel_unshuffle(image, 2)), 0.2)
        pixels = F.interpolate(small.pixels, scale_factor=2.0, mode="nearest")
        pixels = pixels + F.pixel_shuffle(self.name(x), 2).float()
        score = small.score + self.score(x.mean((2, 3)))[:, 0].float()
        return Verdict(score, pixels, [x, *small.features])


def doubled(image: Tensor) -> Tensor:
    """What a grown generator paints before it has learned anything new, from its core's image."""
    return torch.as_tensor(F.interpolate(image, scale_factor=2.0, mode="bilinear"))
