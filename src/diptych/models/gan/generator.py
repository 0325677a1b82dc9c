"""The generator: a label map, findings and a style in, a radiograph out.

Fully convolutional over the pyramid of the label planes, so any height and width that 16 divides will do.
Blocks have no norm: each is modulated by its labels and the style, h (1 + gamma(S, w)) + beta(S, w), with
gamma and beta looked up by 1 x 1 convolutions (class-adaptive modulation, CLADE, arXiv:2004.02867; spatially
adaptive since the labels are, SPADE, arXiv:1903.07291), and its last convolution starts at zero with the
others scaled down (Fixup, arXiv:1901.09321). Nothing runs at full size: planes come in folded 2 x 2 and
the image leaves unfolded. What a class looks like on average is a table; the network paints what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, kw_only=True)
class GeneratorConfig:
    """Sizes of a generator; `widths` go from 1/16 to 1/2 of the image's side."""

    planes: int
    findings: int
    """Length of the multi-hot vector of findings and groups."""
    style: int = 64
    ground: tuple[int, int, int] = (4, 8, 16)
    """Numbers a cell, rows and columns of the part of the style that has a place."""
    widths: tuple[int, ...] = (128, 96, 64, 32)

    @property
    def told(self) -> int:
        """How many numbers a style has in all."""
        return self.style + self.ground[0] * self.ground[1] * self.ground[2]


COORDINATES = 8


def placed(planes: Tensor) -> Tensor:
    """Planes (B, P, H, W) with `COORDINATES` more that say where a pixel is, whatever the size.

    Labels leave most of a radiograph unsaid; without these the generator could not know that the
    chin is below.
    """
    rows, _, height, width = planes.shape
    y = torch.linspace(-1, 1, height)[:, None].expand(height, width)
    x = torch.linspace(-1, 1, width)[None].expand(height, width)
    waves = [y, x, *(f(torch.pi * k * v) for k in (1, 2) for f, v in ((torch.cos, x), (torch.cos, y)))]
    waves += [torch.cos(torch.pi * x) * torch.cos(torch.pi * y), torch.cos(torch.pi * x) * y]
    return torch.cat([planes, torch.stack(waves).expand(rows, -1, -1, -1).to(planes.dtype)], 1)


class Modulated(nn.Module):
    """A residual block whose strength and offset follow the labels and the style of the place."""

    def __init__(self, width: int, planes: int, style: int) -> None:
        super().__init__()
        self.labels = nn.Conv2d(planes, 2 * width, 1)
        self.style = nn.Linear(style, 2 * width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.grain = nn.Parameter(torch.zeros(width, 1, 1))
        nn.init.normal_(self.labels.weight, std=0.3 / planes**0.5)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, planes: Tensor, style: Tensor, grain: Tensor) -> Tensor:
        """x (B, C, h, w), planes (B, P, h, w), style (B, W), grain (B, 1, h, w) to (B, C, h, w)."""
        gain, offset = (self.labels(planes) + self.style(style)[:, :, None, None]).chunk(2, 1)
        h = F.leaky_relu(x, 0.2) * (1 + gain) + offset
        h = F.leaky_relu(self.first(h) + self.grain * grain, 0.2)
        return x + cast(Tensor, self.second(h))


class Generator(nn.Module):
    """Planes (B, P, H, W), findings (B, F) and noise to an image (B, 1, H, W), about in [-1, 1]."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        inner = 2 * config.style
        self.mix = nn.Sequential(
            nn.Linear(config.style + config.findings, inner), nn.LeakyReLU(0.2), nn.Linear(inner, inner)
        )
        ends = config.widths
        self.start = nn.Conv2d(config.planes + COORDINATES, ends[0], 3, padding=1)
        self.place = nn.Linear(inner, ends[0])
        self.ground = nn.Conv2d(config.ground[0], ends[0], 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.ModuleList(Modulated(w, self._planes(k), inner) for _ in range(1 if w == ends[-1] else 2))
            for k, w in enumerate(ends)
        )
        self.narrow = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in pairwise(ends))
        self.paint = nn.Conv2d(ends[-1], 4, 3, padding=1)
        self.table = nn.Conv2d(config.planes + COORDINATES, 1, 1)
        for layer in (self.paint, self.table):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(cast(Tensor, layer.bias))

    def _planes(self, k: int) -> int:
        """The finest blocks see the planes folded, so that an edge keeps its pixel."""
        return (self.config.planes + COORDINATES) * (4 if k == len(self.config.widths) - 1 else 1)

    def forward(self, planes: Tensor, findings: Tensor, style: Tensor, grain: Tensor) -> Tensor:
        """Paint; `style` (B, told) says how, and `grain` (B, 1, H, W) is white noise."""
        return self.inner(planes, findings, style, grain)[0]

    def inner(
        self, planes: Tensor, findings: Tensor, style: Tensor, grain: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The image, the features (B, C, H/2, W/2) that it was painted of, and the mixed style (B, W)."""
        planes = placed(planes)
        whole, ground = style[:, : self.config.style], style[:, self.config.style :]
        style = self.mix(torch.cat([whole, findings], 1))
        count = len(self.config.widths)
        x = self.start(F.avg_pool2d(planes, 2**count)) + self.place(style)[:, :, None, None]
        x = x + self._laid(ground, x)
        for k, pair in enumerate(self.blocks):
            side = 2 ** (count - k)
            seen = F.pixel_unshuffle(planes, 2) if side == 2 else F.avg_pool2d(planes, side)
            noise = F.avg_pool2d(grain, side) * side
            for block in cast(nn.ModuleList, pair):
                x = block(x, seen, style, noise)
            if k + 1 < count:
                x = F.interpolate(self.narrow[k](x), scale_factor=2.0, mode="bilinear")
        detail = F.pixel_shuffle(self.paint(F.leaky_relu(x, 0.2)), 2)
        return (detail + _blurred(self.table(planes))).float(), x, style

    def _laid(self, ground: Tensor, over: Tensor) -> Tensor:
        """The placed part of a style (B, C h w) as features of the coarsest size, that of `over`."""
        cells = ground.reshape(-1, *self.config.ground)
        wide = F.interpolate(cells, over.shape[-2:], mode="bilinear", align_corners=False)
        return cast(Tensor, self.ground(wide))


def _blurred(x: Tensor) -> Tensor:
    """Means over 3 x 3 pixels: no class ends in a knife's edge."""
    return F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
