"""Does one score rank the same images better than another? Two paired areas under the ROC curve."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.checks import alike, enough
from diptych.metrics.difference import Difference
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import Z95


def delong(
    first: NDArray[np.generic], second: NDArray[np.generic], positive: NDArray[np.bool_]
) -> Difference:
    """Area of `first` less that of `second`, two scores (N,) of the same images; `positive` (N,).

    Scores of several trainings, (K, N), count as the mean of their K areas. -1 to 1, above 0 where
    `first` ranks better. Variance of DeLong, DeLong and Clarke-Pearson 1988
    (Biometrics 44, 837) by the mid-ranks of Sun and Xu 2014 (IEEE Signal Process. Lett. 21, 1389),
    O(N log N); normal interval and test. It knows the sampling of images only: two trainings that
    differ by their seed alone can differ "significantly". Where no image tells the two apart, the
    interval is 0 to 0 and p is 1. Raises `DiptychError` for shapes that differ and for fewer than
    two positives or negatives.
    """
    yes, no = int(positive.sum()), int((~positive).sum())
    enough(min(yes, no), 2, "positives or negatives")
    ours, theirs = (placements(_scores(scores, positive), positive) for scores in (first, second))
    gains = [a.mean(axis=0) - b.mean(axis=0) for a, b in zip(ours, theirs, strict=True)]
    value = float(gains[0].mean())
    error = math.sqrt(gains[0].var(ddof=1) / yes + gains[1].var(ddof=1) / no)
    p = math.erfc(abs(value) / error / math.sqrt(2)) if error > 0 else float(value == 0)
    half = Z95 * error
    return Difference(estimate=Estimate(value=value, low=value - half, high=value + half, n=yes + no), p=p)


def placements(
    scores: NDArray[np.float64], positive: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For K scores (K, N): the share of negatives below each positive, and of positives above each negative.

    Ties count half; (K, positives) and (K, negatives). Both have the area as their mean.
    """
    from scipy.stats import rankdata

    yes, no = scores[:, positive], scores[:, ~positive]
    everyone = rankdata(scores, axis=1)
    below: NDArray[np.float64] = (everyone[:, positive] - rankdata(yes, axis=1)) / no.shape[1]
    above: NDArray[np.float64] = 1 - (everyone[:, ~positive] - rankdata(no, axis=1)) / yes.shape[1]
    return below, above


def _scores(scores: NDArray[np.generic], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    table = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    alike(table[0], np.asarray(positive), "scores")
    return table
