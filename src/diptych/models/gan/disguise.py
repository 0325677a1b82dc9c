"""Differentiable disguises of what the critic sees, the same for image and classes.

With few images a critic learns them by heart; shown shifted, brightened and half-covered ones, painted and
real alike, it cannot (DiffAugment, arXiv:2006.10738). How many are disguised follows the critic: the more
often it is right about which of two is real, the more (adaptive augmentation, arXiv:2006.06676). Nothing is
turned over or inverted: a heart has a side, and bone is white.
"""

from __future__ import annotations

import torch
from torch import Tensor

FARTHEST = 1 / 8
"""Largest shift, in shares of a side."""
COVERED = 1 / 3
"""Side of the covered window, in shares of a side."""
EXPOSURE, CONTRAST = 0.2, 0.3


def disguise(image: Tensor, classes: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """Images (B, 1, H, W) and classes (B, H, W), each change made to a share `strength` of rows."""
    rows = len(image)
    on = (torch.rand(4, rows) < strength).float()
    light = EXPOSURE * (2 * torch.rand(rows) - 1) * on[0]
    contrast = 1 + CONTRAST * (2 * torch.rand(rows) - 1) * on[1]
    mean = image.mean((1, 2, 3), keepdim=True)
    image = (image - mean) * contrast[:, None, None, None] + mean + light[:, None, None, None]
    image, classes = _shifted(image, classes, on[2])
    seen = _windows(image, on[3])
    return image * seen[:, None], classes


def _shifted(image: Tensor, classes: Tensor, on: Tensor) -> tuple[Tensor, Tensor]:
    """Shifted by whole pixels; what comes in from outside repeats the border."""
    rows, height, width = classes.shape
    down = ((2 * torch.rand(rows) - 1) * FARTHEST * height * on).round().long()
    along = ((2 * torch.rand(rows) - 1) * FARTHEST * width * on).round().long()
    y = (torch.arange(height) + down[:, None]).clamp(0, height - 1)
    x = (torch.arange(width) + along[:, None]).clamp(0, width - 1)
    row = torch.arange(rows)[:, None, None]
    return image[:, 0][row, y[:, :, None], x[:, None]][:, None], classes[row, y[:, :, None], x[:, None]]


def _windows(image: Tensor, on: Tensor) -> Tensor:
    """1 where an image is seen and 0 in its covered window, (B, H, W)."""
    rows, _, height, width = image.shape
    top = torch.rand(rows) * (1 - COVERED) * height
    left = torch.rand(rows) * (1 - COVERED) * width
    y, x = torch.arange(height), torch.arange(width)
    in_y = (y >= top[:, None]) & (y < top[:, None] + COVERED * height)
    in_x = (x >= left[:, None]) & (x < left[:, None] + COVERED * width)
    return 1 - (in_y[:, :, None] & in_x[:, None]).float() * on[:, None, None]
