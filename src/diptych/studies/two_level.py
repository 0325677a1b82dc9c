"""How sure is a mean over runs and subjects? A bootstrap of subjects with a t term for seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from diptych.metrics.bootstrap import percentile_interval
from diptych.metrics.difference import Difference
from diptych.metrics.estimate import Estimate
from diptych.metrics.intervals import student
from diptych.metrics.rates import Z95
from diptych.studies.grids import Grid
from diptych.studies.measures import Array, Better

LEVEL = 0.05
"""Of the one-sided test for non-inferiority."""

Generators: TypeAlias = Literal["these", "any"]
"""Whether an answer is about the generators that were trained, or about any that would be trained so."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Resampled:
    """A value and what else it might have been, had other subjects and seeds been drawn."""

    value: float
    draws: Array
    """(R,), without those in which the measure cannot be told."""
    subjects: int
    notes: tuple[str, ...]


def resample(runs: Grid, generators: Generators = "these", seed: int = 0) -> Resampled:
    """The mean over all runs, with draws for two levels of chance: test subjects and seeds.

    With D(s, i) the (paired) score of seed s on subject i, a draw is

        mean + k (B - mean) + T sqrt(max(V - N, 0)).

    B is the mean of seed-averaged scores over subjects drawn with replacement, and
    k = sqrt(n / (n - 1)) t(n - 1) / z widens it, since a bootstrap of few subjects is too narrow
    (the expanded percentile interval, Hesterberg 2015, Am. Stat. 69, 371). T is a draw from
    Student's t with S - 1 degrees of freedom and V the variance of the S seeds' means over S: five
    seeds say little of their own spread, and a bootstrap of five says less than it seems. The two
    variances are added as in the analysis of variance of a crossed design, and N, the variance of
    what is left when neither seed nor subject matters, taken off once as both contain it (Owen 2007,
    Ann. Appl. Stat. 1, 386; Hillis 2007, Stat. Med. 26, 596). It comes from the draws themselves, so
    that any measure will do and not just means: (mean of the runs' variances - variance of their mean)
    / (runs - 1). Adding independent draws of both is the fiducial solution of the Behrens-Fisher
    problem (Fisher 1935, Ann. Eugen. 6, 391).

    Generators: with "these", their runs are averaged first and the answer is about them alone; the
    note tells how much they differ. With "any", they get a t term of their own; two generators have
    one degree of freedom, and such an interval is wide because two are few.
    """
    centre, means = float(runs.values.mean()), runs.draws.mean(axis=(1, 2))
    values, draws = runs.values, runs.draws[np.isfinite(means)]
    if generators == "these":
        values, draws = values.mean(axis=0, keepdims=True), draws.mean(axis=1, keepdims=True)
    together = draws.mean(axis=(1, 2))
    total = centre + _widening(runs.subjects) * (together - centre)
    noise, chance = _noise(draws), np.random.default_rng([seed, len(together)])
    for axis in (0, 1):
        of_seeds = values.mean(axis=1 - axis)
        if (count := len(of_seeds)) > 1:
            spread = math.sqrt(max(float(of_seeds.var(ddof=1)) / count - noise, 0.0))
            total = total + spread * chance.standard_t(count - 1, len(total))
    return Resampled(value=centre, draws=total, subjects=runs.subjects, notes=_notes(runs, generators))


def estimate(found: Resampled, unit: str = "") -> Estimate:
    """The value with its 95 % interval; n counts the test subjects, and the notes the runs."""
    low, high = percentile_interval(found.draws)
    return Estimate(value=found.value, low=low, high=high, n=found.subjects, unit=unit, notes=found.notes)


def difference(found: Resampled, unit: str = "") -> Difference:
    """For a paired grid: the difference with its interval, and the two-sided p of "no difference".

    p is twice the smaller share of draws on either side of 0, each counted with the value itself,
    so it is never 0 (Davison and Hinkley 1997, Bootstrap Methods, 4.2).
    """
    known = len(found.draws)
    if not (known and math.isfinite(found.value)):
        return Difference(estimate=estimate(found, unit), p=math.nan)
    least = min(int((found.draws <= 0).sum()), int((found.draws >= 0).sum()))
    return Difference(estimate=estimate(found, unit), p=min(2 * (1 + least) / (1 + known), 1.0))


def noninferiority(found: Resampled, margin: float, better: Better = "higher") -> Estimate:
    """For a paired grid: the one-sided p of "the first is worse than the second by `margin` or more".

    Small values speak for "not much worse". That is half of two one-sided tests (Schuirmann 1987, J.
    Pharmacokinet. Biopharm. 15, 657) and the question for synthetic-only: a difference that is "not
    significant" does not answer it, since few subjects and seeds give that as well. `margin` is in
    the measure's unit, above 0, and must be chosen before the results are seen. The note has the verdict
    at 5 % and the end of the one-sided 95 % interval.
    """
    losses = -found.draws if better == "higher" else found.draws
    p = (1 + int((losses >= margin).sum())) / (1 + len(losses))
    worst = float(np.percentile(losses, 100 * (1 - LEVEL))) if len(losses) else math.nan
    verdict = "not inferior" if p < LEVEL else "non-inferiority is not shown"
    told = f"{verdict} by a margin of {margin:g}; worse by {worst:.3g} at most, with 95 % confidence"
    nothing = math.nan
    return Estimate(
        value=p, low=nothing, high=nothing, n=found.subjects, unit="p", notes=(told, *found.notes)
    )


def _widening(subjects: int) -> float:
    return math.sqrt(subjects / (subjects - 1)) * student(subjects) / Z95


def _noise(draws: Array) -> float:
    """The variance, in the mean over runs, of what neither run nor subject explains; 0 for one run."""
    runs = draws.reshape(len(draws), -1)
    count = runs.shape[1]
    if count == 1 or not len(runs):
        return 0.0
    apart, together = float(runs.var(axis=0).mean()), float(runs.mean(axis=1).var())
    return max(apart - together, 0.0) / (count - 1)


def _notes(runs: Grid, generators: Generators) -> tuple[str, ...]:
    made, seeds = runs.values.shape
    notes = [f"{made} generator{'s' * (made > 1)} x {seeds} seed{'s' * (seeds > 1)}", *runs.notes]
    if seeds == 1:
        notes.append("one seed: says nothing of others")
    if made > 1 and generators == "these":
        apart = float(runs.values.mean(axis=1).std(ddof=1))
        notes.append(f"about these {made} generators, whose means scatter by {apart:.2g}")
    lost = int((~np.isfinite(runs.draws.mean(axis=(1, 2)))).sum())
    if lost:
        notes.append(f"{lost} of {len(runs.draws)} draws of subjects left out: the measure cannot be told")
    return tuple(notes)
