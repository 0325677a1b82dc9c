"""Attention in image coordinates: rotary positions that all grids share.

Positions are cell centres in [0, 1], so that cell (0, 0) of a coarse grid and the cells it
covers on a fine one point the same way, and the two streams can read each other across
grids. Queries and keys are normalised (Henry et al. 2020, arXiv:2010.04245).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def cell_centres(grid: tuple[int, int]) -> Tensor:
    """(rows * columns, 2) centres y, x of the cells of a grid, in [0, 1]."""
    y = (torch.arange(grid[0]) + 0.5) / grid[0]
    x = (torch.arange(grid[1]) + 0.5) / grid[1]
    return torch.stack(torch.meshgrid(y, x, indexing="ij"), -1).flatten(0, 1)


def rotary_turn(grid: tuple[int, int], head_width: int) -> Tensor:
    """(2, rows * columns, head_width / 2) cosines and sines; half of the angles follow y, half x."""
    count = head_width // 4
    speeds = math.pi * 16 ** (torch.arange(count) / max(count - 1, 1))
    angles = (cell_centres(grid)[:, :, None] * speeds).flatten(1)
    return torch.stack([angles.cos(), angles.sin()])


def rotate(x: Tensor, turn: Tensor) -> Tensor:
    """Turn pairs of channels of x (B, heads, L, D) by cosines and sines (2, L, D / 2)."""
    a, b = x.chunk(2, -1)
    cos, sin = turn
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Attention(nn.Module):
    """Multi-head attention with normalised, rotated queries and keys and gated heads."""

    def __init__(self, width: int, heads: int, *, gated: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.keys = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.sharpness = nn.Parameter(torch.full((heads, 1, 1), math.log(4.0)))
        self.gate = nn.Parameter(torch.zeros(heads, 1, 1)) if gated else None

    def ask(self, x: Tensor) -> Tensor:
        """Queries (B, heads, L, D) of length `sharpness`."""
        sharp = self.sharpness.clamp_max(math.log(100.0)).exp()
        return F.normalize(self._split(self.query(x)), dim=-1) * sharp

    def offer(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Keys of length one and values, each (B, heads, L, D)."""
        keys, values = self.keys(memory).chunk(2, -1)
        return F.normalize(self._split(keys), dim=-1), self._split(values)

    def attend(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Mix values; a gated head starts silent."""
        # On CPUs torch's bf16 attention takes longer backwards than everything else together; kept out of
        # autocast, half precision shortens a training step by a third.
        with torch.autocast(query.device.type, enabled=False):
            heard = F.scaled_dot_product_attention(query.float(), keys.float(), values.float(), scale=1.0)
        return heard if self.gate is None else heard * torch.tanh(self.gate)

    def merge(self, heard: Tensor) -> Tensor:
        """(B, heads, L, D) back to (B, L, C). No bias when gated, so that silence is zero."""
        flat = heard.transpose(1, 2).flatten(2)
        bias = None if self.gate is not None else self.out.bias
        return F.linear(flat, self.out.weight, bias)

    def _split(self, x: Tensor) -> Tensor:
        return x.reshape(*x.shape[:2], self.heads, -1).transpose(1, 2)
