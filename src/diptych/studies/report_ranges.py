"""Intervals as a page shows them: no end beyond what the metric can be.

With two seeds the t terms of `two_level` reach past 1 and below 0. No truth lies there, so an interval that
is cut at the ends of the range covers as often as the whole one; `table.json` keeps the whole one.
"""

from __future__ import annotations

import math
from dataclasses import replace

from diptych.metrics.estimate import Estimate
from diptych.studies.outcomes import Outcome

WITHOUT_END = ("hd95",)
"""Metrics that are 0 or more; all others are from 0 to 1."""


def possible_score(score: Estimate, outcome: Outcome) -> Estimate:
    """A score whose interval is cut at the range of its metric; NaN stays."""
    return _cut(score, 0.0, math.inf if outcome.metric in WITHOUT_END else 1.0)


def possible_gain(gain: Estimate, outcome: Outcome) -> Estimate:
    """The same of a difference of two scores, which is from -1 to 1 where scores are from 0 to 1."""
    most = math.inf if outcome.metric in WITHOUT_END else 1.0
    return _cut(gain, -most, most)


def beyond(whole: Estimate, shown: Estimate) -> bool:
    """Whether an interval was cut."""
    return whole.low < shown.low or whole.high > shown.high


def _cut(estimate: Estimate, least: float, most: float) -> Estimate:
    """Comparisons with NaN are false, so that it stays."""
    low = least if estimate.low < least else estimate.low
    high = most if estimate.high > most else estimate.high
    return replace(estimate, low=low, high=high)
