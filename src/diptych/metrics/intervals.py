"""Ends of 95 % intervals from a standard error, on the scale on which a metric is least skewed."""

from __future__ import annotations

import math

from scipy.special import stdtrit

from diptych.metrics.rates import Z95

WIDEST = 100.0
"""Logarithm beyond which an end is no longer told from 0 or infinity."""


def student(n: int) -> float:
    """The 97.5 % point of Student's distribution for a standard error from n samples."""
    return float(stdtrit(n - 1, 0.975))


def even(value: float, error: float, n: int) -> tuple[float, float]:
    """As far below as above: for values of either sign."""
    half = student(n) * error
    return value - half, value + half


def log_scale(value: float, error: float) -> tuple[float, float]:
    """As many times less as more: for values above 0 without a limit."""
    stretch = math.exp(min(Z95 * error / value, WIDEST))
    return value / stretch, value * stretch


def root_scale(value: float, error: float) -> tuple[float, float]:
    """As far below as above in square roots, as for small counts: for values above 0 and near it."""
    root = math.sqrt(value)
    half = Z95 * error / (2 * root)
    return max(root - half, 0.0) ** 2, (root + half) ** 2


def logit_scale(value: float, error: float) -> tuple[float, float]:
    """As many times lower odds as higher: for values within [0, 1]; their ends count as 0.01 and 0.99."""
    inside = min(max(value, 0.01), 0.99)
    middle, half = math.log(inside / (1 - inside)), min(Z95 * error / (inside * (1 - inside)), WIDEST)
    low, high = (1 / (1 + math.exp(-end)) for end in (middle - half, middle + half))
    return min(low, value), max(high, value)
