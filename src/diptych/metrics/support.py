"""Do both sets fill the same ball? Alpha-precision and beta-recall, over all radii at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.estimate import Estimate
from diptych.metrics.intervals import logit_scale
from diptych.metrics.neighbours import middle
from diptych.metrics.two_sets import size_note, two_sets

LEAST = 20
"""Samples that a ball asks for: the interval rests on halves of them."""

TIED = 1e-12
"""Relative difference of squared distances that is rounding: features of few levels tie often."""

DRAWS = 60
"""Random halves for the interval; its width then wanders by about 10 %."""


def alpha_precision(synthetic: NDArray[np.generic], real: NDArray[np.generic], seed: int = 0) -> Estimate:
    """Do synthetic features (N, d) fill the real ball (M, d) as real ones do? In [0, 1], 1 is best.

    P(a) is the share of synthetic samples inside the ball about the centre of mass of the real
    ones that holds a share a of those; the value is 1 - 2 int |P(a) - a| da (Alaa et al. 2022,
    arXiv 2102.08921, eq. 1, 3 and 6; there the ball is found in a learned embedding). Lower when
    samples lie too far out, and when they crowd in the middle. It sees distances from one centre
    only: holes and directions it does not. About 1 - 0.9 / sqrt(n) for equal distributions.

    The interval, for the expectation at these sizes, is the spread over random halves without
    replacement on the logit scale: approximate, up to half too wide where distributions agree.
    """
    x, y = _balls(synthetic, real)
    return _integrated(x, y, seed, size_note(len(x), len(y)))


def beta_recall(synthetic: NDArray[np.generic], real: NDArray[np.generic], seed: int = 0) -> Estimate:
    """Do real features (M, d) fill the synthetic ball (N, d) as synthetic ones do? In [0, 1], 1 is best.

    `alpha_precision` with the sets exchanged: R(b) is the share of real samples inside the ball
    about the synthetic centre that holds a share b of the synthetic ones (eq. 2, 4 and 6 there).
    A cohort of a few modes that spread as widely passes: read coverage beside it.
    """
    x, y = _balls(synthetic, real)
    return _integrated(y, x, seed, size_note(len(x), len(y)))


def _balls(
    synthetic: NDArray[np.generic], real: NDArray[np.generic]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = two_sets(synthetic, real, LEAST)
    centre = middle(y)
    return x - centre, y - centre


def _integrated(
    asked: NDArray[np.float64], own: NDArray[np.float64], seed: int, notes: tuple[str, ...]
) -> Estimate:
    chance = np.random.default_rng(seed)
    some, those = _draws(len(asked), chance), _draws(len(own), chance)
    centres = (those @ own) / those.sum(axis=1, keepdims=True)
    far_asked, far_own = _squares(asked, centres), _squares(own, centres)
    values = [_agreement(a[i], b[j]) for a, b, i, j in zip(far_asked.T, far_own.T, some, those, strict=True)]
    low, high = logit_scale(values[0], float(np.std(values[1:], ddof=1)))
    return Estimate(value=values[0], low=low, high=high, n=len(asked), notes=notes)


def _draws(n: int, chance: np.random.Generator) -> NDArray[np.bool_]:
    """Which samples are in: all of them, then random halves, (1 + DRAWS, N)."""
    inside = np.ones((1 + DRAWS, n), dtype=bool)
    for row in inside[1:]:
        row[chance.choice(n, n // 2, replace=False)] = False
    return inside


def _squares(rows: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances from each centre, (N, centres)."""
    lengths = np.einsum("ij,ij->i", rows, rows)[:, None]
    return np.asarray(lengths - 2 * rows @ centres.T + (centres**2).sum(axis=1))


def _agreement(asked: NDArray[np.float64], own: NDArray[np.float64]) -> float:
    """1 - 2 int |P(a) - a| da, exact: P is a step at each sample's place among its hosts."""
    hosts = np.sort(own)
    below = np.searchsorted(hosts, asked * (1 - TIED), side="left")
    below += np.searchsorted(hosts, asked * (1 + TIED), side="right")
    edges = np.concatenate([[0.0], np.sort(below) / (2 * len(hosts)), [1.0]])
    level = np.arange(len(asked) + 1) / len(asked)
    left, right = edges[:-1] - level, edges[1:] - level
    return 1 - float((right * np.abs(right) - left * np.abs(left)).sum())
