"""The data-copying test: do synthetic records crowd the training records, cell by cell?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features
from diptych.metrics.estimate import Estimate
from diptych.metrics.neighbours import knn_distances
from diptych.metrics.rates import Z95
from diptych.metrics.three_sets import check_three

CELLS = 5
"""Regions of the training set that are judged each by itself."""

LEAST = 20
"""Synthetic records that a cell needs to be judged: the paper's tau, times their number."""

HALVES = 200
"""Half-samples behind the interval."""

ROUNDS = 100
"""Steps of k-means at most; it stops when no record changes its cell."""


def data_copying(
    synthetic: NDArray[np.generic],
    train: NDArray[np.generic],
    heldout: NDArray[np.generic],
    cells: int = CELLS,
    seed: int = 0,
) -> Estimate:
    """C_T of Meehan et al. 2020 (arXiv 2004.05675): below 0 is copying.

    In every k-means cell of the training records (n, d) the distances of synthetic (N, d)
    and of held-out ones (m, d) to the nearest training record of that cell are compared by
    the Mann-Whitney z score; C_T is its mean, weighted by the held-out share of the cell,
    over cells with at least 20 synthetic records. About 0 when both are as near, below -3
    copying, far above 0 underfitting. As a z score it grows with the size of the sets:
    compare at one size only. A few copies among many new records hardly move it.

    The note's one-sided p is the chance of a value as low from records that copy nothing.
    The interval comes from half-samples without replacement (Shao and Wu 1989, Ann. Stat. 17,
    1176) of training records, each with the synthetic and held-out ones that are nearest to
    it, since those share its luck; the cells stay as they are.
    """
    check_three(synthetic, train, heldout)
    centres, of_train = k_means(train, cells, seed)
    ours, theirs = (_place(rows, train, centres, of_train) for rows in (synthetic, heldout))
    judged = _judged(ours, theirs, len(centres))
    value, null = _score(ours, theirs, judged)
    chance = np.random.default_rng(seed)
    halves = []
    for _ in range(HALVES):
        kept = chance.permutation(len(train)) < len(train) // 2
        halves.append(_score(ours.only(kept), theirs.only(kept), judged)[0])
    spread = Z95 * math.sqrt(2) * float(np.std(halves, ddof=1))
    covered = float(np.isin(theirs.cell, judged).mean())
    notes = (
        f"one-sided p = {NormalDist().cdf(value / null):.2g} that records which copy nothing come as near",
        f"{len(judged)} of {len(centres)} cells judged, which hold {covered:.0%} of the held-out records",
    )
    return Estimate(
        value=value, low=value - spread, high=value + spread, n=len(synthetic), unit="z", notes=notes
    )


def k_means(
    rows: NDArray[np.generic], cells: int, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Centres (K, d) and the cell of each row (N,), by Lloyd's steps; K <= `cells`, none empty.

    Starts are drawn far apart (k-means++: Arthur and Vassilvitskii 2007, SODA, 1027); the same
    seed gives the same cells.
    """
    if not 1 <= cells <= len(rows):
        raise DiptychError.of("cells", f"{cells} is not within 1..{len(rows)}", "choose fewer cells")
    x = features(rows, "rows", 1)
    centres = _starts(x, cells, np.random.default_rng(seed))
    cell = np.full(len(x), -1, dtype=np.int64)
    for _ in range(ROUNDS):
        found = knn_distances(x, centres, 1)[1][:, 0]
        kept, found = np.unique(found, return_inverse=True)
        if len(kept) == len(centres) and np.array_equal(found, cell):
            break
        cell = found
        centres = np.stack([x[cell == i].mean(axis=0) for i in range(len(kept))])
    return centres, cell


@dataclass(frozen=True, eq=False)
class _Placed:
    """The cell of each record, its nearest training record there, and how far that is, (N,)."""

    cell: NDArray[np.int64]
    nearest: NDArray[np.int64]
    distance: NDArray[np.float64]

    def only(self, kept: NDArray[np.bool_]) -> _Placed:
        """The records whose nearest training record is kept."""
        rows = kept[self.nearest]
        return _Placed(self.cell[rows], self.nearest[rows], self.distance[rows])


def _starts(x: NDArray[np.float64], cells: int, chance: np.random.Generator) -> NDArray[np.float64]:
    """Rows drawn one by one with the chance of their squared distance to those before."""
    chosen = [int(chance.integers(len(x)))]
    squares = np.full(len(x), np.inf)
    while len(chosen) < cells:
        squares = np.minimum(squares, ((x - x[chosen[-1]]) ** 2).sum(axis=1))
        if not squares.any():
            break
        chosen.append(int(chance.choice(len(x), p=squares / squares.sum())))
    return x[chosen]


def _place(
    rows: NDArray[np.generic],
    train: NDArray[np.generic],
    centres: NDArray[np.float64],
    of_train: NDArray[np.int64],
) -> _Placed:
    cell = knn_distances(rows, centres, 1)[1][:, 0]
    distance, nearest = np.empty(len(rows)), np.empty(len(rows), dtype=np.int64)
    for i in np.unique(cell):
        inside, there = cell == i, np.flatnonzero(of_train == i)
        found, at = knn_distances(rows[inside], train[there], 1)
        distance[inside], nearest[inside] = found[:, 0], there[at[:, 0]]
    return _Placed(cell, nearest, distance)


def _judged(ours: _Placed, theirs: _Placed, cells: int) -> NDArray[np.int64]:
    """Cells with enough synthetic records, and with any held-out one."""
    counts = np.bincount(ours.cell, minlength=cells), np.bincount(theirs.cell, minlength=cells)
    judged = np.flatnonzero((counts[0] >= LEAST) & (counts[1] > 0))
    if len(judged) == 0:
        what = f"no cell has {LEAST} synthetic records and a held-out one"
        raise DiptychError.of("cells", what, "choose fewer cells or give more records")
    return judged


def _score(ours: _Placed, theirs: _Placed, judged: NDArray[np.int64]) -> tuple[float, float]:
    """C_T over the judged cells, and its standard deviation when nothing is copied."""
    pairs = [(ours.distance[ours.cell == i], theirs.distance[theirs.cell == i]) for i in judged]
    scores = np.array([_mann_whitney(made, real) for made, real in pairs])
    shares = np.array([len(real) for _, real in pairs]) / max(sum(len(real) for _, real in pairs), 1)
    return float(shares @ scores), float(np.linalg.norm(shares))


def _mann_whitney(made: NDArray[np.float64], real: NDArray[np.float64]) -> float:
    """Standard score of the count of pairs in which the made record is farther, ties half."""
    m, n = len(made), len(real)
    if m == 0 or n == 0:
        return 0.0
    ordered = np.sort(real)
    farther = sum(np.searchsorted(ordered, made, side).sum() / 2 for side in ("left", "right"))
    return float((farther - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12))
