"""Masks as planes: the cheapest channels that say which label a pixel has.

Thirty-three full-resolution classes cost seconds a step on a CPU. A tooth is named by its
quadrant and its position, so thirteen planes (tooth or not, 4 quadrants, 8 positions)
carry the same information, and log p(FDI) = log p(tooth) + log p(quadrant) + log p(position).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

Coding = Literal["teeth", "lungs"]


class Planes(ABC):
    """A coding of masks (B, H, W) int64 as planes (B, P, H, W) float."""

    count: int
    """P, the number of planes."""

    @abstractmethod
    def encode(self, mask: Tensor) -> Tensor:
        """Planes in {0, 1} of a mask."""

    @abstractmethod
    def decode(self, logits: Tensor) -> Tensor:
        """The most likely mask (B, H, W) int64 of plane logits."""

    @abstractmethod
    def loss(self, logits: Tensor, mask: Tensor) -> Tensor:
        """Mean negative log-likelihood a pixel plus a soft Dice term, a scalar."""


class ToothPlanes(Planes):
    """FDI numbers as tooth (1), quadrant (4) and position (8) planes."""

    count = 13

    def encode(self, mask: Tensor) -> Tensor:
        """Planes in {0, 1}; raises nothing, unlawful numbers are the cohort's business."""
        quadrant = F.one_hot(mask // 10, 5)[..., 1:]
        position = F.one_hot(mask % 10, 9)[..., 1:]
        tooth = (mask > 0).unsqueeze(-1)
        return torch.cat([tooth, quadrant, position], -1).movedim(-1, 1).float()

    def decode(self, logits: Tensor) -> Tensor:
        """FDI number where a tooth is likelier than none, else 0."""
        fdi = 10 * (logits[:, 1:5].argmax(1) + 1) + logits[:, 5:].argmax(1) + 1
        return torch.where(logits[:, 0] > 0, fdi, 0)

    def loss(self, logits: Tensor, mask: Tensor) -> Tensor:
        """Binary term everywhere, quadrant and position terms on tooth pixels only."""
        tooth = (mask > 0).float()
        area = tooth.sum().clamp_min(1.0)
        quadrant = F.cross_entropy(logits[:, 1:5], (mask // 10 - 1).clamp_min(0), reduction="none")
        position = F.cross_entropy(logits[:, 5:], (mask % 10 - 1).clamp_min(0), reduction="none")
        names = ((quadrant + position) * tooth).sum() / area
        outline = F.binary_cross_entropy_with_logits(logits[:, 0], tooth)
        return 4 * outline + names + _dice_loss(logits[:, 0].sigmoid(), tooth)


class LabelPlanes(Planes):
    """Codes 0..K-1 as one plane each."""

    def __init__(self, count: int) -> None:
        self.count = count

    def encode(self, mask: Tensor) -> Tensor:
        """One-hot planes."""
        return F.one_hot(mask, self.count).movedim(-1, 1).float()

    def decode(self, logits: Tensor) -> Tensor:
        """The most likely code."""
        return logits.argmax(1)

    def loss(self, logits: Tensor, mask: Tensor) -> Tensor:
        """Cross-entropy and soft Dice over the codes above background."""
        chance = logits.softmax(1)[:, 1:]
        wanted = self.encode(mask)[:, 1:]
        return 2 * F.cross_entropy(logits, mask) + _dice_loss(chance, wanted)


def planes_of(coding: Coding) -> Planes:
    """The planes of a mask layer."""
    return ToothPlanes() if coding == "teeth" else LabelPlanes(3)


def _dice_loss(chance: Tensor, wanted: Tensor) -> Tensor:
    overlap = (chance * wanted).sum((-2, -1))
    size = (chance + wanted).sum((-2, -1))
    return 1 - ((2 * overlap + 1) / (size + 1)).mean()
