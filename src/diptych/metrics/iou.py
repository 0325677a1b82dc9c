"""Intersection over union of two label maps, image by image and label by label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.dice import dice_table


def iou_table(
    first: NDArray[np.uint8], second: NDArray[np.uint8], labels: Sequence[int]
) -> NDArray[np.float64]:
    """IoU = |A and B| / |A or B| of masks (N, H, W), as (N, labels); 0 to 1, higher is better.

    Jaccard 1912 (New Phytol. 11, 37), from the Dice of the same pair: D / (2 - D). NaN where
    neither mask has the label; 0 where only one of them has it.
    """
    dice = dice_table(first, second, labels)
    table: NDArray[np.float64] = dice / (2 - dice)
    return table
