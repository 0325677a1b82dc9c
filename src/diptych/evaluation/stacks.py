"""Cohorts as stacks of pixels of one size, for metrics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.downstream.arrays import to_bytes
from diptych.downstream.recipes import SIZES
from diptych.records.cohort import Cohort
from diptych.records.pixels import stretch_mask


def body_size(cohort: Cohort) -> tuple[int, int]:
    """(H, W) at which images of this body region are compared."""
    return SIZES[cohort.body]


def image_stack(cohort: Cohort, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """All images (N, H, W), stretched to one size: that of the body region unless given."""
    wanted = size or body_size(cohort)
    return np.stack([to_bytes(sample.image, wanted) for sample in cohort])


def mask_stack(cohort: Cohort, layer: str, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """All masks of a layer (N, H, W), stretched likewise; every sample must have it."""
    wanted = size or body_size(cohort)
    lacking = [record.id for record in cohort.records if layer not in record.layers]
    if lacking:
        what = f"{len(lacking)} samples have no layer {layer!r}, such as {lacking[0]}"
        raise DiptychError.of(str(cohort.path), what, "leave them out")
    return np.stack([stretch_mask(sample.masks[layer], wanted) for sample in cohort])


def training_part(cohort: Cohort) -> Cohort:
    """The split `train` where there are splits, else all of it."""
    return cohort.select(split="train") if "train" in cohort.splits else cohort


def heldout_part(cohort: Cohort) -> Cohort:
    """The split `val`, else `test`, else all of it."""
    for split in ("val", "test"):
        if split in cohort.splits:
            return cohort.select(split=split)
    return cohort
