"""The mask tokenizer: categorical in, categorical out.

Masks never pass through a grey-value tokenizer: rounding a grey level back to a label
turns one label into its neighbour (seen in MedSegFactory's decoder).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from diptych.models.tokenizer.blocks import Encoder, Grow, Residual
from diptych.models.tokenizer.planes import Coding, planes_of
from diptych.models.tokenizer.quantizer import ResidualQuantizer, Walk


@dataclass(frozen=True, kw_only=True)
class MaskTokenizerConfig:
    """Sizes of a mask tokenizer; `scales` are (rows, columns), the last is 1/16 of the mask."""

    coding: Coding
    scales: tuple[tuple[int, int], ...]
    latent: int = 12
    widths: tuple[int, int, int] = (40, 64, 80)

    def build(self) -> MaskTokenizer:
        """A tokenizer with fresh weights."""
        return MaskTokenizer(self)


class MaskTokenizer(nn.Module):
    """Masks (B, H, W) int64 to codes on growing grids, and back."""

    def __init__(self, config: MaskTokenizerConfig) -> None:
        super().__init__()
        self.planes = planes_of(config.coding)
        a, b, c = config.widths
        self.encoder = Encoder(self.planes.count, config.widths, config.latent)
        self.quantizer = ResidualQuantizer(config.latent, config.scales)
        self.decoder = nn.Sequential(
            nn.Conv2d(config.latent, c, 3, padding=1),
            Residual(c),
            Residual(c),
            Grow(c, b),
            Residual(b),
            Grow(b, a),
            Residual(a),
            nn.GroupNorm(8, a),
            nn.SiLU(),
            nn.Conv2d(a, 16 * self.planes.count, 3, padding=1),
            nn.PixelShuffle(4),
        )

    def latent(self, mask: Tensor) -> Tensor:
        """The continuous latent (B, C, H/16, W/16) of a mask."""
        return cast(Tensor, self.encoder(self.planes.encode(mask))).float()

    def decode(self, latent: Tensor) -> Tensor:
        """Plane logits (B, P, H, W) of a latent."""
        return cast(Tensor, self.decoder(latent)).float()

    def forward(self, mask: Tensor, slips: Tensor | None = None) -> tuple[Tensor, Tensor, Walk]:
        """Plane logits, commitment loss and codes; gradients pass straight through the codes."""
        latent = self.latent(mask)
        walk = self.quantizer.walk(latent, slips)
        through = walk.total + latent - latent.detach()
        commitment = (latent - walk.total.detach()).pow(2).mean()
        return self.decode(through), commitment, walk

    @torch.no_grad()
    def round_trip(self, mask: Tensor) -> Tensor:
        """The mask as it comes back from its codes."""
        return self.planes.decode(self.decode(self.quantizer.walk(self.latent(mask)).total))
