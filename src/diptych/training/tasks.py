"""What each stage learns from what: batches and losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from diptych.models.pair import Pair
from diptych.training.augment import AugmentConfig, Batch, augmented
from diptych.training.examples import Examples
from diptych.training.loop import Assignment
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import StageConfig


@dataclass(frozen=True)
class Material:
    """What a training has to learn from: real images, phantoms, and the table of slots."""

    real: Examples
    phantoms: Examples
    grid: SlotGrid
    augment: AugmentConfig

    def batch(self, count: int, share: float, rng: np.random.Generator, *, sharp: bool = False) -> Batch:
        """A fresh augmented batch with that share of real images; `sharp` as in `augmented`."""
        real = int(rng.binomial(count, share)) if len(self.phantoms) else count
        pool = self.real + self.phantoms if len(self.phantoms) else self.real
        rows = np.concatenate(
            [
                rng.integers(0, len(self.real), real),
                len(self.real) + rng.integers(0, max(len(self.phantoms), 1), count - real),
            ]
        )
        # Shuffled, since a stage may treat the first rows of a batch otherwise than the last.
        return augmented(pool, rng.permutation(rows), self.augment, self.grid.mirrored(), rng, sharp=sharp)


def learn_mask_tokenizer(model: Pair, material: Material, config: StageConfig) -> Assignment:
    """Masks to codes and back."""
    tokenizer = model.mask_tokenizer

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        mask = material.batch(config.batch, config.real, rng).mask
        with torch.autocast("cpu", torch.bfloat16):
            logits, commitment, _ = tokenizer(mask, _slips(config, len(mask), len(model.config.scales)))
        wrong = (tokenizer.planes.decode(logits.detach()) != mask).float().mean()
        return tokenizer.planes.loss(logits, mask) + 0.25 * commitment, {"wrong": float(wrong)}

    return Assignment({"mask_tokenizer": tokenizer}, loss, orthogonal=("mask_tokenizer.",))


def learn_image_tokenizer(model: Pair, material: Material, config: StageConfig) -> Assignment:
    """Images to codes and back; one in seven without its mask."""
    tokenizer, planes_of = model.image_tokenizer, model.mask_tokenizer.planes

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        batch = material.batch(config.batch, config.real, rng)
        shown = torch.from_numpy(rng.random(config.batch) > 1 / 7).float()[:, None, None, None]
        planes = planes_of.encode(batch.mask) * shown
        with torch.autocast("cpu", torch.bfloat16):
            slips = _slips(config, config.batch, len(model.config.scales))
            decoded, commitment, _ = tokenizer(batch.image, planes, slips)
        mse = (decoded - batch.image).pow(2).mean()
        return likeness(decoded, batch.image) + 0.25 * commitment, {
            "psnr": float(-10 * (mse.detach() / 4).log10())
        }

    return Assignment({"image_tokenizer": tokenizer}, loss, orthogonal=("image_tokenizer.",))


def likeness(decoded: Tensor, image: Tensor) -> Tensor:
    """Absolute and squared difference of grey levels and absolute difference of their slopes."""
    gap = decoded - image
    slopes = (gap.diff(dim=-1).abs().mean() + gap.diff(dim=-2).abs().mean()) / 2
    return gap.abs().mean() + 2 * gap.pow(2).mean() + slopes


def _slips(config: StageConfig, rows: int, grids: int) -> Tensor | None:
    if not config.slips:
        return None
    return config.slips * torch.rand(rows, 1).expand(rows, grids)


def smooth_cross_entropy(logits: Tensor, codes: Tensor, smoothing: float = 0.1) -> Tensor:
    """Cross-entropy over ordered levels: the smoothed mass goes to the neighbouring levels only."""
    levels = logits.shape[-1]
    table = torch.eye(levels)
    near = torch.diag(torch.ones(levels - 1), 1) + torch.diag(torch.ones(levels - 1), -1)
    table = (1 - smoothing) * table + smoothing * near / near.sum(1, keepdim=True)
    return -(table[codes] * F.log_softmax(logits, -1)).sum(-1).mean()
