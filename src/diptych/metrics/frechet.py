"""Fréchet distance of two sets of features, each taken for a Gaussian."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dgemm

from diptych.base.errors import DiptychError
from diptych.metrics.checks import enough
from diptych.metrics.estimate import Estimate
from diptych.metrics.gaussians import ROUNDING, TOGETHER, Gaussian, gaussian, shared
from diptych.metrics.intervals import even, log_scale
from diptych.metrics.two_sets import size_note, two_sets, two_sets_as_given

ROWS = 1000
"""Samples, evenly spread, that the variance is read from: their number errs it by a few per cent."""

LEAST = 10
"""Samples that any of these distances asks for: the interval rests on their scatter."""

AMPLE = 10
"""Samples a feature below which the bias is called large."""

SPLITS = (1, 2, 3)
"""Equal parts into which the samples are cut, to see how the distance falls with n."""

SHUFFLES = 4
"""Random cuts for each number of parts."""

Features = NDArray[np.generic]


def frechet(synthetic: Features, real: Features) -> Estimate:
    """Squared Fréchet distance of Gaussians fitted to features (N, d) and (M, d), at least 0.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1^1/2 S2 S1^1/2)^1/2) (Dowson and Landau 1982, J. Multivar.
    Anal. 12, 450; as FID Heusel et al. 2017, arXiv 1706.08500, eq. 6). 0 for equal moments;
    lower is better. Biased upwards by about c / n (Chong and Forsyth 2020, arXiv 1911.07023):
    compare at equal n, beside the real-to-real floor, or use `frechet_infinite`. It may be
    called FID only on Inception features.

    The interval is for the expectation at this n: infinitesimal jackknife (Jaeckel 1972), less
    the variance that it counts twice, taken from Gaussian moments; on the log scale. It is
    approximate: up to a quarter wide for skewed features when the distributions agree.
    """
    x, y = two_sets_as_given(synthetic, real, LEAST)
    return _interval(_distance(x, y), x, y)


def frechet_infinite(synthetic: Features, real: Features, seed: int = 0) -> Estimate:
    """`frechet` extrapolated to infinitely many samples; may be slightly negative.

    Distances of halves and thirds of both sets, cut at random without replacement, and of the
    whole are regressed on 1/n; the intercept is the value (Chong and Forsyth 2020, section 4).
    The interval is that of `frechet` plus the scatter of the cuts: approximate, and blind to
    the 1/n^2 that a straight line leaves, a few per cent of the bias when n = 6 d. Raises
    `DiptychError` unless a third of each set has more samples than there are features.
    """
    x, y = two_sets_as_given(synthetic, real, LEAST)
    n, wide = min(len(x), len(y)), x.shape[1]
    enough(n // SPLITS[-1], max(LEAST, wide + 1), f"a third of {n} samples with {wide} features")
    whole, chance = _distance(x, y), np.random.default_rng(seed)
    intercepts = np.array([_intercept(x, y, whole.value, chance) for _ in range(SHUFFLES)])
    value = float(intercepts.mean())
    error = math.sqrt(whole.variance + float(intercepts.var(ddof=1)) / SHUFFLES)
    low, high = even(value, error, n)
    notes = (*size_note(len(x), len(y)), f"extrapolated from n = {n // SPLITS[-1]} to {n}")
    return Estimate(value=value, low=low, high=high, n=n, notes=notes)


def frd(synthetic: Features, real: Features) -> Estimate:
    """Fréchet radiomic distance, v1 form: log(d^2) of radiomic features (N, d), (M, d).

    Features are standardised by mean and standard deviation of the real set, then
    log(`frechet`); Konz, Osuala et al. 2024 (arXiv 2412.01496), whose eq. 3 is half of this;
    v0 is another number. Any real value, lower is better; -inf for equal moments. Features that
    are constant in the real set are left out, and the note says how many. The interval is that
    of `frechet`, with what the standardisation adds to it or takes from it.
    """
    x, y = two_sets(synthetic, real, LEAST)
    spread = y.std(axis=0)
    varied = spread > 1e-12 * np.abs(y).max(axis=0)
    if not varied.any():
        raise DiptychError.of("real", "every feature is constant", "give different images")
    x, y = x[:, varied] / spread[varied], y[:, varied] / spread[varied]
    found = _interval(_distance(x, y, standardised=True), x, y)
    flat = int((~varied).sum())
    notes = ("FRD v1: standardised by the real set, log of the squared distance", *found.notes)
    if flat:
        notes = (*notes, f"{flat} of {len(varied)} features are constant in the real set and left out")
    value, low, high = (math.log(v) if v > 0 else -math.inf for v in (found.value, found.low, found.high))
    return Estimate(value=value, low=low, high=high, n=found.n, notes=notes)


@dataclass(frozen=True)
class _Distance:
    value: float
    variance: float


def _interval(found: _Distance, x: Features, y: Features) -> Estimate:
    """On the log scale: the distance is skewed, most of all where it is small."""
    error = math.sqrt(found.variance)
    low, high = log_scale(found.value, error) if found.value > 0 else (0.0, 0.0)
    return Estimate(value=found.value, low=low, high=high, n=min(len(x), len(y)), notes=_notes(x, y))


def _distance(x: Features, y: Features, standardised: bool = False) -> _Distance:
    """The trace of the root is the sum of the singular values of R2 R1', for roots R of the covariances.

    Their size is min(N, d) by min(M, d), so few samples with many features are cheap.
    `standardised` says that the scales of the features come from y, and so vary with it.
    """
    first, second = gaussian(x), gaussian(y)
    apart = first.mean - second.mean
    both = shared(first, second)
    total = first.trace + second.trace
    value = float(apart @ apart) + total - 2 * float(both.values.sum())
    if value < ROUNDING * total:
        value = 0.0
    weights = np.zeros(x.shape[1])
    if standardised:
        coupled = np.einsum("ij,ij->j", both.left.T @ second.root, both.right.T @ first.root)
        weights = apart**2 + first.variances + second.variances - 2 * coupled
    single = _influence(x, first, apart, both.right, both.values, np.zeros_like(weights))
    single += _influence(y, second, -apart, both.left, both.values, weights)
    return _Distance(value, max(single - _pairs(both.values, len(x), len(y)), single / 2))


def _influence(
    x: Features,
    own: Gaussian,
    apart: NDArray[np.float64],
    turn: NDArray[np.float64],
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> float:
    """Variance of the distance due to the samples of one set, from its derivative at each of them.

    With z a sample about the mean of its set, and w the same whitened and turned into the directions
    that the sets share, that derivative is 2 apart.z + |z|^2 - sum_l values_l w_l^2, which is
    2 apart.z + z'(I - T)z for the map T that carries this set's Gaussian to the other's; each
    feature that this set scales takes its part `weights` of the distance, times z^2, back from it.
    """
    few = slice(None, None, -(-len(x) // ROWS))
    picked, white = x[few], None if own.rows else own.whitened(turn)
    shares = np.empty(len(picked))
    for start in range(0, len(picked), TOGETHER):
        part = slice(start, start + TOGETHER)
        z = picked[part].astype(np.float64) - own.mean
        w = math.sqrt(len(x) - 1) * turn[few][part] if white is None else dgemm(1.0, z.T, white, trans_a=1)
        shares[part] = 2 * z @ apart + np.einsum("ij,ij,j->i", z, z, 1 - weights)
        shares[part] -= np.einsum("ij,ij,j->i", w, w, values)
    return float(shares.var(ddof=1)) / len(x)


def _pairs(values: NDArray[np.float64], n: int, m: int) -> float:
    """Variance due to pairs of samples, for Gaussians with eigenvalues `values` in both sets.

    Near equal moments the distance is |m1 - m2|^2 + sum_ab (S1 - S2)_ab^2 / (2 (l_a + l_b)), and
    the entries vary by l_a and (1 + [a = b]) l_a l_b, each times 1/n + 1/m.
    """
    values = values[values > 0]
    joint = sum(float(((one * values / (one + values)) ** 2).sum()) for one in values)
    covariance = (joint + float((values**2).sum()) / 4) / 2
    return 2 * (1 / n + 1 / m) ** 2 * (float((values**2).sum()) + covariance)


def _intercept(x: Features, y: Features, whole: float, chance: np.random.Generator) -> float:
    """Where the line through one random cut into each number of parts meets 1/n = 0."""
    orders = chance.permutation(len(x)), chance.permutation(len(y))
    means = [whole]
    for parts in SPLITS[1:]:
        pairs = zip(*(np.array_split(order, parts) for order in orders), strict=True)
        means.append(float(np.mean([_distance(x[a], y[b]).value for a, b in pairs])))
    return float(np.polyfit(SPLITS, means, 1)[1])


def _notes(x: Features, y: Features) -> tuple[str, ...]:
    n, wide = min(len(x), len(y)), x.shape[1]
    if n >= AMPLE * wide:
        return size_note(len(x), len(y))
    return (
        *size_note(len(x), len(y)),
        f"{n} samples with {wide} features: biased upwards, compare only with values at the same n",
    )
