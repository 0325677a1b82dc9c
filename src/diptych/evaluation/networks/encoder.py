"""The small network that Diptych trains on a user's own images, to compare others with them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.base.errors import DiptychError
from diptych.downstream.unet import coordinates

STEM = 4
"""Pixels along a side of what the first convolution sees as one."""
GROUPS = 8


@dataclass(frozen=True, kw_only=True)
class EncoderConfig:
    """What an encoder sees and how wide it is; `build` makes an untrained one."""

    size: tuple[int, int]
    """(H, W) that images are stretched to; multiples of 4 for one level, of 8 for two, and so on."""
    widths: tuple[int, ...] = (32, 64, 128)
    """Channels of the levels; the last are the features."""

    def __post_init__(self) -> None:
        cell = STEM * 2 ** (len(self.widths) - 1)
        levels = 1 <= len(self.widths) <= 6 and all(w % GROUPS == 0 and 0 < w <= 1024 for w in self.widths)
        if not levels:
            remedy = f"give 1 to 6 multiples of {GROUPS} up to 1024"
            raise DiptychError.of("encoder widths", f"{self.widths} are not lawful", remedy)
        if not all(side % cell == 0 and cell <= side <= 1024 for side in self.size):
            raise DiptychError.of("encoder size", f"{self.size} is not lawful", f"give multiples of {cell}")

    def build(self, seed: int = 0) -> Encoder:
        """An untrained encoder; the seed fixes its weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return Encoder(self.widths)


class Level(nn.Module):
    """Two convolutions beside a short cut (He et al. 2016, arXiv 1512.03385), each with group norm."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.second = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.short = nn.Conv2d(before, after, 1, stride, bias=False)
        # Group norm (Wu and He 2018, arXiv 1803.08494): an image never depends on its batch.
        self.norm1, self.norm2 = nn.GroupNorm(GROUPS, after), nn.GroupNorm(GROUPS, after)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) -> (N, after, H / stride, W / stride)."""
        y = F.relu(self.norm1(self.first(x)))
        return F.relu(self.short(x) + self.norm2(self.second(y)))


class Encoder(nn.Module):
    """Grey images (N, 1, H, W) in [-2, 2] -> features (N, widths[-1]), the mean over all places.

    Two coordinate planes (Liu et al. 2018, arXiv 1807.03247) tell each place where it is, so that
    the mean still knows what lay where. `settle` fixes zero and unit of the features.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.width = widths[-1]
        self.centre: Tensor
        self.spread: Tensor
        self.register_buffer("centre", torch.zeros(self.width))
        self.register_buffer("spread", torch.ones(1))
        steps = zip((STEM**2 + 2, *widths), widths, strict=False)
        self.levels = nn.Sequential(*(Level(a, b, 2 if i else 1) for i, (a, b) in enumerate(steps)))

    def forward(self, images: Tensor) -> Tensor:
        """See the class."""
        x = F.pixel_unshuffle(images, STEM)
        x = torch.cat([x, coordinates(x)], dim=1).contiguous(memory_format=torch.channels_last)
        y: Tensor = (self.levels(x).mean((2, 3)) - self.centre) / self.spread
        return y

    @torch.no_grad()
    def settle(self, features: Tensor) -> None:
        """Move and scale features so that these, (N, width), have mean 0 and mean variance 1.

        One number scales all of them: no feature that hardly varies is blown up.
        """
        self.centre += features.mean(0) * self.spread
        self.spread *= features.var(0).mean().sqrt() + 1e-6


class Projector(nn.Module):
    """Features (N, width) -> directions (N, 128) for the loss alone (Chen et al. 2020, arXiv 2002.05709).

    Batch norm takes away what all images have in common, without which nothing is learned for long;
    it stays behind when training ends.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        hidden = 2 * width
        self.layers = nn.Sequential(
            nn.BatchNorm1d(width),
            nn.Linear(width, hidden, bias=False),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Linear(hidden, 128),
        )

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        return F.normalize(self.layers(features).float(), dim=1)


def contrast(first: Tensor, second: Tensor, warmth: float) -> Tensor:
    """Cross-entropy of finding one's twin among all: rows (N, d) of length 1 that belong together.

    The normalised temperature-scaled loss of Chen et al. 2020 (equation 1) at temperature `warmth`;
    log(2 N - 1) when nothing is known.
    """
    rows, count = torch.cat([first, second]), len(first)
    likeness = rows @ rows.T / warmth
    likeness = likeness.masked_fill(torch.eye(len(rows), dtype=torch.bool), -math.inf)
    return F.cross_entropy(likeness, torch.arange(len(rows)).roll(count))
