"""Codes of one grid that are drawn together: a Gaussian copula over a stream's chances.

A stream says how likely each level of each code is, given the grids before, but draws all
codes of a grid independently; neighbours then disagree about the texture that both belong
to. A copula (Sklar 1959; Nelsen 2006, section 2.3) puts back how they hang together without
touching the chances: correlated normal scores z are drawn, and u = Phi(z) takes the place of
the independent uniform numbers. Correlations are those of a factor model,

    z = W g + s * e,    g in R^rank, e in R^(cells * channels) independent unit normals,

so a grid costs one thin matrix product. Variances below 1 mend streams that say too broad
chances. A fresh copula is independent: W = 0, s = 1.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from diptych.models.var.stream import Grids


class GridCopula(nn.Module):
    """The copula of one grid's codes, in the order (cells, channels)."""

    weight: Tensor
    own: Tensor

    def __init__(self, cells: int, channels: int, rank: int) -> None:
        super().__init__()
        self.shape = (cells, channels)
        codes = cells * channels
        self.register_buffer("weight", torch.zeros(codes, min(rank, codes)))
        self.register_buffer("own", torch.ones(codes))

    def uniforms(self, generators: list[torch.Generator]) -> Tensor:
        """Numbers in (0, 1), (B, cells, channels), row b from `generators[b]` alone."""
        codes, rank = self.weight.shape
        rows = []
        for generator in generators:
            common = torch.randn(rank, generator=generator)
            rows.append(self.weight @ common + self.own * torch.randn(codes, generator=generator))
        uniforms: Tensor = torch.special.ndtr(torch.stack(rows))
        return uniforms.reshape(-1, *self.shape)

    @torch.no_grad()
    def fit(self, covariance: Tensor, rounds: int = 4) -> None:
        """Principal factors of a covariance (codes, codes) of normal scores.

        What the factors leave of a code's variance is its own, at least a fiftieth (principal
        factor method, iterated: Harman 1976, chapter 8).
        """
        variance = covariance.diagonal().clone()
        own = variance / 2
        rank = self.weight.shape[1]
        for _ in range(rounds):
            values, vectors = torch.linalg.eigh(covariance - torch.diag(own))
            factors = vectors[:, -rank:] * values[-rank:].clamp_min(0).sqrt()
            own = (variance - factors.pow(2).sum(1)).clamp_min(variance / 50)
        excess = (variance / (factors.pow(2).sum(1) + own)).sqrt()
        self.weight.copy_(factors * excess[:, None])
        self.own.copy_(own.sqrt() * excess)


class Copula(nn.Module):
    """A stream's copulas, one a grid."""

    def __init__(self, scales: Grids, channels: int, rank: int) -> None:
        super().__init__()
        self.grids = nn.ModuleList(GridCopula(rows * columns, channels, rank) for rows, columns in scales)

    def __getitem__(self, k: int) -> GridCopula:
        return cast(GridCopula, self.grids[k])
