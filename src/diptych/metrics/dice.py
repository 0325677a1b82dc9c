"""Dice overlap of two label maps, image by image and label by label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import alike, images
from diptych.metrics.estimate import Estimate


def dice_table(
    first: NDArray[np.uint8], second: NDArray[np.uint8], labels: Sequence[int]
) -> NDArray[np.float64]:
    """Dice = 2 |A and B| / (|A| + |B|) of masks (N, H, W), as (N, labels).

    NaN where neither mask has the label; 0 where only one of them has it. One pass over
    the pixels, whatever the number of labels.
    """
    alike(images(first, "masks"), second, "masks")
    spots = np.full(256, len(labels), dtype=np.int64)
    spots[list(labels)] = np.arange(len(labels))
    table = np.full((len(first), len(labels)), np.nan)
    for row, (a, b) in enumerate(zip(first, second, strict=True)):
        counts_a, counts_b = _count(spots[a], len(labels)), _count(spots[b], len(labels))
        both = _count(spots[a][a == b], len(labels))
        total = counts_a + counts_b
        np.divide(2 * both, total, out=table[row], where=total > 0)
    return table


def per_label(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean Dice of each label over the images that have it, (labels,); NaN if none has."""
    means: NDArray[np.float64] = weighted_means(table, np.ones((1, len(table))))[0]
    return means


def mean_dice(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    labels: Sequence[int],
    subjects: Sequence[str] = (),
    seed: int = 0,
) -> Estimate:
    """The mean over labels of the mean over images, with a subject bootstrap interval.

    Without `subjects` every image is a subject of its own. Range 0 to 1, higher is better.
    """
    table = dice_table(first, second, labels)
    names = subjects or [str(i) for i in range(len(table))]
    low, high = interval(lambda w: label_mean(weighted_means(table, w)), names, seed)
    value = float(label_mean(per_label(table)[None])[0])
    return Estimate(value=value, low=low, high=high, n=len(table), notes=missing_note(table))


def weighted_means(table: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of the columns of `table` (N, L) under each row of weights (R, N), as (R, L).

    NaN entries of the table do not count; a column without weight is NaN.
    """
    known = np.isfinite(table)
    top = weights @ np.where(known, table, 0.0)
    bottom = weights @ known.astype(np.float64)
    means: NDArray[np.float64] = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return means


def label_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over labels of (R, L), without those that no image has; NaN where none is left."""
    means: NDArray[np.float64] = weighted_means(values.T, np.ones((1, values.shape[1])))[0]
    return means


def missing_note(table: NDArray[np.float64]) -> tuple[str, ...]:
    """A note when some labels are in no image."""
    absent = int(np.isnan(table).all(axis=0).sum())
    return (f"{absent} of {table.shape[1]} labels are in no image",) if absent else ()


def _count(spots: NDArray[np.int64], labels: int) -> NDArray[np.float64]:
    return np.bincount(spots.ravel(), minlength=labels + 1)[:labels].astype(np.float64)
