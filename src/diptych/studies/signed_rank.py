"""Do the gains of single subjects lean to one side? Wilcoxon's signed ranks."""

from __future__ import annotations

import math

import numpy as np

from diptych.metrics.checks import alike, enough
from diptych.metrics.estimate import Estimate
from diptych.studies.measures import Array

LEAST = 6
"""Subjects with which a two-sided p below 0.05 can come out at all: 2 / 2^6."""


def signed_rank(first: Array, second: Array) -> Estimate:
    """The two-sided p value of Wilcoxon's signed-rank test on paired scores of subjects, both (n,).

    Wilcoxon 1945 (Biometrics Bull. 1, 80); subjects without a difference are split evenly (Pratt's
    rule halves their ranks; scipy's "zsplit"), exact for few subjects without ties. The question is
    whether these trained models differ on other subjects. It does not know seeds: two trainings of one
    recipe differ "significantly" with enough subjects, so it stands beside the two-level interval and
    never alone. NaN is left out with its subject.
    """
    from scipy.stats import wilcoxon

    gains = _gains(first, second)
    if not gains.any():
        return _p(1.0, len(gains), ("no subject differs",))
    found = wilcoxon(gains, zero_method="zsplit")
    return _p(float(found.pvalue), len(gains), ("of these models; says nothing of other seeds",))


def _gains(first: Array, second: Array) -> Array:
    x, y = (np.asarray(scores, dtype=np.float64) for scores in (first, second))
    alike(x, y, "scores")
    gains = (x - y)[np.isfinite(x - y)]
    enough(len(gains), LEAST, "subjects with both scores")
    # Scores are kept to six decimals; what is below is the rounding of their mean, not an order.
    return np.round(gains, 9)


def _p(value: float, n: int, notes: tuple[str, ...]) -> Estimate:
    return Estimate(value=value, low=math.nan, high=math.nan, n=n, unit="p", notes=notes)
