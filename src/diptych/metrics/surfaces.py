"""How far apart are the outlines of two label maps? Surface Dice and Hausdorff distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.agreement import SHUFFLES, Overlaps, derangement
from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import alike, enough, images
from diptych.metrics.dice import label_mean, missing_note, per_label, weighted_means
from diptych.metrics.estimate import Estimate

TOLERANCE = 1.0
"""Pixels by which two readers' outlines may differ before it counts, unless told otherwise."""

PERCENTILE = 95.0
"""Of the distances between outlines: the largest one rests on a single pixel."""


@dataclass(frozen=True, kw_only=True)
class Surfaces:
    """Outlines of every pair compared, (N, labels); NaN where neither mask has the label."""

    dice: NDArray[np.float64]
    """Normalised surface Dice, 0 to 1, higher is better."""
    hd95: NDArray[np.float64]
    """95th percentile Hausdorff distance in pixels, lower is better."""
    subjects: tuple[str, ...]


def surfaces(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    labels: Sequence[int],
    subjects: Sequence[str] = (),
    tolerance: float = TOLERANCE,
) -> Surfaces:
    """Compare the outlines of each label in two stacks of masks, both (N, H, W).

    The outline is every pixel of a label with another label, or the frame's edge, above, below,
    left or right of it. Surface Dice is the share of both outlines' pixels that lie within
    `tolerance` pixels of the other outline (Nikolov et al. 2018, arXiv 1809.04430, section
    "Surface DSC"; pixels counted, not contour lengths). HD95 is the greater of the two 95th
    percentiles of distances, one for each direction (Maier-Hein et al. 2024, Nat. Methods 21, 195).

    Empty masks: neither has the label, NaN and not counted; only one has it, surface Dice 0 and
    HD95 the diagonal of the frame, the longest distance there can be. Without `subjects` every
    image is a subject of its own.
    """
    alike(images(first, "masks"), second, "masks")
    if not tolerance >= 0:
        raise DiptychError.of("tolerance", f"{tolerance} is not a distance", "give 0 or more pixels")
    table = np.full((2, len(first), len(labels)), np.nan)
    worst = math.hypot(*first.shape[1:])
    for row, (a, b) in enumerate(zip(first, second, strict=True)):
        ours, theirs = _outlines(a), _outlines(b)
        for column, label in enumerate(labels):
            table[:, row, column] = _compare(ours.get(label), theirs.get(label), tolerance, worst)
    names = tuple(subjects) or tuple(str(i) for i in range(len(first)))
    return Surfaces(dice=table[0], hd95=table[1], subjects=names)


def surface_dice(pairs: Surfaces, seed: int = 0) -> Estimate:
    """Normalised surface Dice: mean over labels of the mean over images; subject bootstrap."""
    return _mean(pairs.dice, pairs.subjects, "", seed)


def hausdorff(pairs: Surfaces, seed: int = 0) -> Estimate:
    """HD95 in pixels: mean over labels of the mean over images; subject bootstrap."""
    return _mean(pairs.hd95, pairs.subjects, "px", seed)


def surface_overlaps(
    judged: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    labels: Sequence[int],
    subjects: Sequence[str] = (),
    seed: int = 0,
    tolerance: float = TOLERANCE,
) -> Overlaps:
    """Surface Dice with the own masks and with those of other subjects, for `agreement`.

    That corrects it for chance just as `agreement.overlaps` does the Dice of areas.
    """
    own = surfaces(judged, masks, labels, subjects, tolerance)
    enough(len(judged), 4, "pairs")
    chance = np.random.default_rng(seed)
    partners = (derangement(own.subjects, chance) for _ in range(SHUFFLES))
    tables = np.stack([surfaces(judged, masks[p], labels, (), tolerance).dice for p in partners])
    known = np.isfinite(tables).sum(axis=0)
    shuffled = np.divide(np.nansum(tables, axis=0), known, out=np.full(known.shape, np.nan), where=known > 0)
    return Overlaps(own=own.dice, shuffled=shuffled, subjects=own.subjects)


def _mean(table: NDArray[np.float64], subjects: Sequence[str], unit: str, seed: int) -> Estimate:
    low, high = interval(lambda weights: label_mean(weighted_means(table, weights)), subjects, seed)
    value = float(label_mean(per_label(table)[None])[0])
    return Estimate(value=value, low=low, high=high, n=len(table), unit=unit, notes=missing_note(table))


def _outlines(mask: NDArray[np.uint8]) -> dict[int, NDArray[np.int64]]:
    """The places (n, 2) of the outline of each label but the background."""
    framed = np.pad(mask.astype(np.int16), 1, constant_values=-1)
    middle = framed[1:-1, 1:-1]
    sides = (framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:])
    edge = np.logical_or.reduce([side != middle for side in sides]) & (mask > 0)
    places, codes = np.argwhere(edge), mask[edge]
    return {int(code): places[codes == code] for code in np.unique(codes)}


def _compare(
    ours: NDArray[np.int64] | None, theirs: NDArray[np.int64] | None, tolerance: float, worst: float
) -> tuple[float, float]:
    if ours is None and theirs is None:
        return math.nan, math.nan
    if ours is None or theirs is None:
        return 0.0, worst
    there, back = _distances(ours, theirs), _distances(theirs, ours)
    near = int((there <= tolerance).sum()) + int((back <= tolerance).sum())
    far = max(float(np.percentile(distances, PERCENTILE)) for distances in (there, back))
    return near / (len(there) + len(back)), far


def _distances(places: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """From each place to the nearest of the others; a tree is as exact as a distance map and faster."""
    from scipy.spatial import cKDTree

    distances: NDArray[np.float64] = cKDTree(others).query(places)[0]
    return distances
