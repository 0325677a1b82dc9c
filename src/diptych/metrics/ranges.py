"""What share of a cohort's images lies where real images lie?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import enough
from diptych.metrics.clusters import clustered_rate
from diptych.metrics.estimate import Estimate

Values = NDArray[np.float64] | NDArray[np.bool_]
Scores = Mapping[str, Values]
"""Name -> one value an image, (N,): numbers, NaN where a score does not apply, or lawful yes and no."""

PERCENTILES = (1.0, 99.0)
"""Of the real images: what lies between them is within the range."""

LEAST = 20
"""Real images that a range needs; below 99 its ends are the extremes themselves."""


def reference_ranges(real: Scores) -> dict[str, tuple[float, float]]:
    """From the 1st to the 99th percentile of each numeric score of real images.

    By ranks of (m + 1), so that 2 % of new real images lie outside on average, or 2 / (m + 1) where
    m < 99 (Hyndman and Fan 1996, Am. Stat. 50, 361, definition 6).
    Rules (scores of yes and no) need no range. Raises `DiptychError` when a score applies to
    fewer than 20 real images.
    """
    ranges = {}
    for name, values in real.items():
        if values.dtype != np.bool_:
            known = np.asarray(values[np.isfinite(values)], dtype=np.float64)
            enough(len(known), LEAST, f"real {name}")
            low, high = np.percentile(known, PERCENTILES, method="weibull")
            ranges[name] = float(low), float(high)
    return ranges


def within(scores: Scores, ranges: Mapping[str, tuple[float, float]]) -> dict[str, NDArray[np.float64]]:
    """1 where a score is in its range or a rule is kept, 0 where not, NaN where it does not apply."""
    found: dict[str, NDArray[np.float64]] = {}
    for name, values in scores.items():
        numbers = np.asarray(values, dtype=np.float64)
        if values.dtype == np.bool_:
            found[name] = numbers
            continue
        if name not in ranges:
            raise DiptychError.of(name, "has no range of real images", "score both cohorts in the same way")
        low, high = ranges[name]
        inside = ((numbers >= low) & (numbers <= high)).astype(np.float64)
        inside[~np.isfinite(numbers)] = np.nan
        found[name] = inside
    return found


def plausible_rates(scores: Scores, real: Scores, subjects: Sequence[str] = ()) -> dict[str, Estimate]:
    """Share of images within the range of real ones, for each score, and in "every score" at once.

    New real images come to about 0.98 a score (less when the ranges rest on few, see
    `reference_ranges`), those that gave the ranges to more: measure others beside, for "every
    score" is lower. Higher is better, but 1 in every score is what one good image repeated would
    reach as well. Images to which a score does not apply are left out and counted in the notes.
    Wilson intervals, clustered by subject; the error of the ranges themselves is not in them, and
    is the same for all that are held against one set of real images.
    """
    inside = within(scores, reference_ranges(real))
    table = np.stack(list(inside.values()))
    inside["every score"] = np.where((table == 0).any(axis=0), 0.0, 1.0)
    return {name: _rate(values, real.get(name), subjects) for name, values in inside.items()}


def _rate(inside: NDArray[np.float64], real: NDArray[np.generic] | None, subjects: Sequence[str]) -> Estimate:
    known = np.isfinite(inside)
    notes: tuple[str, ...] = ()
    if not known.all():
        usual = 0.0 if real is None else float((~np.isfinite(real)).mean())
        notes = (
            f"does not apply to {int((~known).sum())} of {len(known)} images; of real ones to {usual:.0%}",
        )
    if not known.any():
        nothing = math.nan
        return Estimate(value=nothing, low=nothing, high=nothing, n=0, notes=notes)
    names = [subject for subject, kept in zip(subjects, known, strict=True) if kept] if subjects else ()
    return clustered_rate(inside[known], names, notes)
