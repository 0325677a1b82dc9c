"""How sure is a mean over runs and subjects? A bootstrap of subjects with a t term for seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import percentile_interval
from diptych.metrics.difference import Difference
from diptych.metrics.estimate import Estimate
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

    With D(s, i) the (paired) score of seed s on subject i of n, a draw is

        mean + (sqrt((A - N) / A) (B - mean) + sqrt(V) Z) sqrt(f / X).

    B is the mean of the seed-averaged scores over subjects drawn with replacement, A the variance of B;
    V is the variance of the S seeds' means over S, and Z standard normal. Both variances contain N, that
    of what is left when neither seed nor subject matters, so it is taken from one of them, as in the
    analysis of variance of a crossed design (Owen 2007, Ann. Appl. Stat. 1, 386): from A, which many
    subjects tell well, so that V keeps its S - 1 degrees of freedom. N comes from the draws, so that any
    measure will do: (mean of the runs' variances - variance of their mean) / (runs - 1). X is chi-squared
    with f degrees of freedom, which makes the draws Student's: five seeds say little of their own
    spread. f is Satterthwaite's for the sum of (A - N) with n - 1 and V with S - 1 (Welch 1947,
    Biometrika 34, 28). Variances of B carry n / (n - 1), as a bootstrap of few subjects is narrow.

    Generators: with "these", their runs are averaged first and the answer is about them alone; the
    note tells how much they differ. With "any", they add a t term of their own with one degree of
    freedom less than there are; two have one, and such an interval is wide because two are few.

    Raises `DiptychError` where a run has no value, since no subject has one.
    """
    centre, means = float(runs.values.mean()), runs.draws.mean(axis=(1, 2))
    values, draws = runs.values, runs.draws[np.isfinite(means)]
    if not (len(draws) and math.isfinite(centre)):
        what = "not estimable: some run has no test subject to which the measure applies"
        raise DiptychError.of("cells", what, "test on subjects to which it does")
    if generators == "these":
        values, draws = values.mean(axis=0, keepdims=True), draws.mean(axis=1, keepdims=True)
    chance = np.random.default_rng([seed, len(draws)])
    total = _subjects_and_seeds(values, draws, runs.subjects, chance)
    made = values.mean(axis=1)
    total += math.sqrt(_variance(made)) * chance.standard_t(max(len(made) - 1, 1), len(total))
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


def _subjects_and_seeds(values: Array, draws: Array, subjects: int, chance: np.random.Generator) -> Array:
    centre, together = float(values.mean()), draws.mean(axis=(1, 2))
    small = subjects / (subjects - 1)
    whole = small * float(together.var()) if len(together) else 0.0
    # Once for the seeds' variance and once for the generators', whichever of them is added.
    extra = small * _noise(draws) * sum(size > 1 for size in values.shape)
    own, of_seeds = max(whole - extra, 0.0), _variance(values.mean(axis=0))
    if own + of_seeds == 0:
        return np.full(len(together), centre)
    freedom = (own + of_seeds) ** 2 / (own**2 / (subjects - 1) + of_seeds**2 / max(values.shape[1] - 1, 1))
    moved = math.sqrt(small * own / whole) * (together - centre) if own else 0.0
    moved = moved + math.sqrt(of_seeds) * chance.standard_normal(len(together))
    total: Array = centre + moved * np.sqrt(freedom / chance.chisquare(freedom, len(together)))
    return total


def _variance(means: Array) -> float:
    """Of the mean of some levels; 0 for one, of whose kind nothing is known."""
    return float(means.var(ddof=1)) / len(means) if len(means) > 1 else 0.0


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
    if seeds == 2:
        notes.append("two seeds: too few to tell their spread; the interval misses twice as often as it says")
    if made > 1 and generators == "these":
        apart = float(runs.values.mean(axis=1).std(ddof=1))
        notes.append(f"about these {made} generators, whose means scatter by {apart:.2g}")
    lost = int((~np.isfinite(runs.draws.mean(axis=(1, 2)))).sum())
    if lost:
        notes.append(f"{lost} of {len(runs.draws)} draws of subjects left out: the measure cannot be told")
    return tuple(notes)
