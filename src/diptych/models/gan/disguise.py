"""Differentiable disguises of what the critic sees, the same for image and classes.

With few images a critic learns them by heart; shown shifted, brightened and half-covered ones, painted and
real alike, it cannot (DiffAugment, arXiv:2006.10738). How many are disguised follows the critic: the more
often it is right about which of two is real, the more (adaptive augmentation, arXiv:2006.06676). Nothing is
turned over or inverted: a heart has a side, and bone is white.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FARTHEST = 1 / 8
"""Largest shift, in shares of a side."""
COVERED = 1 / 3
"""Side of the covered window, in shares of a side."""
EXPOSURE, CONTRAST = 0.2, 0.3


@dataclass(frozen=True)
class Disguise:
    """What is done to each of B rows; the same disguise can be put on an image and on its painting."""

    light: Tensor
    """Grey levels added, (B,)."""
    contrast: Tensor
    """Factors of the distance from the image's mean, (B,)."""
    moved: Tensor
    """Shifts down and along, in shares of the sides, (B, 2)."""
    window: Tensor
    """Upper left corner of the covered window, in shares of the sides, (B, 2)."""
    covered: Tensor
    """Whether the window is covered, (B,) in {0, 1}."""

    @classmethod
    def draw(cls, rows: int, strength: float) -> Disguise:
        """Every change for a share `strength` of the rows."""
        on = (torch.rand(4, rows) < strength).float()
        return cls(
            light=EXPOSURE * (2 * torch.rand(rows) - 1) * on[0],
            contrast=1 + CONTRAST * (2 * torch.rand(rows) - 1) * on[1],
            moved=(2 * torch.rand(rows, 2) - 1) * FARTHEST * on[2, :, None],
            window=torch.rand(rows, 2) * (1 - COVERED),
            covered=on[3],
        )

    def __call__(self, image: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Images (B, 1, H, W) and classes (B, H, W), disguised."""
        mean = image.mean((1, 2, 3), keepdim=True)
        image = (image - mean) * self.contrast[:, None, None, None] + mean + self.light[:, None, None, None]
        image, classes = self._shift(image, classes)
        return image * self._seen(image.shape[-2], image.shape[-1])[:, None], classes

    def _shift(self, image: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        """Shifted by whole pixels; what comes in from outside repeats the border."""
        rows, height, width = classes.shape
        down, along = (self.moved * torch.tensor([height, width])).round().long().unbind(1)
        y = (torch.arange(height) + down[:, None]).clamp(0, height - 1)[:, :, None]
        x = (torch.arange(width) + along[:, None]).clamp(0, width - 1)[:, None]
        row = torch.arange(rows)[:, None, None]
        return image[:, 0][row, y, x][:, None], classes[row, y, x]

    def _seen(self, height: int, width: int) -> Tensor:
        """1 where an image is seen and 0 in its covered window, (B, H, W)."""
        top, left = (self.window * torch.tensor([height, width])).unbind(1)
        y, x = torch.arange(height), torch.arange(width)
        in_y = (y >= top[:, None]) & (y < top[:, None] + COVERED * height)
        in_x = (x >= left[:, None]) & (x < left[:, None] + COVERED * width)
        return 1 - (in_y[:, :, None] & in_x[:, None]).float() * self.covered[:, None, None]
