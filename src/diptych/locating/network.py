"""A U-Net that works at full resolution, since a bracket is three pixels wide."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 4


class Unit(nn.Sequential):
    """Twice 3 x 3 convolution, group norm (few images a batch), SiLU: (N, a, H, W) -> (N, b, H, W)."""

    def __init__(self, a: int, b: int) -> None:
        layers: list[nn.Module] = []
        for before in (a, b):
            layers += [nn.Conv2d(before, b, 3, padding=1), nn.GroupNorm(GROUPS, b), nn.SiLU()]
        super().__init__(*layers)


class FineUNet(nn.Module):
    """Planes (N, 2, H, W) -> log-odds (N, places, H, W); H and W are multiples of 4."""

    def __init__(self, places: int, width: int = 16) -> None:
        super().__init__()
        self.fine, self.middle, self.coarse = (
            Unit(2, width),
            Unit(width, 2 * width),
            Unit(2 * width, 4 * width),
        )
        self.up, self.out = Unit(6 * width, 2 * width), Unit(3 * width, width)
        self.head = nn.Conv2d(width, places, 1)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        fine = self.fine(x)
        middle = self.middle(F.avg_pool2d(fine, 2))
        coarse = self.coarse(F.avg_pool2d(middle, 2))
        up = self.up(torch.cat([_twice(coarse), middle], 1))
        odds: Tensor = self.head(self.out(torch.cat([_twice(up), fine], 1)))
        return odds


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")
