"""A patch critic for pairs: is this image a radiograph, and does it sit on this mask?

A patch critic with hinge loss and feature matching (pix2pixHD, arXiv:1711.11585); matching
takes the place of a perceptual loss that would need foreign weights. It has no normalisation:
what tells a radiograph from a smooth likeness is the strength of its fine detail, and that is
just what group or instance norms divide away (with them the critic needed hundreds of steps
to notice blur, without them it needs fifty; spectral norm was too weak as well). A
zero-centred gradient penalty on real images (Mescheder et al. 2018, arXiv:1801.04406) holds
it back instead.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LOUDER = 4.0
"""The image's finest detail is shown beside the image, this many times as strong."""


class PairCritic(nn.Module):
    """Scores patches of an image (B, 1, H, W) on planes (B, P, H, W)."""

    def __init__(self, planes: int, widths: tuple[int, ...] = (32, 64, 96, 128, 128)) -> None:
        super().__init__()
        ins = (4 * (2 + planes), *widths[:-1])
        self.layers = nn.ModuleList(
            nn.Conv2d(i, o, 3 if k == 0 else 4, stride=1 if k == 0 else 2, padding=1)
            for k, (i, o) in enumerate(zip(ins, widths, strict=True))
        )
        self.scores = nn.ModuleList(nn.Conv2d(w, 1, 3, padding=1) for w in widths[1:])
        for layer in self.layers:
            conv = cast(nn.Conv2d, layer)
            nn.init.kaiming_normal_(conv.weight, 0.2)
            nn.init.zeros_(cast(Tensor, conv.bias))

    def forward(self, image: Tensor, planes: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Patch scores at 1/4, 1/8, 1/16 and 1/32 and the features before them."""
        smooth = F.interpolate(F.avg_pool2d(image, 2), scale_factor=2.0, mode="bilinear")
        x = F.pixel_unshuffle(torch.cat([image, LOUDER * (image - smooth), planes], 1), 2)
        features: list[Tensor] = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
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


def steepness(critic: PairCritic, image: Tensor, planes: Tensor) -> Tensor:
    """Squared slope of the critic's word at real images: the R1 penalty of Mescheder et al."""
    image = image.clone().requires_grad_(True)
    said = torch.stack([scores.mean((1, 2, 3)).sum() for scores in critic(image, planes)[0]]).sum()
    (slope,) = torch.autograd.grad(said, image, create_graph=True)
    return slope.pow(2).sum((1, 2, 3)).mean()
