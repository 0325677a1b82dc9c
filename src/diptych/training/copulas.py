"""Fitting the copulas: what the streams' chances leave unsaid about codes of one grid.

Every code of a real pair is turned into its normal score under the chances that the stream
gave it: the mean of a unit normal over the code's slice of the line. Over many pairs the
scores' covariance, corrected for what slicing takes away, is that of the copula (the
polyserial estimate for small correlations, Olsson 1979), shrunk towards independence by as
much as its error asks (Ledoit and Wolf 2004, here for correlations as in Schaefer and
Strimmer 2005).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from diptych.models.pair import Pair
from diptych.models.tokenizer.quantizer import Walk
from diptych.models.var.copula import GridCopula
from diptych.training.loop import address
from diptych.training.stages import StageConfig
from diptych.training.streaming import Latents, teacher_steps

VARIANCES = 0.3, 1.5
"""Bounds of a normal score's variance; far from 1 the streams are too wrong for a copula to mend."""


class Moments:
    """Running sums of one grid's normal scores (B, codes), of at most `different` pairs."""

    def __init__(self, codes: int, different: int) -> None:
        self.different = different
        self.count = 0
        self.total = torch.zeros(codes)
        self.products = torch.zeros(codes, codes)
        self.squares = torch.zeros(codes, codes)
        self.expected = torch.zeros(codes)
        self.slices = torch.zeros(codes, codes)

    def add(self, scores: Tensor, expected: Tensor) -> None:
        """Scores and the variance each should have if its chances were right, both (B, codes)."""
        self.count += len(scores)
        self.total += scores.sum(0)
        self.products += scores.T @ scores
        self.squares += (scores**2).T @ scores**2
        self.expected += expected.sum(0)
        self.slices += expected.T @ expected

    def covariance(self) -> Tensor:
        """Covariance (codes, codes) of the normals behind the scores."""
        mean, expected = self.total / self.count, self.expected / self.count
        raw = self.products / self.count - torch.outer(mean, mean)
        spread = raw.diagonal().clamp_min(1e-6).sqrt()
        correlation = raw / torch.outer(spread, spread)
        kept = self._kept(correlation, torch.outer(spread, spread))
        variance = (raw.diagonal() / expected.clamp_min(1e-6)).clamp(*VARIANCES)
        # To first order, slicing leaves r v_i v_j of a correlation r, where v is a mean's variance.
        behind = kept * raw / (self.slices / self.count).clamp_min(1e-6)
        behind.diagonal().copy_(variance)
        return behind

    def _kept(self, correlation: Tensor, scale: Tensor) -> float:
        """Share of the correlations that is more than error."""
        error = (self.squares / self.count / scale**2 - correlation**2).clamp_min(0)
        error /= min(self.count, self.different)
        apart = ~torch.eye(len(correlation), dtype=torch.bool)
        return float((1 - error[apart].sum() / correlation[apart].pow(2).sum()).clamp(0, 1))


@torch.no_grad()
def fit_copulas(model: Pair, latents: Latents, config: StageConfig, seed: int) -> Iterator[int]:
    """Fit the copulas of both streams on real pairs; yields after every batch."""
    model.eval()
    real = np.flatnonzero(latents.phantom.numpy() == 0)
    moments: dict[GridCopula, Moments] = {}
    for step in range(config.steps):
        rng = np.random.default_rng(address(seed, "copula", step))
        rows = rng.choice(real, config.batch)
        for copula, chances, codes in _grids(model, latents, rows):
            counted = moments.setdefault(copula, Moments(copula.own.numel(), len(real)))
            counted.add(*normal_scores(chances, codes))
        yield step
    for copula, counted in moments.items():
        copula.fit(counted.covariance())


def normal_scores(chances: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
    """Mean of the unit normal over each code's slice, and the variance of that mean: both (B, codes).

    `chances` (B, L, C, levels) of `codes` (B, L, C).
    """
    edges = chances.double().cumsum(-1).clamp(1e-9, 1 - 1e-9)
    heights = torch.exp(-torch.special.ndtri(edges[..., :-1]).pow(2) / 2) / (2 * np.pi) ** 0.5
    ends = torch.zeros_like(edges[..., :1])
    heights = torch.cat([ends, heights, ends], -1)
    means = (heights[..., :-1] - heights[..., 1:]) / chances.double().clamp_min(1e-9)
    variance = (chances * means.pow(2)).sum(-1)
    return means.gather(-1, codes[..., None])[..., 0].flatten(1).float(), variance.flatten(1).float()


def _grids(
    model: Pair, latents: Latents, rows: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Iterator[tuple[GridCopula, Tensor, Tensor]]:
    """Each grid's copula with the chances and codes of these rows."""
    quantizers = (model.image_tokenizer.quantizer, model.mask_tokenizer.quantizer)
    walks = quantizers[0].walk(latents.image[rows]), quantizers[1].walk(latents.mask[rows])
    request = model.streams.request(latents.slots[rows], latents.phantom[rows], torch.ones(len(rows)))
    masks, images = model.streams(teacher_steps(quantizers, *walks), *request)
    for copulas, logits, walk in zip(
        (model.image_copula, model.mask_copula), (images, masks), walks, strict=True
    ):
        for k, said in enumerate(logits):
            yield copulas[k], said.float().softmax(-1), _codes(walk, k)


def _codes(walk: Walk, k: int) -> Tensor:
    """Codes of grid k in the order of its logits: (B, cells, channels)."""
    return walk.codes[k].flatten(2).transpose(1, 2)
