"""Lawful masks: one piece a tooth, one piece a lung, no crumbs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.models.tokenizer.planes import Coding

SMALLEST = {"teeth": 1 / 2000, "lungs": 1 / 200}
"""Pieces smaller than this share of the image are crumbs of the decoder, not anatomy."""


def clean(mask: NDArray[np.uint8], layer: Coding) -> NDArray[np.uint8]:
    """Keep the largest piece of every label, drop those that are too small, and drop unlawful codes."""
    from scipy import ndimage

    kept = np.zeros_like(mask)
    for code, box in enumerate(ndimage.find_objects(mask), start=1):
        if box is None:
            continue
        pieces, count = ndimage.label(mask[box] == code)
        sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
        if sizes.max() >= SMALLEST[layer] * mask.size:
            kept[box][pieces == 1 + sizes.argmax()] = code
    return kept
