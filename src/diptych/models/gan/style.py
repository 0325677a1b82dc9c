"""Which style a radiograph has: an encoder beside generator and critic, in training only.

A generator that is only ever told "real or not" takes long to find a jaw. Told the style of a real
image, it can be held to that image, and learns what a style is; styles from a unit normal then make new ones
(a variational encoder of the global style, as SPADE's, arXiv:1903.07291, section 3.3, after arXiv:1312.6114).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class StyleEncoder(nn.Module):
    """Images (B, 1, H, W) to mean and log-variance (B, style) of their style."""

    def __init__(self, style: int, widths: tuple[int, ...] = (24, 48, 64, 96, 128)) -> None:
        super().__init__()
        ins = (4, *widths[:-1])
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, 3 if k == 0 else 4, stride=1 if k == 0 else 2, padding=1)
            for k, (a, b) in enumerate(zip(ins, widths, strict=True))
        )
        self.read = nn.Linear(8 * widths[-1], 2 * style)
        nn.init.normal_(self.read.weight, std=0.01)
        nn.init.zeros_(self.read.bias)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance; the log-variance stays within [-6, 2]."""
        x = F.pixel_unshuffle(image, 2)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        where = F.adaptive_avg_pool2d(x, (2, 4)).flatten(1)
        mean, spread = self.read(where).float().chunk(2, 1)
        return mean, spread.clamp(-6.0, 2.0)


def divergence(mean: Tensor, spread: Tensor) -> Tensor:
    """Kullback-Leibler divergence (B,) from a unit normal, in nats."""
    return torch.as_tensor((mean.pow(2) + spread.exp() - 1 - spread).sum(1) / 2)
