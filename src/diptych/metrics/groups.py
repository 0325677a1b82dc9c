"""Is a cohort as good for every group? Any metric by group, the gap, and what chance makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import enough
from diptych.metrics.dice import weighted_means
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import Z95

Metric = Callable[[NDArray[np.int64]], Estimate]
"""From the numbers of some rows of a cohort to the estimate for them alone."""

LEAST = 20
"""Subjects without which a group is "not estimable"."""

DRAWS = 4000
"""Sets of group values drawn for the interval of the gap."""

HALVINGS = 25
"""Steps towards each end of that interval, which is then exact to 1e-7 of the gap."""


@dataclass(frozen=True, kw_only=True)
class GroupTable:
    """A metric for every group, and how far the groups are apart."""

    values: Mapping[str, Estimate]
    """NaN with the reason where a group is not estimable."""
    gap: Estimate
    """Greatest value less least among the estimable groups; biased upward, see `by_group`."""
    worst: str
    """The estimable group with the worst value; empty with fewer than two."""


def members(labels: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """Which rows are in which group, (N,) each, from one label a row; an empty label is unknown."""
    known = np.asarray(labels, dtype=str)
    return {str(name): known == name for name in np.unique(known) if name}


def item_mean(values: NDArray[np.generic], subjects: Sequence[str] = (), seed: int = 0) -> Metric:
    """The mean of a value of each item (N,) as a metric of rows, with a subject bootstrap.

    NaN is left out; every row is a subject of its own without `subjects`.
    """
    table = np.asarray(values, dtype=np.float64)[:, None]
    names = np.asarray(subjects if len(subjects) else range(len(table)), dtype=str)

    def mean(rows: NDArray[np.int64]) -> Estimate:
        part = table[rows]
        enough(int(np.isfinite(part).sum()), 1, "group")
        low, high = interval(lambda weights: weighted_means(part, weights)[:, 0], list(names[rows]), seed)
        return Estimate(value=float(np.nanmean(part)), low=low, high=high, n=len(rows))

    return mean


def by_group(
    metric: Metric,
    groups: Mapping[str, NDArray[np.bool_]],
    subjects: Sequence[str] = (),
    better: Literal["higher", "lower"] = "higher",
    least: int = LEAST,
    even: bool = False,
    seed: int = 0,
) -> GroupTable:
    """A metric for each group, the gap between the greatest and the least, and the worst group.

    `groups` holds which rows (N,) belong to each; groups may overlap, as findings do. With
    `even`, every group is cut at random to the rows of the smallest estimable one: needed for
    metrics whose value depends on n, such as Fréchet distances.

    The gap of noisy groups is biased upward: equal groups show one too. Its note says how large
    that one would be. Its 95 % interval is a parametric bootstrap, inverted: those true gaps under
    which the observed one is neither among the lowest nor the highest 2.5 % of 4,000 draws,
    whatever the groups between are like (so it is a little wide with many groups). A draw moves
    each group's value by the error of its own (subject) interval, so that no row is ever counted
    twice. A gap of 0 within the interval is no evidence of a difference, nor of its absence. Who
    tries many groupings will find a gap in some.
    """
    rows = {name: _rows(belongs, groups, name) for name, belongs in groups.items()}
    people = np.asarray(subjects if len(subjects) else range(len(next(iter(groups.values())))), dtype=str)
    counts = {name: len(np.unique(people[some])) for name, some in rows.items()}
    if even:
        rows = _evened(rows, [name for name in rows if counts[name] >= least], seed)
    values = {
        name: _value(metric, some) if counts[name] >= least else _too_few(some, counts[name], least)
        for name, some in rows.items()
    }
    return side_by_side(values, better, seed)


def side_by_side(
    values: Mapping[str, Estimate], better: Literal["higher", "lower"] = "higher", seed: int = 0
) -> GroupTable:
    """The gap and the worst group of values that were taken group by group, as `by_group` has them."""
    known = {name: value for name, value in values.items() if math.isfinite(value.value)}
    worst = ""
    if len(known) > 1:
        pick = min if better == "higher" else max
        worst = pick(known, key=lambda name: known[name].value)
    return GroupTable(values=values, gap=_gap(known, len(values), seed), worst=worst)


def _rows(
    belongs: NDArray[np.bool_], groups: Mapping[str, NDArray[np.bool_]], name: str
) -> NDArray[np.int64]:
    size = len(next(iter(groups.values())))
    if belongs.shape != (size,) or belongs.dtype != np.bool_:
        raise DiptychError.of(f"group {name!r}", "is not one yes or no a row", "give booleans (rows,)")
    return np.flatnonzero(belongs)


def _evened(
    rows: Mapping[str, NDArray[np.int64]], kept: Sequence[str], seed: int
) -> dict[str, NDArray[np.int64]]:
    chance = np.random.default_rng(seed)
    size = min((len(rows[name]) for name in kept), default=0)
    cut = {name: np.sort(chance.choice(rows[name], size, replace=False)) for name in kept}
    return {**rows, **cut}


def _value(metric: Metric, rows: NDArray[np.int64]) -> Estimate:
    try:
        return metric(rows)
    except DiptychError as error:
        return _nothing(len(rows), f"not estimable: {error}")


def _too_few(rows: NDArray[np.int64], count: int, least: int) -> Estimate:
    return _nothing(len(rows), f"not estimable: {count} subjects, at least {least} are needed")


def _nothing(n: int, note: str) -> Estimate:
    return Estimate(value=math.nan, low=math.nan, high=math.nan, n=n, notes=(note,))


def _gap(known: Mapping[str, Estimate], groups: int, seed: int) -> Estimate:
    n = sum(estimate.n for estimate in known.values())
    if len(known) < 2:
        return _nothing(n, f"not estimable: {len(known)} of {groups} groups can be estimated")
    values = np.array([estimate.value for estimate in known.values()])
    errors = np.array([(estimate.high - estimate.low) / (2 * Z95) for estimate in known.values()])
    gap = float(np.ptp(values))
    note = f"over {len(known)} of {groups} groups"
    if not np.isfinite(errors).all():
        reason = "no interval: some group has none"
        return Estimate(value=gap, low=math.nan, high=math.nan, n=n, notes=(note, reason))
    noise = np.random.default_rng(seed).normal(size=(DRAWS, len(values))) * errors
    chance = np.ptp(noise, axis=1)
    low, high = _gap_interval(values, noise)
    p = (1 + int((chance >= gap).sum())) / (1 + DRAWS)
    bias = f"biased upward: equal groups with these errors show {chance.mean():.3g} on average (p = {p:.2g})"
    return Estimate(value=gap, low=low, high=high, n=n, notes=(note, bias))


def _gap_interval(values: NDArray[np.float64], noise: NDArray[np.float64]) -> tuple[float, float]:
    """True gaps that fit the observed one, whatever the groups between the ends are like.

    For a given true gap the observed one is largest when every group lies at one of the ends,
    and smallest when all but two lie in the middle: the former gives the low end, the latter
    the high one.
    """
    gap, middle = float(np.ptp(values)), (values.max() + values.min()) / 2
    if gap == 0.0:
        # Rates of 0 in all groups, say: no draw gives so small a gap, and yet they may differ.
        return 0.0, float(np.percentile(np.ptp(noise, axis=1), 97.5))
    ends = np.where(values > middle, 0.5, -0.5)
    centred = np.zeros(len(values))
    centred[values.argmax()], centred[values.argmin()] = 0.5, -0.5

    def drawn(pattern: NDArray[np.float64], percentile: float) -> Callable[[float], float]:
        return lambda true: float(np.percentile(np.ptp(true * pattern + noise, axis=1), percentile))

    return _solve(drawn(ends, 97.5), gap), max(_solve(drawn(centred, 2.5), gap), gap)


def _solve(rising: Callable[[float], float], wanted: float) -> float:
    """The true gap, 0 or more, at which a rising function of it reaches `wanted`."""
    below, above = 0.0, max(wanted, 1e-300)
    if rising(below) >= wanted:
        return 0.0
    while rising(above) < wanted:
        above *= 2
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        below, above = (middle, above) if rising(middle) < wanted else (below, middle)
    return (below + above) / 2
