"""How well does an image match its own mirror image?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.checks import images

REACH = 0.08
"""Share of the width by which the axis of symmetry may lie off the middle: nobody stands quite straight."""

CHUNK = 256
"""Images transformed at once."""


def mirror_symmetry(stack: NDArray[np.generic]) -> NDArray[np.float64]:
    """Match of each image (N, H, W) with its mirror image about the best upright axis, (N,).

    The sum of products of pixels and their reflections over the sum of squares, at the axis
    within `REACH` of the middle where it is greatest: 1 for a perfectly even picture, about 0
    for noise of zero mean and for an empty picture. For masks it is the Dice overlap with the
    reflection. All axes at once, as the convolution of each row with itself.
    """
    images(stack, "images")
    parts = [_chunk(stack[start : start + CHUNK]) for start in range(0, len(stack), CHUNK)]
    return np.concatenate(parts)


def pixel_symmetry(stack: NDArray[np.generic]) -> NDArray[np.float64]:
    """`mirror_symmetry` of brightness (N, H, W), each row taken relative to its own mean, (N,).

    Dark air above and bright bone below would otherwise match in any two images.
    """
    rows = images(stack, "images").astype(np.float64)
    rest = rows - rows.mean(axis=2, keepdims=True)
    # What rounding leaves of a row without any contrast would match its reflection perfectly.
    rest[np.abs(rest) < 1e-9 * np.abs(rows).max(initial=0)] = 0
    return mirror_symmetry(rest)


def _chunk(stack: NDArray[np.generic]) -> NDArray[np.float64]:
    rows = stack.astype(np.float64)
    width = rows.shape[2]
    spectrum = np.fft.rfft(rows, 2 * width, axis=2)
    # Entry s is the sum over pairs of columns with x + x' = s: the reflection about s / 2.
    matches = np.fft.irfft((spectrum**2).sum(axis=1), 2 * width, axis=1)
    reach = round(2 * REACH * width)
    best = matches[:, width - 1 - reach : width + reach].max(axis=1)
    power = (rows**2).sum(axis=(1, 2))
    found: NDArray[np.float64] = np.divide(best, power, out=np.zeros(len(rows)), where=power > 0)
    return found
