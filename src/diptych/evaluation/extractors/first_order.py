"""First-order features: what the histogram of an image says, whatever lies where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST_ORDER = (
    "mean",
    "deviation",
    "skewness",
    "log_kurtosis",
    "percentile10",
    "median",
    "percentile90",
    "quartile_range",
    "mean_absolute_deviation",
    "root_mean_square",
    "entropy",
    "uniformity",
)

FLAT = 1e-9
"""Below this deviation an image is flat: its higher moments are rounding errors."""


def first_order(values: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    """The features named in `FIRST_ORDER` of greys in [0, 1]; entropy and uniformity over `levels` bins.

    Definitions of the Image Biomarker Standardisation Initiative (Zwanenburg et al. 2020,
    doi 10.1148/radiol.2020191145), with the logarithm of the kurtosis, whose tail is long.
    """
    mean, deviation = values.mean(), values.std()
    p10, p25, median, p75, p90 = np.percentile(values, [10, 25, 50, 75, 90])
    skewness = (((values - mean) / deviation) ** 3).mean() if deviation > FLAT else 0.0
    share = _shares(values, levels)
    return np.array(
        [
            mean,
            deviation,
            skewness,
            log_kurtosis(values),
            p10,
            median,
            p90,
            p75 - p25,
            np.abs(values - mean).mean(),
            np.sqrt((values**2).mean()),
            _entropy(share),
            (share**2).sum(),
        ]
    )


def log_kurtosis(values: NDArray[np.float64]) -> float:
    """Natural logarithm of the fourth standardised moment: log 3 for a Gaussian, 0 for two equal peaks.

    A flat image is given 0, the least there is.
    """
    deviation = values.std()
    if deviation <= FLAT:
        return 0.0
    return float(np.log((((values - values.mean()) / deviation) ** 4).mean()))


def entropy(values: NDArray[np.float64], levels: int) -> float:
    """Entropy in bits of values in [0, 1] over `levels` bins of equal width: 0 to log2(levels)."""
    return _entropy(_shares(values, levels))


def _shares(values: NDArray[np.float64], levels: int) -> NDArray[np.float64]:
    bins = np.minimum((values.ravel() * levels).astype(np.int64), levels - 1)
    return np.bincount(bins, minlength=levels) / bins.size


def _entropy(share: NDArray[np.float64]) -> float:
    some = share[share > 0]
    return float(-(some * np.log2(some)).sum())
