"""Distance to the closest record: do synthetic records lie nearer to training than to new ones?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.clusters import score_rate
from diptych.metrics.estimate import Estimate
from diptych.metrics.neighbours import knn_distances
from diptych.metrics.three_sets import check_three

HELD = 2**22
"""Distances to chosen neighbours held at once: 32 MiB."""

MISSED = 1e-5
"""Neighbours are followed until a random choice of the larger set lacks them all this rarely."""

PERCENTILE = 5.0
"""Of the nearest distances, named in the notes."""


def dcr_share(
    synthetic: NDArray[np.generic], train: NDArray[np.generic], heldout: NDArray[np.generic]
) -> Estimate:
    """Share of synthetic records (N, d) nearer to a training (n, d) than to a held-out one (m, d).

    0.5 is what a generator gets that copies nothing, 1 is a copy of the training set; ties
    count half (Platzer and Reutterer 2021, Front. Big Data 4:679939). The larger real set
    would be nearer by its size alone: the share is the mean over all choices of as many of
    its records as the smaller set has, from the ranks of its neighbours, so none is drawn.

    Synthetic records with one nearest real record fall to one side together: the interval is
    Wilson's at the variance that the share has when training and held-out records change
    names at random. Refuses fewer than 20 records of any set, and a record in both real ones.
    """
    check_three(synthetic, train, heldout)
    swapped = len(train) < len(heldout)
    found = _compare(synthetic, *((heldout, train) if swapped else (train, heldout)))
    share = 1 - found.share if swapped else found.share
    to_train, to_heldout = found.nearest[::-1] if swapped else found.nearest
    fresh = knn_distances(heldout, train, 1)[0]
    notes = _distances(to_train, to_heldout, fresh), *_sizes(len(train), len(heldout))
    units = min(len(synthetic), int(1 / found.spread))
    return score_rate(share, share * (1 - share) * found.spread, math.inf, len(synthetic), units, notes)


@dataclass(frozen=True, eq=False)
class _Sides:
    """Where the synthetic records fall between a larger and a smaller real set."""

    share: float
    """Nearer to the larger set, when that is made as small as the other."""
    spread: float
    """Variance of the share for names at random, over that of a single record."""
    nearest: tuple[NDArray[np.float64], NDArray[np.float64]]
    """Distances to the larger and to the smaller set, each whole, (N,)."""


def _compare(
    synthetic: NDArray[np.generic], larger: NDArray[np.generic], smaller: NDArray[np.generic]
) -> _Sides:
    missed = _missed(len(larger), len(smaller))
    drawn = missed[:-1] - missed[1:]
    won, lost = np.zeros(len(larger)), np.zeros(len(smaller))
    near = np.empty((2, len(synthetic)))
    rows = max(1, HELD // len(drawn))
    for start in range(0, len(synthetic), rows):
        part = slice(start, start + rows)
        ours, ours_at = knn_distances(synthetic[part], larger, len(drawn))
        other, other_at = knn_distances(synthetic[part], smaller, 1)
        nearer = drawn * ((ours < other) + 0.5 * (ours == other))
        won += np.bincount(ours_at.ravel(), nearer.ravel(), len(larger))
        lost += np.bincount(other_at.ravel(), 1 - nearer.sum(axis=1), len(smaller))
        near[:, part] = ours[:, 0], other[:, 0]
    weights = np.concatenate([won, lost]) / len(synthetic)
    spread = float((weights**2).sum()) - 1 / len(weights)
    return _Sides(float(won.sum()) / len(synthetic), max(spread, 1 / len(synthetic)), (near[0], near[1]))


def _missed(larger: int, smaller: int) -> NDArray[np.float64]:
    """Chance that none of the nearest 0, 1, 2, ... of `larger` is among `smaller` chosen at random.

    C(larger - k, smaller) / C(larger, smaller), taken for 0 where it is nearly so.
    """
    left = np.arange(larger, smaller - 1, -1)
    chances = np.concatenate([[1.0], np.cumprod((left - smaller) / left)])
    return np.append(chances[chances > MISSED], 0.0)


def _distances(
    to_train: NDArray[np.float64], to_heldout: NDArray[np.float64], fresh: NDArray[np.float64]
) -> str:
    ours, theirs, new = (float(np.percentile(rows, PERCENTILE)) for rows in (to_train, to_heldout, fresh))
    return (
        f"{PERCENTILE:g}th percentiles of nearest distances: synthetic to train {ours:.4g}, "
        f"synthetic to held-out {theirs:.4g}, held-out to train {new:.4g}"
    )


def _sizes(train: int, heldout: int) -> tuple[str, ...]:
    if train == heldout:
        return ()
    return (f"{train} training and {heldout} held-out records, compared at {min(train, heldout)} each",)
