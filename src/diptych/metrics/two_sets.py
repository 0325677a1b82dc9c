"""Two sets of features that are compared: what every distance between them asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features


def two_sets(
    first: NDArray[np.generic],
    second: NDArray[np.generic],
    least: int = 2,
    names: tuple[str, str] = ("synthetic", "real"),
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Finite features (N, d) and (M, d) of one extractor, as float64, for reading only."""
    x, y = features(first, names[0], least), features(second, names[1], least)
    if x.shape[1] != y.shape[1]:
        widths = f"widths {x.shape[1]} and {y.shape[1]} differ"
        raise DiptychError.of(f"{names[0]} and {names[1]}", widths, "use one extractor")
    return x, y


def size_note(first: int, second: int) -> tuple[str, ...]:
    """A note when the sets differ in size, for metrics whose value depends on it."""
    if first == second:
        return ()
    return (f"{first} synthetic against {second} real: compare only with values at the same sizes",)
