"""Multi-scale residual scalar quantiser.

The residual loop is that of VAR (Tian et al. 2024, arXiv:2404.02905, algorithms 1 and 2):
coarse grids first, each grid codes what the grids before it left over. Inside the loop
every channel is coded alone on five levels, as in finite scalar quantisation (Mentzer et
al. 2023, arXiv:2309.15505), after division by a running spread per grid and channel, so
that late grids do not see vanishing residuals (RFSQ, arXiv:2508.15860). The levels are the
Lloyd-Max points of a unit Gaussian (Max 1960); zero is one of them, so that an empty
residual stays empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEVELS = (-1.7241, -0.7646, 0.0, 0.7646, 1.7241)
THRESHOLDS = (-1.2444, -0.3823, 0.3823, 1.2444)
ZERO_LEVEL = LEVELS.index(0.0)


@dataclass(frozen=True)
class Walk:
    """The codes of a latent and the history that each grid saw.

    `codes[k]` is (B, C, h_k, w_k) int64 in [0, 5); `before[k]` is (B, C, H, W), the sum
    of all grids before k; `total` is the sum of all grids.
    """

    codes: list[Tensor]
    before: list[Tensor]
    total: Tensor


class ResidualQuantizer(nn.Module):
    """Turns a latent (B, C, H, W) into integer maps on growing grids, and back."""

    spread: Tensor
    levels: Tensor
    thresholds: Tensor

    def __init__(self, channels: int, scales: tuple[tuple[int, int], ...]) -> None:
        super().__init__()
        self.scales = scales
        self.grid = scales[-1]
        self.smooth = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in scales)
        self.register_buffer("spread", torch.ones(len(scales), channels))
        self.register_buffer("levels", torch.tensor(LEVELS), persistent=False)
        self.register_buffer("thresholds", torch.tensor(THRESHOLDS), persistent=False)

    def lift(self, k: int, codes: Tensor) -> Tensor:
        """What the codes (B, C, h_k, w_k) of grid k add to the latent: (B, C, H, W)."""
        values = self.levels[codes] * self.spread[k, :, None, None]
        if self.scales[k] != self.grid:
            values = F.interpolate(values, self.grid, mode="bicubic", align_corners=False)
        return 0.5 * values + 0.5 * cast(Tensor, self.smooth[k](values))

    def shrink(self, k: int, latent: Tensor) -> Tensor:
        """Area-average a latent (B, C, H, W) to the grid of scale k."""
        return latent if self.scales[k] == self.grid else F.adaptive_avg_pool2d(latent, self.scales[k])

    def walk(self, latent: Tensor, slips: Tensor | None = None) -> Walk:
        """Code a latent (B, C, H, W) grid by grid.

        `slips` (B, K), probabilities, moves that share of the codes by one level before
        they enter the history, so that later grids learn to repair them: the bitwise
        self-correction of Infinity (arXiv:2412.04431), carried over to ordered levels.
        The returned codes are those that were asked for, not the slipped ones.
        """
        total = torch.zeros_like(latent)
        codes, before = [], []
        for k in range(len(self.scales)):
            rest = self.shrink(k, latent - total).detach()
            if self.training:
                self._track_spread(k, rest)
            code = torch.bucketize((rest / self.spread[k, :, None, None]).contiguous(), self.thresholds)
            before.append(total)
            codes.append(code)
            entered = code if slips is None else slip(code, slips[:, k])
            total = total + self.lift(k, entered)
        return Walk(codes, before, total)

    @torch.no_grad()
    def _track_spread(self, k: int, rest: Tensor) -> None:
        spread = rest.float().pow(2).mean((0, 2, 3)).sqrt().clamp_min(1e-4)
        self.spread[k].lerp_(spread, 0.02)


def slip(codes: Tensor, probability: Tensor) -> Tensor:
    """Move a random share of codes by one level up or down; `probability` is (B,)."""
    draw = torch.rand(codes.shape)
    chance = probability.view(-1, *[1] * (codes.ndim - 1))
    step = (draw < chance / 2).long() - (draw > 1 - chance / 2).long()
    return (codes + step).clamp(0, len(LEVELS) - 1)
