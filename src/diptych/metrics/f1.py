"""F1 of yes-or-no answers: the Dice of two sets of images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import alike, enough
from diptych.metrics.estimate import Estimate


def f1(
    called: NDArray[np.bool_], positive: NDArray[np.bool_], subjects: Sequence[str] = (), seed: int = 0
) -> Estimate:
    """2 TP / (2 TP + FP + FN) of answers (N,) and the truth (N,); 0 to 1, higher is better.

    The harmonic mean of precision and recall (van Rijsbergen 1979, Information Retrieval, ch. 7).
    True negatives do not count, so it depends on the share of positives. Subject bootstrap; without
    `subjects` every image is a subject of its own. Needs a positive image.
    """
    alike(np.asarray(called), np.asarray(positive), "answers")
    enough(int(positive.sum()), 1, "positives")
    names = list(subjects) or [str(i) for i in range(len(positive))]
    value = float(weighted_f1(called, positive, np.ones((1, len(positive))))[0])
    low, high = interval(lambda weights: weighted_f1(called, positive, weights), names, seed)
    return Estimate(value=value, low=low, high=high, n=len(positive))


def weighted_f1(
    called: NDArray[np.bool_], positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """F1 for each row of weights (R, N): (R,); NaN where nothing is positive nor called so."""
    both = weights @ (called & positive)
    either = weights @ called + weights @ positive
    values: NDArray[np.float64] = np.divide(
        2 * both, either, out=np.full(len(weights), np.nan), where=either > 0
    )
    return values
