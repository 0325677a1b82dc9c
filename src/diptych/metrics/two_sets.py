"""Two sets of features that are compared: what every distance between them asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features, numbers

NAMES = ("synthetic", "real")


def two_sets(
    first: NDArray[np.generic],
    second: NDArray[np.generic],
    least: int = 2,
    names: tuple[str, str] = NAMES,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Finite features (N, d) and (M, d) of one extractor, as float64, for reading only."""
    x, y = features(first, names[0], least), features(second, names[1], least)
    _one_width(x, y, names)
    return x, y


def two_sets_as_given(
    first: NDArray[np.generic], second: NDArray[np.generic], least: int = 2
) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """`two_sets` in their own types, for metrics that make float64 of a few rows at a time."""
    x, y = numbers(first, NAMES[0], least), numbers(second, NAMES[1], least)
    _one_width(x, y, NAMES)
    return x, y


def _one_width(x: NDArray[np.generic], y: NDArray[np.generic], names: tuple[str, str]) -> None:
    if x.shape[1] != y.shape[1]:
        widths = f"widths {x.shape[1]} and {y.shape[1]} differ"
        raise DiptychError.of(f"{names[0]} and {names[1]}", widths, "use one extractor")


def size_note(first: int, second: int) -> tuple[str, ...]:
    """A note when the sets differ in size, for metrics whose value depends on it."""
    if first == second:
        return ()
    return (f"{first} synthetic against {second} real: compare only with values at the same sizes",)
