"""A small U-Net that never works at full resolution: space-to-depth in, depth-to-space out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ConvUnit(nn.Sequential):
    """3 x 3 convolution, batch norm, ReLU: (N, before, H, W) -> (N, after, H, W)."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
        )


class Gather(nn.Module):
    """One level up: project the coarse map, add the skip, refine."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(coarse, fine, 1)
        self.refine = nn.Sequential(ConvUnit(fine, fine), ConvUnit(fine, fine))

    def forward(self, coarse: Tensor, skip: Tensor) -> Tensor:
        """(N, coarse, H/2, W/2) and (N, fine, H, W) -> (N, fine, H, W)."""
        up = F.interpolate(self.project(coarse), scale_factor=2.0, mode="nearest")
        refined: Tensor = self.refine(up + skip)
        return refined


class UNet(nn.Module):
    """Grey images (N, 1, H, W) -> fine logits (N, fine, H, W), coarse ones (N, coarse, H/2, W/2).

    After Ronneberger et al. 2015 (arXiv 1505.04597), with three changes for speed on a
    CPU: a space-to-depth stem by 2 (Shi et al. 2016, arXiv 1609.05158), skips that add
    instead of concatenate, and two coordinate planes (Liu et al. 2018, arXiv 1807.03247)
    so that a small field of view still knows where in the jaw or thorax it looks.
    H and W must be multiples of `2 ** len(widths)`.
    """

    def __init__(self, fine: int, coarse: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.fine, self.coarse = fine, coarse
        steps = list(zip((4 + 2, *widths), widths, strict=False))
        self.down = nn.ModuleList(nn.Sequential(ConvUnit(a, b), ConvUnit(b, b)) for a, b in steps)
        pairs = list(zip(widths[1:], widths, strict=False))
        self.up = nn.ModuleList(Gather(coarse, fine) for coarse, fine in reversed(pairs))
        self.head = nn.Conv2d(widths[0], 4 * fine + coarse, 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        x = F.pixel_unshuffle(images, 2)
        x = torch.cat([x, coordinates(x)], dim=1).contiguous(memory_format=torch.channels_last)
        skips = []
        for level, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        skips.pop()
        for gather in self.up:
            x = gather(x, skips.pop())
        fine, coarse = self.head(x).float().split_with_sizes((4 * self.fine, self.coarse), dim=1)
        return F.pixel_shuffle(fine, 2), coarse


def coordinates(like: Tensor) -> Tensor:
    """Two planes (N, 2, H, W) that rise from -1 to 1 along columns and along rows."""
    count, _, height, width = like.shape
    rows = torch.linspace(-1, 1, height, dtype=like.dtype, device=like.device)
    columns = torch.linspace(-1, 1, width, dtype=like.dtype, device=like.device)
    grid = torch.stack([columns.expand(height, width), rows[:, None].expand(height, width)])
    return grid.expand(count, 2, height, width)
