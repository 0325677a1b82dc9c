"""Authenticity: is a synthetic record more than its nearest training record with a little noise?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.clusters import clustered_rate, score_rate
from diptych.metrics.estimate import Estimate
from diptych.metrics.neighbours import knn_distances
from diptych.metrics.three_sets import check_three


def authenticity(
    synthetic: NDArray[np.generic], train: NDArray[np.generic], heldout: NDArray[np.generic]
) -> Estimate:
    """Share of synthetic records (N, d) that are no copies by the test of Alaa et al. 2022.

    A record is authentic when it is farther from its nearest training record (n, d) than
    that one is from its own nearest fellow (arXiv 2102.08921, authenticity). 0 is the
    training set itself; what new records score depends on the dimension and is below 1, so
    the note says what the held-out ones (m, d) do. Higher is better, up to there. Several
    images of one subject in the training set, being near each other, hide copies.

    Records with one nearest training record share its luck. Wilson interval with a variance
    halfway between that of those clusters as they are, which knows one training set only
    and is too small, and that of clusters alike within, which is too large.
    """
    check_three(synthetic, train, heldout)
    ours, theirs = _authentic(train, synthetic, heldout)
    weights = np.bincount(ours.nearest) / len(ours.nearest)
    alike, share = float(weights @ weights), ours.share
    variance = (float(ours.pull @ ours.pull) + share * (1 - share) * alike) / 2
    note = f"of {len(theirs.found)} held-out records {theirs.share:.4f} are authentic"
    return score_rate(share, variance, math.inf, len(ours.found), math.floor(1 / alike), (note,))


def authenticity_gap(
    synthetic: NDArray[np.generic], train: NDArray[np.generic], heldout: NDArray[np.generic]
) -> Estimate:
    """Authenticity of synthetic (N, d) less that of held-out records (m, d), both against train (n, d).

    0 is as new as real records of other subjects, in any dimension; below 0 is copying, above
    0 is farther from the training set than real records are; range -1 to 1. The intervals of
    both, with clusters as in `authenticity`, are joined by the square-and-add rule for
    correlated shares (Zou and Donner 2008, Stat. Med. 27, 1693): the luck of the training
    records is theirs in common.
    """
    check_three(synthetic, train, heldout)
    ours, theirs = _authentic(train, synthetic, heldout)
    new, real = ours.estimate(), theirs.estimate()
    value, bond = new.value - real.value, _correlation(ours.pull, theirs.pull)
    low = value - _joined(new.value - new.low, real.high - real.value, bond)
    high = value + _joined(new.high - new.value, real.value - real.low, bond)
    notes = (f"synthetic {new.value:.4f}, held-out {real.value:.4f}",)
    return Estimate(value=value, low=low, high=high, n=len(synthetic), notes=notes)


@dataclass(frozen=True, eq=False)
class _Verdicts:
    """What the test says of one set of records."""

    found: NDArray[np.bool_]
    """Which are authentic, (N,)."""
    nearest: NDArray[np.int64]
    """Nearest training record of each, (N,)."""
    pull: NDArray[np.float64]
    """How far those nearest to each training record move the share from its mean, (n,)."""

    @property
    def share(self) -> float:
        """The authentic share."""
        return float(self.found.mean())

    def estimate(self) -> Estimate:
        """The authentic share, given the training set."""
        return clustered_rate(self.found, [str(i) for i in self.nearest])


def _authentic(train: NDArray[np.generic], *queries: NDArray[np.generic]) -> Iterator[_Verdicts]:
    """The test on several sets of queries, each (N, d)."""
    spacing = knn_distances(train, train, 1, exclude_self=True)[0][:, 0]
    for rows in queries:
        distance, at = knn_distances(rows, train, 1)
        found, nearest = distance[:, 0] > spacing[at[:, 0]], at[:, 0]
        pull = np.bincount(nearest, found - found.mean(), len(train)) / len(rows)
        yield _Verdicts(found, nearest, pull)


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / lengths if lengths > 0 else 0.0


def _joined(first: float, second: float, correlation: float) -> float:
    return math.sqrt(max(first**2 + second**2 - 2 * correlation * first * second, 0.0))
