"""How many real images would buy the same score? The effective data multiplier."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import percentile_interval
from diptych.metrics.checks import enough
from diptych.metrics.estimate import Estimate
from diptych.studies.cells import Cell
from diptych.studies.curves import resampled_curve
from diptych.studies.grids import grid
from diptych.studies.measures import Array, Better, Measure
from diptych.studies.two_level import Resampled, resample


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What an arm's score is worth in real images; ends off the curve are 0 or infinite, and named."""

    images: Estimate
    """Real images with which real-only reaches the arm's score."""
    multiplier: Estimate
    """That over the real images the arm had: 1 buys nothing. NaN for an arm without real images."""


def worth(arm: Sequence[Cell], real_only: Sequence[Cell], measure: Measure, seed: int = 0) -> Worth:
    """Read an arm's score (one fraction) off the learning curve of `real_only` (two fractions or more).

    The curve is made monotone (`isotonic`) and drawn straight in the logarithm of the number of images,
    as learning curves nearly are over a decade (Hestness et al. 2017, arXiv 1712.00409). Its inverse
    is taken at the arm's score, in every draw of subjects (the same for arm and curve) and seeds.

    Beyond the last point nothing is extrapolated: the number is infinite, below the first 0, and
    the note says "beyond the curve" or "below the curve". Where the curve is flat within its noise, a
    small gain is "worth" a lot and the interval says so by its width.
    """
    curve = resampled_curve(real_only, measure, seed=seed)
    enough(len(curve), 2, "fractions of real-only")
    if len({cell.task for cell in (*arm, *real_only)}) > 1:
        raise DiptychError.of("cells", "are of several tasks", "give one task")
    score = resample(grid(arm, measure, seed), seed=seed + 1 + len(curve))
    found = np.array([math.exp(log) for log in _read_off(curve, score, measure.better)])
    low, high = _middle(found[1:])
    notes = (*_off(found, list(curve)), *score.notes)
    images = Estimate(value=float(found[0]), low=low, high=high, n=score.subjects, unit="images", notes=notes)
    had = sum(cell.images for cell in arm) / len(arm)
    return Worth(images=images, multiplier=_over(images, had))


def isotonic(table: Array) -> Array:
    """The rising curve nearest to each row of scores (R, points), in least squares.

    Pool-adjacent-violators by its max-min formula (Robertson, Wright and Dykstra 1988, Order
    Restricted Statistical Inference, 1.4), for all rows at once.
    """
    points = table.shape[1]
    sums = np.concatenate([np.zeros((len(table), 1)), np.cumsum(table, axis=1)], axis=1)
    rising = np.full(table.shape, -np.inf)
    for at in range(points):
        for start in range(at + 1):
            means = [(sums[:, end + 1] - sums[:, start]) / (end + 1 - start) for end in range(at, points)]
            rising[:, at] = np.maximum(rising[:, at], np.min(means, axis=0))
    return rising


def _middle(values: Array) -> tuple[float, float]:
    """The middle 95 % of draws of which some are infinite: by ranks, without interpolation."""
    if np.isfinite(values).all():
        return percentile_interval(values)
    ordered = np.sort(values)
    return float(ordered[int(0.025 * len(ordered))]), float(ordered[math.ceil(0.975 * len(ordered)) - 1])


def _read_off(curve: Mapping[float, Resampled], score: Resampled, better: Better) -> Array:
    """Logarithm of the number of images at the score: of the values first, then of every draw."""
    sign = 1.0 if better == "higher" else -1.0
    points = [*curve.values(), score]
    count = min(len(point.draws) for point in points)
    table = sign * np.stack([np.append(point.value, point.draws[:count]) for point in points], axis=1)
    rising, wanted, logs = isotonic(table[:, :-1]), table[:, -1], np.log(np.array(list(curve)))
    found = np.full(len(table), np.inf)
    found[wanted < rising[:, 0]] = -np.inf
    found[wanted == rising[:, 0]] = logs[0]
    for left, right, start, step in zip(rising.T, rising.T[1:], logs, np.diff(logs), strict=False):
        inside = (left < wanted) & (wanted <= right)
        found[inside] = start + step * (wanted - left)[inside] / (right - left)[inside]
    return found


def _off(found: Array, images: Sequence[float]) -> tuple[str, ...]:
    notes = []
    if np.isinf(found[0]):
        notes.append(f"beyond the curve: more than {images[-1]:g} real images, if any number")
    if found[0] == 0:
        notes.append(f"below the curve: fewer than {images[0]:g} real images")
    past, before = float(np.isinf(found[1:]).mean()), float((found[1:] == 0).mean())
    if past + before > 0:
        notes.append(f"{past:.0%} of draws are beyond the curve, {before:.0%} below it")
    return tuple(notes)


def _over(images: Estimate, had: float) -> Estimate:
    if had == 0:
        nothing, note = math.nan, "the arm had no real images"
        return replace(
            images, value=nothing, low=nothing, high=nothing, unit="x", notes=(note, *images.notes)
        )
    return replace(images, value=images.value / had, low=images.low / had, high=images.high / had, unit="x")
