"""How many different samples are there, in effect? The Vendi score."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.blocks import row_blocks
from diptych.metrics.checks import features
from diptych.metrics.estimate import Estimate
from diptych.metrics.intervals import log_scale
from diptych.metrics.two_sets import two_sets

LEAST = 10
"""Samples that an interval asks for."""

CUTS = 5
"""Random parts of the larger set that are averaged when sizes differ."""


def vendi(samples: NDArray[np.generic]) -> Estimate:
    """Effective number of different rows (N, d), in [1, N]; higher is more diverse.

    exp(-sum_i l_i log l_i), l the eigenvalues of K / N with the cosine kernel (Friedman and
    Dieng 2022, arXiv 2210.02410, definition 3.1), from the d x d or the N x N matrix, whichever
    is smaller. Grows with N: compare at equal N, or use `vendi_ratio`. Noise raises it, so read
    it beside a fidelity metric. The interval, for the expectation at this N, is that of an
    infinitesimal jackknife on the log scale: approximate, up to half too wide where all
    directions are alike and a fifth too narrow when N < d.
    """
    found = _entropy(_unit(features(samples, "samples", LEAST), "samples"))
    return _exponential(found.value, found.variance, len(samples), ())


def vendi_ratio(synthetic: NDArray[np.generic], real: NDArray[np.generic], seed: int = 0) -> Estimate:
    """Vendi score of synthetic rows (N, d) over that of real rows (M, d), both at the smaller size.

    1 is as diverse as the real set, below 1 less; the larger set is cut at random without
    replacement and the log scores of five cuts are averaged. Interval as that of `vendi`.
    """
    x, y = two_sets(synthetic, real, LEAST)
    size, chance = min(len(x), len(y)), np.random.default_rng(seed)
    ours, theirs = (_at(size, _unit(rows, name), chance) for rows, name in ((x, "synthetic"), (y, "real")))
    notes = () if len(x) == len(y) else (f"the larger set is cut to {size}, {CUTS} times",)
    return _exponential(ours.value - theirs.value, ours.variance + theirs.variance, size, notes)


@dataclass(frozen=True)
class _Entropy:
    """Logarithm of the score, and its variance."""

    value: float
    variance: float


def _exponential(value: float, variance: float, n: int, notes: tuple[str, ...]) -> Estimate:
    score = math.exp(value)
    low, high = log_scale(score, score * math.sqrt(variance))
    return Estimate(value=score, low=low, high=high, n=n, notes=notes)


def _unit(rows: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        what = f"row {int(np.argmin(lengths))} is all zeros and has no direction"
        raise DiptychError.of(name, what, "leave it out, or look at its image")
    unit: NDArray[np.float64] = rows / lengths
    return unit


def _at(size: int, rows: NDArray[np.float64], chance: np.random.Generator) -> _Entropy:
    """Mean over the cuts; cuts share most samples, so their variances are not divided by their number."""
    if len(rows) == size:
        return _entropy(rows)
    cuts = [_entropy(rows[chance.choice(len(rows), size, replace=False)]) for _ in range(CUTS)]
    value, variance = (float(np.mean([getattr(cut, part) for cut in cuts])) for part in ("value", "variance"))
    return _Entropy(value, variance)


def _entropy(rows: NDArray[np.float64]) -> _Entropy:
    """With C = X'X / N the entropy is -tr C log C, and its derivative at a row x is -x' log(C) x."""
    n, wide = rows.shape
    few = n <= wide
    values, vectors = np.linalg.eigh((rows @ rows.T if few else rows.T @ rows) / n)
    kept = values > values[-1] * len(values) * np.finfo(float).eps
    values, vectors, logs = values[kept], vectors[:, kept], np.log(values[kept])
    if few:
        shares = -n * vectors**2 @ (values * logs)
    else:
        shares = np.concatenate([-((rows[part] @ vectors) ** 2) @ logs for part in row_blocks(n, wide)])
    return _Entropy(max(-float(values @ logs), 0.0), float(shares.var(ddof=1)) / n)
