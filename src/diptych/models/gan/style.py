"""Which style a radiograph has: one vector for the whole and a coarse map of the ground.

A generator that is only ever told "real or not" takes long to find a jaw. Told the style of a real
image, it can be held to that image, and learns what a style is (a variational encoder of the style, as
SPADE's, arXiv:1903.07291, section 3.3, after arXiv:1312.6114). Label maps of real radiographs name teeth
only; palate, sinuses, spine and chin are ground, and a map of the style (8 x 16 cells, each with a few
numbers) says where they lie. New styles come from the Gaussian of the styles that were seen, not from a
unit normal: what goes together in a jaw is in its covariance. Its mean follows what is asked for, since a
style that was read tells of findings too: with one that shows fillings, a request without any is not heard.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FOLLOWED = 0.001
"""How much of its mean and covariance a prior renews with each style that it sees."""


class StyleEncoder(nn.Module):
    """Images (B, 1, H, W) to mean and log-variance (B, style + C h w) of their style; in training only.

    `ground` is (C, h, w).
    """

    def __init__(
        self, style: int, ground: tuple[int, int, int], widths: tuple[int, ...] = (24, 48, 64, 96, 128)
    ) -> None:
        super().__init__()
        self.ground = ground
        ins = (4, *widths[:-1])
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, 3 if k == 0 else 4, stride=1 if k == 0 else 2, padding=1)
            for k, (a, b) in enumerate(zip(ins, widths, strict=True))
        )
        self.whole = nn.Linear(8 * widths[-1], 2 * style)
        self.place = nn.Conv2d(widths[-1] + widths[-2], 2 * ground[0], 3, padding=1)
        for head in (self.whole, self.place):
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(cast(Tensor, head.bias))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance; the log-variance stays within [-6, 2]."""
        x = before = F.pixel_unshuffle(image, 2)
        for layer in self.layers:
            before, x = x, F.leaky_relu(layer(x), 0.2)
        whole = self.whole(F.adaptive_avg_pool2d(x, (2, 4)).flatten(1)).chunk(2, 1)
        both = torch.cat([before, F.interpolate(x, before.shape[-2:])], 1)
        place = self.place(F.adaptive_avg_pool2d(both, self.ground[1:])).chunk(2, 1)
        mean, spread = (torch.cat([w, p.flatten(1)], 1).float() for w, p in zip(whole, place, strict=True))
        return mean, spread.clamp(-6.0, 2.0)


RIDGE = 0.02
"""Variance of a claim (at most 0.25) below which its part in the style is shrunk by more than half."""


class StylePrior(nn.Module):
    """The styles of real images (row 0) and of phantoms (row 1): a Gaussian about what claims foretell."""

    mean: Tensor
    slope: Tensor
    covariance: Tensor

    def __init__(self, size: int, claims: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(2, size))
        self.register_buffer("slope", torch.zeros(2, claims - 1, size))
        self.register_buffer("covariance", torch.eye(size).repeat(2, 1, 1))
        self._roots: tuple[int, Tensor] | None = None

    @torch.no_grad()
    def follow(self, style: Tensor, claims: Tensor) -> None:
        """Take in the styles (B, S) of images with these claims (B, F), of which the last says phantom."""
        off_claims = style - self._foretold(claims)
        for domain in (0, 1):
            seen = off_claims[claims[:, -1] == domain]
            share = FOLLOWED * len(seen)
            if share:
                self.mean[domain].lerp_(seen.mean(0), share)
                off = seen - self.mean[domain]
                with torch.autocast("cpu", enabled=False):
                    self.covariance[domain].lerp_(off.T @ off / len(seen), share)

    @torch.no_grad()
    def fit(self, style: Tensor, claims: Tensor) -> None:
        """Begin anew from the styles (N, S) of many images with these claims (N, F): ridge regression."""
        for domain in (0, 1):
            rows = claims[:, -1] == domain
            if not rows.any():
                continue
            seen, said = style[rows], claims[rows, :-1]
            told = said - said.mean(0)
            ridge = told.T @ told / len(told) + RIDGE * torch.eye(told.shape[1])
            slope = torch.linalg.solve(ridge, told.T @ (seen - seen.mean(0)) / len(told))
            self.slope[domain].copy_(slope)
            self.mean[domain].copy_(seen.mean(0) - said.mean(0) @ slope)
            off = seen - seen.mean(0) - told @ slope
            self.covariance[domain].copy_(off.T @ off / len(off))

    @torch.no_grad()
    def draw(self, white: Tensor, claims: Tensor) -> Tensor:
        """White noise (B, S) to styles (B, S) of images with these claims (B, F)."""
        domain = claims[:, -1].long()
        # No matrix product: a style must not depend on its company to the last bit.
        off = (self._root()[domain] * white[:, None]).sum(2)
        return torch.as_tensor(self.mean[domain] + self._foretold(claims) + off)

    def _foretold(self, claims: Tensor) -> Tensor:
        """By how much (B, S) claims move the mean."""
        return (claims[:, :-1, None] * self.slope[claims[:, -1].long()]).sum(1)

    def _root(self) -> Tensor:
        """Triangular roots (2, S, S) of the covariances, kept until these change."""
        version = self.covariance._version
        if self._roots is None or self._roots[0] != version:
            self._roots = version, _cholesky(self.covariance)
        return self._roots[1]


def _cholesky(matrices: Tensor) -> Tensor:
    """Cholesky factors of covariances; where rounding has made one indefinite, its diagonal is raised."""
    eye = torch.eye(matrices.shape[-1])
    for raised in (0.0, 1e-4, 1e-3, 1e-2, 1e-1):
        root, failed = torch.linalg.cholesky_ex(matrices + raised * eye)
        if not failed.any():
            break
    return torch.as_tensor(root)


def divergence(mean: Tensor, spread: Tensor) -> Tensor:
    """Kullback-Leibler divergence (B,) from a unit normal, in nats."""
    return torch.as_tensor((mean.pow(2) + spread.exp() - 1 - spread).sum(1) / 2)
