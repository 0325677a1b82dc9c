"""A Gaussian fitted where some values are missing, and what it says of the rest when some are known.

Dempster, Laird and Rubin 1977 (EM); Ledoit and Wolf 2004 (shrinkage).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 10
"""Of EM; the teeth that are missing are known well enough from their neighbours after a few."""
FLOOR = 1e-3
"""Least standard deviation by which a value is divided; values are image heights, radians and 0 or 1."""
LEAST = 0.01
"""Of the shrinkage, so that every covariance can be inverted."""
LIMIT = 2.5
"""Standard deviations beyond which nothing is drawn."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Standardised values with a shrunk covariance."""

    mean: Floats
    """(D,)"""
    unit: Floats
    """(D,) standard deviation by which each value is divided."""
    covariance: Floats
    """(D, D) of the divided values: the observed one times 1 - `floor`, plus `floor` times the identity."""
    floor: float
    """Amount of shrinkage, 0 to 1."""

    def part(self, index: NDArray[np.int64]) -> Gaussian:
        """The marginal of some values, in this order."""
        return Gaussian(self.mean[index], self.unit[index], self.covariance[np.ix_(index, index)], self.floor)

    def given(self, known: NDArray[np.int64], values: Floats, wanted: NDArray[np.int64]) -> Gaussian:
        """The values `wanted` when those of `known` are `values`.

        No mean moves by more than `LIMIT` of its standard deviations, so that what was never seen
        together (say, one tooth alone in its jaw) is not carried out of what was seen at all.
        """
        cross = self.covariance[np.ix_(wanted, known)]
        gain = np.linalg.solve(self.covariance[np.ix_(known, known)], cross.T).T
        told = (values - self.mean[known]) / self.unit[known]
        moved = np.clip(gain @ told, -LIMIT, LIMIT)
        rest = self.covariance[np.ix_(wanted, wanted)] - gain @ cross.T
        mean = self.mean[wanted] + moved * self.unit[wanted]
        return Gaussian(mean, self.unit[wanted], (rest + rest.T) / 2, self.floor)

    def axes(self) -> Floats:
        """(D, D) principal axes as columns, each as long as its standard deviation.

        The shrinkage makes conditioning firm; what it added is not drawn, since it would shake
        neighbours against each other that move together in life.
        """
        variance, axes = np.linalg.eigh(self.covariance)
        seen = np.maximum(variance - self.floor, 0) / (1 - self.floor)
        drawn: Floats = self.unit[:, None] * axes * np.sqrt(seen)
        return drawn

    def rounded(self) -> Gaussian:
        """The same in numbers that a file of single precision keeps exactly."""
        floor = float(np.float32(self.floor))
        return Gaussian(rounded(self.mean), rounded(self.unit), rounded(self.covariance), floor)


def rounded(values: Floats) -> Floats:
    """Values that single precision keeps exactly."""
    return values.astype(np.float32).astype(np.float64)


def draw_within(rng: np.random.Generator, count: int) -> Floats:
    """Unit normals (count,), each drawn again until it is within `LIMIT`."""
    drawn = rng.standard_normal(count)
    while (far := np.abs(drawn) > LIMIT).any():
        drawn[far] = rng.standard_normal(int(far.sum()))
    return drawn


def fit(rows: Floats, twin: tuple[NDArray[np.int64], Floats] | None = None) -> Gaussian:
    """The shrunk Gaussian of rows (N, D), NaN where unknown.

    `twin` (order, sign) tells which mirrored row is as likely as a row: `row[order] * sign`.
    The covariance of the standardised values is shrunk towards the identity (Ledoit-Wolf 2004, eq. 14).
    """
    known = np.where(np.isnan(rows).all(0), 0.0, rows)
    shift, spread = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
    unit = np.maximum(spread, FLOOR)
    scaled = (rows - shift) / unit
    mean, covariance = np.zeros(rows.shape[1]), np.eye(rows.shape[1])
    amount = 0.0
    for _ in range(ROUNDS):
        filled, doubt = _expect(scaled, mean, covariance)
        mean = filled.mean(0)
        amount, covariance = _shrink(filled - mean, doubt)
    result = Gaussian(shift + mean * unit, unit, covariance, amount)
    return _evened(result, *twin) if twin else result


def _expect(rows: Floats, mean: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Rows with unknown values filled in, and the mean covariance that is left in them."""
    filled, doubt = rows.copy(), np.zeros_like(covariance)
    gaps = np.isnan(rows)
    patterns, which = np.unique(gaps, axis=0, return_inverse=True)
    for number, gap in enumerate(patterns):
        if not gap.any():
            continue
        mine, known = which.ravel() == number, ~gap
        cross = covariance[np.ix_(gap, known)]
        gain = np.linalg.solve(covariance[np.ix_(known, known)], cross.T).T
        filled[np.ix_(mine, gap)] = mean[gap] + (rows[np.ix_(mine, known)] - mean[known]) @ gain.T
        doubt[np.ix_(gap, gap)] += mine.sum() * (covariance[np.ix_(gap, gap)] - gain @ cross.T)
    return filled, doubt / len(rows)


def _shrink(centred: Floats, doubt: Floats) -> tuple[float, Floats]:
    """Amount and result of the shrinkage of a covariance towards the identity."""
    count, size = centred.shape
    sample = centred.T @ centred / count
    far = ((sample - np.eye(size)) ** 2).sum()
    noise = ((centred**2).sum(1) ** 2).mean() - (sample**2).sum()
    amount = float(np.clip(noise / count / max(far, 1e-12), LEAST, 0.9))
    return amount, (1 - amount) * (sample + doubt) + amount * np.eye(size)


def _evened(one: Gaussian, order: NDArray[np.int64], sign: Floats) -> Gaussian:
    """The mean of a Gaussian and its mirror image.

    What is its own mirror image reversed (a turn, a sideways shift) keeps its mean: the way patients
    are placed before the machine has a side, the patients have not.
    """
    other = one.part(order)
    unit = np.sqrt((one.unit**2 + other.unit**2) / 2)
    placed = (order == np.arange(len(order))) & (sign < 0)
    mean = np.where(placed, one.mean, (one.mean + other.mean * sign) / 2)
    covariance = (one.covariance + other.covariance * np.outer(sign, sign)) / 2
    return Gaussian(mean, unit, covariance, one.floor)
