"""Do the samples lie where the real ones lie, and everywhere there? Balls around neighbours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.blocks import row_blocks
from diptych.metrics.checks import enough
from diptych.metrics.estimate import Estimate
from diptych.metrics.intervals import log_scale, root_scale
from diptych.metrics.neighbours import ROUNDING, middle, own_neighbours, square_distances
from diptych.metrics.rates import rate
from diptych.metrics.two_sets import size_note, two_sets

DRAWS = 50
"""Random parts of the balls for the interval; its width then wanders by about 10 %."""

ALIKE = 1e-13
"""Squared distance, over the squared length of a sample about the middle, that may be rounding alone."""

KEPT = 2 / 3
"""Share of each set in such a part: fewer miss how balls grow when samples are few."""


@dataclass(frozen=True, kw_only=True)
class Prdc:
    """Four shares of one pair of sets, all at the same k; higher is better."""

    precision: Estimate
    """Share of synthetic samples inside the ball of any real one, in [0, 1]: fidelity."""
    recall: Estimate
    """Share of real samples inside the ball of any synthetic one, in [0, 1]: diversity."""
    density: Estimate
    """Mean number of real balls around a synthetic sample, over k: fidelity; 1 when both agree."""
    coverage: Estimate
    """Share of real samples with a synthetic one in their ball: diversity; `expected_coverage`."""


def prdc(synthetic: NDArray[np.generic], real: NDArray[np.generic], k: int = 5, seed: int = 0) -> Prdc:
    """Improved precision and recall, density and coverage of features (N, d) and (M, d).

    A sample's closed ball reaches to its k-th nearest neighbour in its own set. Precision and
    recall: Kynkäänniemi et al. 2019 (arXiv 1904.06991, eq. 1 and 2; there k = 3); density and
    coverage: Naeem et al. 2020 (arXiv 2002.09797, eq. 3 and 4; there k = 5). All depend on k and
    on both sizes: compare at equal n. Against itself a set has precision, recall and coverage 1
    and density (k + 1) / k, its own sample on top. A set whose samples each come k + 1 times has
    balls of radius 0.

    The intervals, for the expectation at these sizes, add the scatter of the samples asked to
    that of the balls, seen in random two thirds of them; shares are then given Wilson's interval
    at the size that has this variance, density one on the log scale (near 0 on the root's).
    Approximate: within a tenth of the right width, but up to a fifth narrow where the sets hardly
    overlap. Raises `DiptychError` with fewer than 2 k + 2 samples.
    """
    x, y = two_sets(synthetic, real, 1)
    if k < 1:
        raise DiptychError.of("k", f"{k} is no number of neighbours", "choose 1 or more, such as 5")
    enough(min(len(x), len(y)), 2 * k + 2, f"synthetic and real for k = {k}")
    chance, centre = np.random.default_rng(seed), middle(y)
    counts = _count(x, y, _balls(x, k, centre, chance), _balls(y, k, centre, chance))
    notes = (f"k = {k}", *size_note(len(x), len(y)))
    return Prdc(
        precision=_share(counts.around_synthetic > 0, notes),
        recall=_share(counts.around_real > 0, notes),
        density=_mean(counts.around_synthetic / k, notes),
        coverage=_share(counts.inside_real > 0, notes),
    )


def expected_coverage(synthetic: int, real: int, k: int = 5) -> float:
    """Coverage to be expected when both sets come from one distribution; Naeem et al. 2020, eq. 9.

    1 - (N-1)...(N-k) / ((M+N-1)...(M+N-k)) for N real and M synthetic samples: near
    1 - 2^-k for equal and large sizes. The ceiling against which to read `coverage`.
    """
    enough(min(synthetic, real), k + 1, f"samples for k = {k}")
    steps = range(1, k + 1)
    missed: float = math.prod((real - i) / (real + synthetic - i) for i in steps)
    return 1 - missed


@dataclass(frozen=True)
class _Balls:
    """Balls of one set: squared radii of its whole, then of each part, (1 + DRAWS, N).

    A sample outside a part has a radius too, that to its k-th neighbour in the part. All are
    longer by what rounding may take from a sample on the edge, or from one that is the same.
    """

    squares: NDArray[np.float64]
    member: NDArray[np.bool_]
    """Which samples belong to the whole (all), and to each part."""


@dataclass(frozen=True)
class _Counts:
    """For the whole, then for each part: numbers of balls or of samples, (1 + DRAWS, N or M)."""

    around_synthetic: NDArray[np.float64]
    """Real balls that hold each synthetic sample."""
    around_real: NDArray[np.float64]
    """Synthetic balls that hold each real sample."""
    inside_real: NDArray[np.float64]
    """Synthetic samples in the ball of each real one."""


def _balls(
    x: NDArray[np.float64], k: int, centre: NDArray[np.float64], chance: np.random.Generator
) -> _Balls:
    """A list of 3 k + 12 neighbours holds k of the part, but for one sample in a million."""
    n = len(x)
    member = np.ones((1 + DRAWS, n), dtype=bool)
    for row in member[1:]:
        row[chance.choice(n, n - round(KEPT * n), replace=False)] = False
    near, indices = own_neighbours(x, min(n - 1, 3 * k + 12))
    squares = np.empty(member.shape)
    for part, inside in zip(squares, member, strict=True):
        place = (inside[indices].cumsum(axis=1, dtype=np.int32) < k).sum(axis=1)
        part[:] = near[np.arange(n), np.minimum(place, near.shape[1] - 1)]
    slack = [((x[part] - centre) ** 2).sum(axis=1) for part in row_blocks(n, x.shape[1])]
    return _Balls(squares * (1 + ROUNDING) + ALIKE * np.concatenate(slack), member)


def _count(x: NDArray[np.float64], y: NDArray[np.float64], around_x: _Balls, around_y: _Balls) -> _Counts:
    """One pass over the distances; only pairs within the largest ball of either are looked at again."""
    of_x, of_y, inside_y = (np.zeros((1 + DRAWS, len(rows))) for rows in (x, y, y))
    widest_x, widest_y = around_x.squares.max(axis=0), around_y.squares.max(axis=0)
    for part, squares in square_distances(x, y):
        row, column = np.nonzero(squares <= widest_y)
        near, row = squares[row, column], row + part.start
        for draw in range(1 + DRAWS):
            hit = near <= around_y.squares[draw, column]
            of_x[draw] += np.bincount(row[hit & around_y.member[draw, column]], minlength=len(x))
            inside_y[draw] += np.bincount(column[hit & around_x.member[draw, row]], minlength=len(y))
        row, column = np.nonzero(squares <= widest_x[part, None])
        near, row = squares[row, column], row + part.start
        for draw in range(1 + DRAWS):
            hit = (near <= around_x.squares[draw, row]) & around_x.member[draw, row]
            of_y[draw] += np.bincount(column[hit], minlength=len(y))
    return _Counts(of_x, of_y, inside_y)


def _shared(values: NDArray[np.float64]) -> float:
    """Variance of the mean of the first row that the balls make, of which there is one set for all.

    It is the covariance of two samples' values over the parts, scaled as for any mean: a share f
    drawn without replacement varies by (1 - f) / f of what fresh sets of full size would.
    Below zero only by chance.
    """
    parts = values[1:]
    alone = float(parts.var(axis=0, ddof=1).mean()) / values.shape[1]
    shared = float(parts.mean(axis=1).var(ddof=1)) - alone
    return 0.0 if shared < 0 else shared * KEPT / (1 - KEPT)


def _share(inside: NDArray[np.bool_], notes: tuple[str, ...]) -> Estimate:
    """Wilson's interval, as if of so many independent samples as have the same variance."""
    n, hits = inside.shape[1], int(inside[0].sum())
    near = (hits + 2) / (n + 4)
    alone = near * (1 - near)
    variance = alone / n + _shared(inside.astype(np.float64))
    size = max(1, round(alone / variance))
    found = rate(hits / n * size, size)
    return Estimate(value=hits / n, low=found.low, high=found.high, n=n, notes=notes)


def _mean(values: NDArray[np.float64], notes: tuple[str, ...]) -> Estimate:
    n, value = values.shape[1], float(values[0].mean())
    if value == 0:
        bare = (*notes, "no interval: no synthetic sample lies in any ball")
        return Estimate(value=0.0, low=math.nan, high=math.nan, n=n, notes=bare)
    error = math.sqrt(float(values[0].var(ddof=1)) / n + _shared(values))
    # Where few samples lie in any ball, a factor up and down would reach to absurd ends.
    low, high = (log_scale if error < value / 2 else root_scale)(value, error)
    return Estimate(value=value, low=low, high=high, n=n, notes=notes)
