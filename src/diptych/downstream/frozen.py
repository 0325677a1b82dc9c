"""Light heads on an encoder that stays as it is."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.downstream.encoders import Placed
from diptych.downstream.unet import ConvUnit

WIDTH = 64
"""Channels between the encoder's features and the answer."""


class MeanHead(nn.Module):
    """Standardised images (N, 1, H, W) -> logits (N, outputs): one linear map of the mean over patches."""

    def __init__(self, encoder: Placed, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.linear = nn.Linear(encoder.width, outputs)

    def forward(self, images: Tensor) -> Tensor:
        """See the class."""
        logits: Tensor = self.linear(self.encoder(images).mean((2, 3)))
        return logits


class GridHead(nn.Module):
    """Images with coordinates (N, 3, H, W) -> logits (N, outputs, H, W), each patch answering for its pixels.

    Two convolutions on the grid of patches; the last one's planes are the pixels of a patch (Shi et al. 2016,
    arXiv 1609.05158).
    """

    def __init__(self, encoder: Placed, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.layers = nn.Sequential(
            nn.Conv2d(encoder.width + 2, WIDTH, 1),
            ConvUnit(WIDTH, WIDTH),
            nn.Conv2d(WIDTH, outputs * encoder.pixels**2, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        places = F.avg_pool2d(x[:, 1:], self.encoder.pixels)
        planes = self.layers(torch.cat([self.encoder(x[:, :1]), places], dim=1))
        return F.pixel_shuffle(planes, self.encoder.pixels)
