"""Shares of yes among n, with Wilson's interval."""

from __future__ import annotations

import math

from diptych.metrics.checks import enough
from diptych.metrics.estimate import Estimate

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution."""


def rate(hits: float, n: int, notes: tuple[str, ...] = ()) -> Estimate:
    """The share `hits / n` with the 95 % score interval of Wilson 1927 (JASA 22, 209).

    `hits` may be a fraction, for a mean of shares within n independent items.
    """
    enough(n, 1, "rate")
    share = hits / n
    scale = 1 + Z95**2 / n
    centre = (share + Z95**2 / (2 * n)) / scale
    half = Z95 / scale * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    low = 0.0 if hits <= 0 else centre - half
    high = 1.0 if hits >= n else centre + half
    return Estimate(value=share, low=low, high=high, n=n, notes=notes)
