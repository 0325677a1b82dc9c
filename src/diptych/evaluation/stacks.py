"""Cohorts as stacks of pixels of one size, for metrics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.downstream.arrays import to_bytes
from diptych.downstream.recipes import SIZES
from diptych.records.cohort import Cohort


def image_stack(cohort: Cohort, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """All images (N, H, W), stretched to one size: that of the body region unless given."""
    wanted = size or SIZES[cohort.body]
    return np.stack([to_bytes(sample.image, wanted) for sample in cohort])


def training_part(cohort: Cohort) -> Cohort:
    """The split `train` where there are splits, else all of it."""
    return cohort.select(split="train") if "train" in cohort.splits else cohort


def heldout_part(cohort: Cohort) -> Cohort:
    """The split `val`, else `test`, else all of it."""
    for split in ("val", "test"):
        if split in cohort.splits:
            return cohort.select(split=split)
    return cohort
