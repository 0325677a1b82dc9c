"""What metrics ask of their arrays, said once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError

LARGEST = 1e20
"""Features beyond it are refused: the square of a cubic kernel takes their 12th power."""


def features(array: NDArray[np.generic], name: str, least: int = 2) -> NDArray[np.float64]:
    """Finite features (N, d) as float64, for reading only; `least` is the smallest lawful N.

    Float64 features are not copied, however many there are. Raises as `numbers` does.
    """
    rows = numbers(array, name, least).astype(np.float64, copy=False).view()
    rows.flags.writeable = False
    return rows


def numbers(array: NDArray[np.generic], name: str, least: int = 2) -> NDArray[np.generic]:
    """Finite features (N, d) in their own type, not copied; `least` is the smallest lawful N.

    Raises `DiptychError` for another shape, for too few samples, and for what is no number, not
    finite or beyond 1e20.
    """
    array = np.asarray(array)
    if array.ndim != 2 or array.shape[1] == 0:
        raise DiptychError.of(name, f"features have shape {array.shape}", "give an array (samples, features)")
    if array.dtype.kind not in "biuf":
        raise DiptychError.of(name, f"features of type {array.dtype} are no real numbers", "give floats")
    enough(len(array), least, name)
    if len(array):
        _within(float(array.min()), float(array.max()), name)
    return array


def _within(low: float, high: float, name: str) -> None:
    """NaN fails both comparisons."""
    if low >= -LARGEST and high <= LARGEST:
        return
    remedy = "look for broken images in this cohort"
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DiptychError.of(name, "features are not all finite", remedy)
    raise DiptychError.of(name, f"features reach {max(-low, high):.2g}, beyond {LARGEST:g}", remedy)


def images(array: NDArray[np.generic], name: str, least: int = 1) -> NDArray[np.generic]:
    """A stack of grey images or masks (N, H, W) with at least `least` of them."""
    if array.ndim != 3:
        raise DiptychError.of(
            name, f"images have shape {array.shape}", "give an array (images, height, width)"
        )
    enough(len(array), least, name)
    return array


def enough(count: int, least: int, name: str) -> None:
    """Refuse, with the reason, when there are fewer than `least` items."""
    if count < least:
        raise DiptychError.of(name, f"{count} samples are too few", f"give at least {least}")


def alike(first: NDArray[np.generic], second: NDArray[np.generic], name: str) -> None:
    """Refuse arrays of different shapes that must match item by item."""
    if first.shape != second.shape:
        raise DiptychError.of(name, f"shapes {first.shape} and {second.shape} differ", "give matching arrays")
