"""A patch critic for pairs: is this image a radiograph, and does it sit on this mask?

A normalised patch critic with hinge loss and feature matching (pix2pixHD, arXiv:1711.11585);
matching takes the place of a perceptual loss that would need foreign weights. Spectral
normalisation was tried first: in the few hundred steps that a laptop affords, the critic
stayed too weak to sharpen anything.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PairCritic(nn.Module):
    """Scores patches of an image (B, 1, H, W) on planes (B, P, H, W)."""

    def __init__(self, planes: int, widths: tuple[int, int, int, int] = (32, 64, 96, 128)) -> None:
        super().__init__()
        ins = (4 * (1 + planes), *widths[:-1])
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(i, o, 3 if k == 0 else 4, stride=1 if k == 0 else 2, padding=1),
                nn.GroupNorm(8, o) if k else nn.Identity(),
                nn.LeakyReLU(0.2),
            )
            for k, (i, o) in enumerate(zip(ins, widths, strict=True))
        )
        self.scores = nn.ModuleList(nn.Conv2d(w, 1, 3, padding=1) for w in widths[1:])

    def forward(self, image: Tensor, planes: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Patch scores at 1/4, 1/8 and 1/16 and the features before them."""
        x = F.pixel_unshuffle(torch.cat([image, planes], 1), 2)
        features: list[Tensor] = []
        for layer in self.layers:
            x = layer(x)
            features.append(x)
        scores = [cast(Tensor, s(f)).float() for s, f in zip(self.scores, features[1:], strict=True)]
        return scores, features


def critic_loss(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Hinge loss of the critic, averaged over its scales."""
    terms = [F.relu(1 - r).mean() + F.relu(1 + f).mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(terms).mean()


def painter_loss(fake: list[Tensor]) -> Tensor:
    """Hinge loss of the decoder that faces the critic."""
    return -torch.stack([f.mean() for f in fake]).mean()


def feature_distance(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Mean absolute difference of the critic's features, relative to their size."""
    terms = [(r.detach() - f).abs().mean() / r.detach().abs().mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(terms).mean()
