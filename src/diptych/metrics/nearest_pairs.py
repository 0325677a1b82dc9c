"""The synthetic records that come nearest to a training record: pairs for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.checks import enough
from diptych.metrics.copying import Nearest
from diptych.metrics.neighbours import knn_distances


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Synthetic records and their nearest training records, nearest pair first."""

    synthetic: NDArray[np.int64]
    """Index of the synthetic record of each pair, (K,), no record twice."""
    train: NDArray[np.int64]
    """Index of its nearest training record, (K,); several pairs may share one."""
    distance: NDArray[np.float64]
    """What lies between them, (K,)."""
    typical: float
    """Median distance from a held-out record to its nearest training record."""
    rank: NDArray[np.float64]
    """Share of held-out records that come nearer to a training record than the pair, (K,)."""


def nearest_pairs(synthetic: Nearest, heldout: Nearest, count: int = 12) -> Pairs:
    """The `count` nearest (synthetic, training) pairs, with what held-out records make of such a distance.

    Both were searched among the same training records: by `copying.nearest` on images or by
    `nearest_records` on features.
    """
    for nearest, name in ((synthetic, "synthetic"), (heldout, "heldout")):
        enough(len(nearest.distance), 1, name)
    chosen = np.argsort(synthetic.distance, kind="stable")[:count]
    distance = synthetic.distance[chosen]
    nearer = np.searchsorted(np.sort(heldout.distance), distance)
    return Pairs(
        synthetic=chosen,
        train=synthetic.index[chosen],
        distance=distance,
        typical=float(np.median(heldout.distance)),
        rank=nearer / len(heldout.distance),
    )


def nearest_records(queries: NDArray[np.generic], train: NDArray[np.generic]) -> Nearest:
    """Nearest training record (n, d) of each query (N, d), by Euclidean distance of features."""
    distance, index = knn_distances(queries, train, 1)
    return Nearest(distance[:, 0], index[:, 0])
