"""Convolutional blocks shared by the tokenizers and their critic."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn import functional as F


class Residual(nn.Module):
    """Pre-activation residual block, group norm, two 3 x 3 convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(8, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(8, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(cast(Tensor, self.conv2.bias))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape."""
        h = self.conv1(F.silu(self.norm1(x)))
        return x + cast(Tensor, self.conv2(F.silu(self.norm2(h))))


class Encoder(nn.Module):
    """Image-shaped input to a latent at 1/16 of its size.

    A space-to-depth stem folds 4 x 4 pixels into channels before the first convolution,
    so that nothing is computed at full resolution.
    """

    def __init__(self, channels_in: int, widths: tuple[int, int, int], latent: int) -> None:
        super().__init__()
        a, b, c = widths
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(16 * channels_in, a, 3, padding=1),
            Residual(a),
            nn.Conv2d(a, b, 3, stride=2, padding=1),
            Residual(b),
            nn.Conv2d(b, c, 3, stride=2, padding=1),
            Residual(c),
            Residual(c),
            nn.GroupNorm(8, c),
            nn.SiLU(),
            nn.Conv2d(c, latent, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, latent, H/16, W/16)."""
        return cast(Tensor, self.layers(x))


class Grow(nn.Module):
    """Nearest-neighbour doubling and a convolution."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', 2H, 2W)."""
        return cast(Tensor, self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest")))
