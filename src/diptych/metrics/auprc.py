"""Area under the precision-recall curve: how pure are the images that rank highest?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import alike, enough
from diptych.metrics.estimate import Estimate


def average_precision(
    scores: NDArray[np.generic], positive: NDArray[np.bool_], subjects: Sequence[str] = (), seed: int = 0
) -> Estimate:
    """Average precision of scores (N,) for `positive` (N,); 1 is perfect, the share of positives is chance.

    The sum over thresholds of precision times the gain in recall, without interpolation, which
    would flatter (Davis and Goadrich 2006, ICML, 233); ties are one threshold. Subject bootstrap;
    without `subjects` every image is a subject of its own. The value depends on the share of
    positives, which the note gives: compare only on the same images.
    """
    alike(np.asarray(scores), np.asarray(positive), "scores")
    enough(int(positive.sum()), 1, "positives")
    names = list(subjects) or [str(i) for i in range(len(positive))]
    value = float(weighted_average_precision(scores, positive, np.ones((1, len(positive))))[0])
    low, high = interval(lambda weights: weighted_average_precision(scores, positive, weights), names, seed)
    note = f"chance is {positive.mean():.3g}"
    return Estimate(value=value, low=low, high=high, n=len(positive), notes=(note,))


def weighted_average_precision(
    scores: NDArray[np.generic], positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Average precision for each row of weights (R, N): (R,); NaN without a positive."""
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    _, starts = np.unique(-np.asarray(scores, dtype=np.float64)[order], return_index=True)
    drawn = weights[:, order]
    hits = np.add.reduceat(drawn * positive[order], starts, axis=1)
    found = np.cumsum(hits, axis=1)
    called = np.cumsum(np.add.reduceat(drawn, starts, axis=1), axis=1)
    precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
    total = found[:, -1]
    values: NDArray[np.float64] = np.divide(
        (precision * hits).sum(axis=1), total, out=np.full(len(weights), np.nan), where=total > 0
    )
    return values
