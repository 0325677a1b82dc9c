"""Small changes of pose and exposure, before anything is tokenised.

A flip is taken only together with its labels: FDI numbers, sides and slots change with the
image, and only where anatomy permits it (teeth, not hearts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from diptych.prompts.laterality import mirror_tooth
from diptych.training.examples import UNDRAWN, Examples


@dataclass(frozen=True, kw_only=True)
class AugmentConfig:
    """Largest changes; shifts and bends in shares of the image, turns in radians."""

    turn: float = 0.04
    scale: float = 0.06
    shift: float = 0.04
    bend: float = 0.012
    gamma: float = 0.12
    flip: bool = False


@dataclass(frozen=True)
class Batch:
    """Images (B, 1, H, W) in [-1, 1], masks (B, H, W) int64, slots (B, slots), phantom (B,) int64.

    `others` (B, L, H, W) int64 are further layers, see `Examples`.
    """

    image: Tensor
    mask: Tensor
    slots: Tensor
    phantom: Tensor
    others: Tensor


def plain(examples: Examples, rows: NDArray[np.int64]) -> Batch:
    """The rows as they are."""
    image = torch.from_numpy(examples.images[rows]).float().div(127.5).sub(1).unsqueeze(1)
    mask = torch.from_numpy(examples.masks[rows]).long()
    slots = torch.from_numpy(examples.slots[rows])
    others = torch.from_numpy(examples.others[rows]).long()
    return Batch(image, mask, slots, torch.from_numpy(examples.phantom[rows]).long(), others)


def augmented(
    examples: Examples,
    rows: NDArray[np.int64],
    config: AugmentConfig,
    mirrored: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    sharp: bool = False,
) -> Batch:
    """The rows, each bent, turned, shifted, brightened and perhaps flipped in its own way.

    `sharp` interpolates bicubically, which costs fine detail half as much as bilinear does.
    """
    batch = plain(examples, rows)
    if config.flip:
        batch = _flip(batch, torch.from_numpy(rng.random(len(rows)) < 0.5), mirrored)
    field = _field(len(rows), (batch.image.shape[-2], batch.image.shape[-1]), config, rng)
    mode = "bicubic" if sharp else "bilinear"
    image = F.grid_sample(batch.image, field, mode, padding_mode="border", align_corners=False)
    maps = torch.cat([batch.mask.unsqueeze(1), batch.others], 1)
    moved = F.grid_sample(maps.float(), field, "nearest", "zeros", align_corners=False).round().long()
    undrawn = (maps == UNDRAWN).flatten(2).all(2)
    moved[undrawn] = UNDRAWN
    gamma = torch.from_numpy(np.exp(rng.uniform(-config.gamma, config.gamma, len(rows)))).float()
    unit = ((image + 1) / 2).clamp(0, 1) ** gamma[:, None, None, None]
    return Batch(unit * 2 - 1, moved[:, 0], batch.slots, batch.phantom, moved[:, 1:])


def _field(count: int, size: tuple[int, int], config: AugmentConfig, rng: np.random.Generator) -> Tensor:
    """Sampling positions (B, H, W, 2) in [-1, 1] for `grid_sample`."""
    aspect = size[1] / size[0]
    turn = rng.uniform(-config.turn, config.turn, count)
    sy, sx = np.exp(rng.uniform(-config.scale, config.scale, (2, count)))
    cos, sin = np.cos(turn), np.sin(turn)
    shift = rng.uniform(-2 * config.shift, 2 * config.shift, (count, 2))
    rows = [[cos * sx, -sin * sx / aspect, shift[:, 0]], [sin * sy * aspect, cos * sy, shift[:, 1]]]
    theta = torch.tensor(np.array(rows), dtype=torch.float32).permute(2, 0, 1)
    field = F.affine_grid(theta, [count, 1, *size], align_corners=False)
    knots = torch.from_numpy(rng.normal(0, config.bend, (count, 2, 4, 6))).float()
    bend = F.interpolate(knots, size, mode="bicubic", align_corners=False)
    return field + bend.permute(0, 2, 3, 1)


def _flip(batch: Batch, chosen: Tensor, mirrored: NDArray[np.int64]) -> Batch:
    table = torch.tensor(
        [mirror_tooth(code) if code % 10 and 10 < code < 50 else code for code in range(256)]
    )
    pick = chosen[:, None, None]
    return Batch(
        torch.where(pick[:, None], batch.image.flip(-1), batch.image),
        torch.where(pick, table[batch.mask.flip(-1)], batch.mask),
        torch.where(chosen[:, None], batch.slots[:, torch.from_numpy(mirrored)], batch.slots),
        batch.phantom,
        torch.where(pick[:, None], batch.others.flip(-1), batch.others),
    )
