"""The critic: a U-Net that says how real an image is, and of which class each pixel.

Its narrow end gives one score an image (with a projection of the findings, arXiv:1802.05637); its wide
end names each pixel's class or calls it painted, the (N + 1)-class critic of OASIS (arXiv:2012.04781,
written from the paper). The image's finest detail is shown beside it, louder, as to the tokenizer's critic.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LOUDER = 4.0


@dataclass(frozen=True, kw_only=True)
class CriticConfig:
    """Sizes of a critic; `widths` go from 1/2 to 1/16 of the image's side."""

    classes: int
    """Classes of a pixel, background included; one more means painted."""
    findings: int
    widths: tuple[int, ...] = (32, 64, 96, 128)


@dataclass(frozen=True)
class Verdict:
    """Scores (B,), pixel logits (B, classes + 1, H, W) and features of every size."""

    score: Tensor
    pixels: Tensor
    features: list[Tensor]

    def first(self, rows: int) -> Verdict:
        """The verdict on the first rows alone."""
        return Verdict(self.score[:rows], self.pixels[:rows], [f[:rows] for f in self.features])


class Critic(nn.Module):
    """Judges images (B, 1, H, W) that claim findings (B, F)."""

    def __init__(self, config: CriticConfig) -> None:
        super().__init__()
        self.config = config
        w = config.widths
        self.enter = nn.Conv2d(8, w[0], 3, padding=1)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairwise(w))
        self.deep = nn.Conv2d(w[-1], w[-1], 3, padding=1)
        self.score = nn.Linear(w[-1], 1)
        self.claim = nn.Linear(config.findings, w[-1], bias=False)
        self.up = nn.ModuleList(
            nn.Conv2d(b + a, a, 3, padding=1) for a, b in zip(w[-2::-1], w[:0:-1], strict=False)
        )
        self.name = nn.Conv2d(w[0], 4 * (config.classes + 1), 3, padding=1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, 0.2)
                nn.init.zeros_(cast(Tensor, layer.bias))
        for head in (self.name, self.score, self.claim):
            nn.init.normal_(head.weight, std=0.01)

    def forward(self, image: Tensor, findings: Tensor) -> Verdict:
        """Judge a batch."""
        smooth = F.interpolate(F.avg_pool2d(image, 2), scale_factor=2.0, mode="bilinear")
        x = F.leaky_relu(
            self.enter(F.pixel_unshuffle(torch.cat([image, LOUDER * (image - smooth)], 1), 2)), 0.2
        )
        features = [x]
        for layer in self.down:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        x = F.leaky_relu(self.deep(x), 0.2)
        whole = x.mean((2, 3))
        score = self.score(whole)[:, 0] + (self.claim(findings) * whole).sum(1) / whole.shape[1] ** 0.5
        for layer, beside in zip(self.up, features[-2::-1], strict=True):
            wide = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = F.leaky_relu(layer(torch.cat([wide, beside], 1)), 0.2)
        return Verdict(score.float(), F.pixel_shuffle(self.name(x), 2).float(), features)
