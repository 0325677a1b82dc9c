"""What metrics ask of their arrays, said once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError


def features(array: NDArray[np.generic], name: str, least: int = 2) -> NDArray[np.float64]:
    """Finite features (N, d) as float64; `least` is the smallest lawful N."""
    if array.ndim != 2:
        raise DiptychError.of(name, f"features have shape {array.shape}", "give an array (samples, features)")
    enough(len(array), least, name)
    rows = array.astype(np.float64)
    if not np.isfinite(rows).all():
        raise DiptychError.of(name, "features are not all finite", "look for broken images in this cohort")
    return rows


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
