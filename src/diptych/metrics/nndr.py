"""Nearest-neighbour distance ratio: are synthetic records glued to single training records?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.estimate import Estimate
from diptych.metrics.neighbours import knn_distances
from diptych.metrics.three_sets import check_three, share_below

PERCENTILE = 5.0
"""Of the held-out ratios: a ratio below it is called near 0."""


def nndr_share(
    synthetic: NDArray[np.generic],
    train: NDArray[np.generic],
    heldout: NDArray[np.generic],
    percentile: float = PERCENTILE,
) -> Estimate:
    """Share of synthetic records (N, d) whose ratio is lower than held-out ones (m, d) have it.

    The ratio of the distances to the nearest and to the second nearest training record
    (n, d) is near 0 beside an isolated copy and near 1 far from everything (Lowe 2004, IJCV
    60, 91, section 7.1). The bar is the given percentile of the held-out ratios, so
    `percentile` / 100 is what new records score; more is copying, less is underfitting.

    The interval is that of `share_below`, the error of the bar within. Beside a training
    record that is there twice, the ratio 0 / 0 of a copy counts as 0. Refuses fewer than 20
    records of any set, and a record that is in both real ones.
    """
    check_three(synthetic, train, heldout)
    ours, theirs = neighbour_ratios(synthetic, train), neighbour_ratios(heldout, train)
    note = f"below percentile {percentile:g} of {len(theirs)} held-out ratios"
    medians = f"median ratio: synthetic {np.median(ours):.4f}, held-out {np.median(theirs):.4f}"
    return share_below(ours, theirs, percentile / 100, (note, medians))


def neighbour_ratios(queries: NDArray[np.generic], train: NDArray[np.generic]) -> NDArray[np.float64]:
    """Distance to the nearest over that to the second nearest training record, (N,) within 0..1."""
    near = knn_distances(queries, train, 2)[0]
    ratios: NDArray[np.float64] = np.divide(
        near[:, 0], near[:, 1], out=np.zeros(len(near)), where=near[:, 1] > 0
    )
    return ratios
