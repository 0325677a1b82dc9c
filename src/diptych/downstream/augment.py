"""Light augmentation of radiographs: small affine maps, exposure, blur, noise, lawful mirrors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True, kw_only=True)
class AugmentConfig:
    """Half-widths of the uniform draws; 0 switches one off."""

    rotate: float = 6.0
    """Degrees."""
    scale: float = 0.10
    """Relative, each axis by itself."""
    shift: float = 0.05
    """Share of the image's height and width."""
    warp: float = 0.0
    """Largest displacement of a smooth random warp, in the same share."""
    gamma: float = 0.3
    """In log units: 0.3 is exponents of 0.74 to 1.35."""
    contrast: float = 0.2
    brightness: float = 0.1
    noise: float = 0.03
    """Largest standard deviation, in units of the full grey range."""
    blur: float = 0.4
    """Share of images that are blurred with a 3 x 3 binomial kernel."""


LIGHT = AugmentConfig()
"""What every arm of a comparison gets."""

STRONG = AugmentConfig(
    rotate=15.0,
    scale=0.2,
    shift=0.1,
    warp=0.03,
    gamma=0.6,
    contrast=0.4,
    brightness=0.2,
    noise=0.06,
    blur=0.5,
)
"""The classical alternative to more images: about twice as much of everything, and a warp."""


def spatial(
    images: Tensor, masks: Tensor, config: AugmentConfig, chance: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The same random affine map and warp for image (N, 1, H, W) and mask (N, H, W, integer codes).

    What comes in from outside is the border's grey in the image and 0 in the mask.
    """
    count, _, height, width = images.shape
    grid = F.affine_grid(
        _matrices(count, height / width, config, chance), list(images.shape), align_corners=False
    )
    if config.warp:
        grid = grid + config.warp * _warp(count, (height, width), chance)
    moved = F.grid_sample(images, grid, padding_mode="border", align_corners=False)
    codes = masks[:, None].to(images.dtype)
    codes = F.grid_sample(codes, grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return moved, codes[:, 0].round().to(masks.dtype)


def photometric(images: Tensor, config: AugmentConfig, chance: torch.Generator) -> Tensor:
    """Exposure, blur and noise on images (N, 1, H, W) in [0, 1]; stays in [0, 1]."""
    count = images.shape[0]
    x = images.clamp(0, 1).pow(_draw(count, config.gamma, chance).exp())
    x = (
        0.5
        + (x - 0.5) * (1 + _draw(count, config.contrast, chance))
        + _draw(count, config.brightness, chance)
    )
    blurred = torch.rand(count, 1, 1, 1, generator=chance) < config.blur
    x = torch.where(blurred, binomial(x), x)
    level = config.noise * torch.rand(count, 1, 1, 1, generator=chance)
    return (x + level * torch.randn(x.shape, generator=chance)).clamp(0, 1)


def mirror(images: Tensor, masks: Tensor, table: Tensor, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mirror half of the pairs left-right; `table` (256,) maps each code to its twin."""
    flip = torch.rand(images.shape[0], generator=chance) < 0.5
    images = torch.where(flip[:, None, None, None], images.flip(-1), images)
    return images, torch.where(flip[:, None, None], table[masks.long()].to(masks.dtype).flip(-1), masks)


def mirror_labels(
    images: Tensor, labels: Tensor, order: tuple[int, ...], chance: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Mirror half of the images; label `i` (N, L) of a mirrored one is what label `order[i]` was."""
    flip = torch.rand(images.shape[0], generator=chance) < 0.5
    images = torch.where(flip[:, None, None, None], images.flip(-1), images)
    return images, torch.where(flip[:, None], labels[:, list(order)], labels)


def binomial(images: Tensor) -> Tensor:
    """Blur (N, 1, H, W) by [1 2 1] / 4 along both axes, edges repeated."""
    weights = torch.tensor([0.25, 0.5, 0.25], dtype=images.dtype)
    kernel = (weights[:, None] * weights[None, :])[None, None]
    return F.conv2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), kernel)


def _draw(count: int, half_width: float, chance: torch.Generator) -> Tensor:
    return (2 * torch.rand(count, 1, 1, 1, generator=chance) - 1) * half_width


def _warp(count: int, size: tuple[int, int], chance: torch.Generator) -> Tensor:
    """(N, H, W, 2) displacements in -2..2 (half images), from a random lattice of 4 x 6 knots."""
    knots = 4 * torch.rand(count, 2, 4, 6, generator=chance) - 2
    return F.interpolate(knots, size=size, mode="bicubic", align_corners=True).movedim(1, -1)


def _matrices(count: int, aspect: float, config: AugmentConfig, chance: torch.Generator) -> Tensor:
    """(N, 2, 3) maps from output to input coordinates; rotation keeps the pixel aspect."""
    u = 2 * torch.rand(count, 5, generator=chance) - 1
    angle = u[:, 0] * math.radians(config.rotate)
    wide, high = 1 + config.scale * u[:, 1], 1 + config.scale * u[:, 2]
    cos, sin = torch.cos(angle), torch.sin(angle)
    top = torch.stack([wide * cos, -wide * sin * aspect, 2 * config.shift * u[:, 3]], dim=1)
    bottom = torch.stack([high * sin / aspect, high * cos, 2 * config.shift * u[:, 4]], dim=1)
    return torch.stack([top, bottom], dim=1)
