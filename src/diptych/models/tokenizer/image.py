"""The image tokenizer, with a decoder that is shown the mask.

The codes say what an image looks like on a grid of 1/16; the decoder also sees the mask's
planes at three sizes and lays edges where the mask has them. So the codes need not spend
themselves on outlines that the mask stream has drawn already, and what is decoded sits on
its mask. Images without a mask are decoded with empty planes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.tokenizer.blocks import Encoder, Grow, Residual
from diptych.models.tokenizer.quantizer import ResidualQuantizer, Walk


@dataclass(frozen=True, kw_only=True)
class ImageTokenizerConfig:
    """Sizes of an image tokenizer; `planes` is the number of mask planes the decoder sees."""

    scales: tuple[tuple[int, int], ...]
    planes: int
    latent: int = 16
    widths: tuple[int, int, int, int] = (32, 56, 72, 80)
    deeper: int = 0
    """Residual blocks that the decoder has at 1/16 and at 1/8 of the size beside the usual ones."""

    def build(self) -> ImageTokenizer:
        """A tokenizer with fresh weights."""
        return ImageTokenizer(self)


class GuidedDecoder(nn.Module):
    """Latent (B, C, H/16, W/16) and planes (B, P, H, W) to an image (B, 1, H, W) in [-1, 1]."""

    def __init__(self, config: ImageTokenizerConfig) -> None:
        super().__init__()
        z, a, b, c = config.widths
        self.stem = nn.Sequential(nn.Conv2d(config.latent, c, 3, padding=1), Residual(c), Residual(c))
        self.deeper16 = nn.Sequential(*(Residual(c) for _ in range(config.deeper)))
        self.grow1, self.block1 = Grow(c, b), Residual(b)
        self.deeper8 = nn.Sequential(*(Residual(b) for _ in range(config.deeper)))
        self.grow2, self.block2 = Grow(b, a), nn.Sequential(Residual(a), Residual(a))
        self.grow3, self.block3 = Grow(a, z), Residual(z)
        self.guide1 = nn.Conv2d(config.planes, b, 3, padding=1)
        self.guide2 = nn.Conv2d(4 * config.planes, a, 3, padding=1)
        self.guide3 = nn.Conv2d(4 * config.planes, z, 3, padding=1)
        self.grain1, self.grain2, self.grain3 = _grain(8, b), _grain(4, a), _grain(2, z)
        self.paint = nn.Sequential(
            nn.GroupNorm(8, z), nn.SiLU(), nn.Conv2d(z, 4, 3, padding=1), nn.PixelShuffle(2)
        )

    def forward(self, latent: Tensor, planes: Tensor, grain: Tensor | None = None) -> Tensor:
        """Decode; a batch of zeros as planes stands for 'no mask'.

        `grain` (B, 1, H, W) is white noise that becomes film grain and fine texture, which no
        code describes; without it the likeliest image is painted.
        """
        fine = F.pixel_unshuffle(planes, 2)
        middle = F.pixel_unshuffle(F.avg_pool2d(planes, 2), 2)
        coarse = F.avg_pool2d(planes, 8)
        x = self.deeper16(self.stem(latent))
        x = self.deeper8(self.block1(_strewn(self.grow1(x) + self.guide1(coarse), self.grain1, grain)))
        x = self.block2(_strewn(self.grow2(x) + self.guide2(middle), self.grain2, grain))
        x = self.block3(_strewn(self.grow3(x) + self.guide3(fine), self.grain3, grain))
        return torch.tanh(cast(Tensor, self.paint(x)).float())


def _grain(side: int, width: int) -> nn.Sequential:
    """White noise at full size to features at 1/`side`, silent at first."""
    mix = nn.Conv2d(side * side, width, 1, bias=False)
    nn.init.zeros_(mix.weight)
    return nn.Sequential(nn.PixelUnshuffle(side), mix)


def _strewn(x: Tensor, mix: nn.Module, grain: Tensor | None) -> Tensor:
    return x if grain is None else x + cast(Tensor, mix(grain))


class ImageTokenizer(nn.Module):
    """Images (B, 1, H, W) in [-1, 1] to codes on growing grids, and back."""

    def __init__(self, config: ImageTokenizerConfig) -> None:
        super().__init__()
        _, a, b, c = config.widths
        self.encoder = Encoder(1, (a, b, c), config.latent)
        self.quantizer = ResidualQuantizer(config.latent, config.scales)
        self.decoder = GuidedDecoder(config)

    def latent(self, image: Tensor) -> Tensor:
        """The continuous latent (B, C, H/16, W/16) of an image."""
        return cast(Tensor, self.encoder(image)).float()

    def decode(self, latent: Tensor, planes: Tensor, grain: Tensor | None = None) -> Tensor:
        """The image (B, 1, H, W) in [-1, 1] of a latent, on the mask of the planes."""
        return cast(Tensor, self.decoder(latent, planes, grain))

    def forward(
        self, image: Tensor, planes: Tensor, slips: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Walk]:
        """Reconstruction, commitment loss and codes; gradients pass straight through the codes."""
        latent = self.latent(image)
        walk = self.quantizer.walk(latent, slips)
        through = walk.total + latent - latent.detach()
        commitment = (latent - walk.total.detach()).pow(2).mean()
        return self.decode(through, planes), commitment, walk

    @torch.no_grad()
    def round_trip(self, image: Tensor, planes: Tensor) -> Tensor:
        """The image as it comes back from its codes."""
        return self.decode(self.quantizer.walk(self.latent(image)).total, planes)
