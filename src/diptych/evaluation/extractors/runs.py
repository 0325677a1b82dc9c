"""Grey-level runs: how far one grey goes on, along rows, columns and both diagonals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RUNS = (
    "short_emphasis",
    "long_emphasis",
    "grey_nonuniformity",
    "length_nonuniformity",
    "percentage",
    "low_grey_emphasis",
    "high_grey_emphasis",
)

_BREAK = -1
"""A level that no pixel has, between two lines: no run goes over it."""


def run_features(levels: NDArray[np.uint8], count: int) -> NDArray[np.float64]:
    """The features named in `RUNS` of an image (H, W) of levels below `count`, mean over four directions.

    Short and long run emphasis, grey-level and run-length nonuniformity, run percentage (Galloway
    1975, equations 1-5), low and high grey-level run emphasis (Chu et al. 1990). Both
    nonuniformities are divided by the number of runs once more, so that the size of the image says
    nothing: they lie in (0, 1].
    """
    rows = np.array([_features(run_lengths(levels, count, way), levels.size) for way in range(4)])
    means: NDArray[np.float64] = rows.mean(axis=0)
    return means


def run_lengths(levels: NDArray[np.uint8], count: int, way: int) -> NDArray[np.int64]:
    """The run-length matrix (count, longest): how often each level runs on for 1, 2, ... pixels.

    `way` is 0 for rows, 1 for columns, 2 for diagonals that fall to the left, 3 for those that
    fall to the right.
    """
    line = _lines(levels, way)
    starts = np.flatnonzero(np.diff(line, prepend=_BREAK - 1))
    lengths = np.diff(starts, append=len(line))
    level = line[starts]
    inside = level != _BREAK
    level, lengths = level[inside], lengths[inside]
    longest = max(levels.shape)
    table = np.bincount(level * longest + lengths - 1, minlength=count * longest)
    return table.reshape(count, longest)


def _lines(levels: NDArray[np.uint8], way: int) -> NDArray[np.int64]:
    """All lines of one direction behind each other, a break after each."""
    if way == 1:
        levels = levels.T
    if way == 3:
        levels = levels[:, ::-1]
    height, width = levels.shape
    if way < 2:
        whole = np.full((height, width + 1), _BREAK, np.int64)
        whole[:, :width] = levels
        return whole.ravel()
    # Read in lines one shorter than they were written, each row slips one to the right, and what
    # lay on a diagonal that falls to the left lies in one column.
    wide = np.full((height, width + height), _BREAK, np.int64)
    wide[:, :width] = levels
    slipped = wide.ravel()[: height * (width + height - 1)].reshape(height, -1)
    return np.vstack([slipped, np.full((1, slipped.shape[1]), _BREAK)]).T.ravel()


def _features(table: NDArray[np.int64], pixels: int) -> NDArray[np.float64]:
    runs = table.sum()
    lengths = np.arange(1, table.shape[1] + 1, dtype=np.float64)
    greys = np.arange(1, table.shape[0] + 1, dtype=np.float64)
    by_length, by_grey = table.sum(axis=0), table.sum(axis=1)
    return np.array(
        [
            (by_length / lengths**2).sum() / runs,
            (by_length * lengths**2).sum() / runs,
            (by_grey.astype(np.float64) ** 2).sum() / runs**2,
            (by_length.astype(np.float64) ** 2).sum() / runs**2,
            runs / pixels,
            (by_grey / greys**2).sum() / runs,
            (by_grey * greys**2).sum() / runs,
        ]
    )
