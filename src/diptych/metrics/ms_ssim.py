"""Structural similarity of grey images, at one scale and at several; how alike a cohort looks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from diptych.base.errors import DiptychError
from diptych.metrics.checks import alike, images
from diptych.metrics.estimate import Estimate
from diptych.metrics.intervals import even

WINDOW = 11
"""Pixels of the Gaussian window of standard deviation 1.5; places where it does not fit are left out."""

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the scales, finest first (Wang et al. 2003, section 3.2)."""

CHUNK = 16
"""Pairs compared at once."""

LEAST = 10
"""Images that random pairs are drawn from."""


def ssim(
    first: NDArray[np.generic], second: NDArray[np.generic], span: float | None = None
) -> NDArray[np.float64]:
    """Structural similarity of each pair of images, both (N, H, W), as (N,) in [-1, 1].

    1 is the same image; Wang et al. 2004 (IEEE TIP 13, 600, eq. 13), K1 = 0.01, K2 = 0.03.
    `span` is the range of lawful values: by default that of the integer type, or 1 for floats.
    """
    span, _ = _check(first, second, span), _scales(first)
    return _chunked(first, second, lambda a, b: _compare(a, b, span).similarity)


def ms_ssim(
    first: NDArray[np.generic], second: NDArray[np.generic], span: float | None = None
) -> NDArray[np.float64]:
    """Multi-scale structural similarity of each pair, both (N, H, W), as (N,) in [0, 1].

    Wang, Simoncelli and Bovik 2003 (Asilomar 37, 1398, eq. 7), means below 0 taken as 0. Five scales
    where the window fits; on smaller images as many as fit, their exponents scaled to the same sum
    (`scales_note`): compare values of one image size only.
    """
    span, scales = _check(first, second, span), _scales(first)
    return _chunked(first, second, lambda a, b: _multiscale(a, b, span, scales))


def ms_ssim_diversity(
    stack: NDArray[np.generic], pairs: int = 1000, span: float | None = None, seed: int = 0
) -> Estimate:
    """Mean MS-SSIM of random pairs of different images of a cohort (N, H, W); lower is more diverse.

    Means nothing without the same number on real images: `ms_ssim_excess`. Noise lowers it. Each
    image is in equally many pairs, about `pairs` in all (of `pairs` / 2 random images, where there
    are more). The interval is a jackknife over images, less the scatter of single pairs, which it
    counts twice.
    """
    found = _pairs(images(stack, "images", LEAST), pairs, span, np.random.default_rng(seed))
    low, high = even(found.mean, math.sqrt(found.variance), found.images)
    return Estimate(value=found.mean, low=low, high=high, n=found.images, notes=scales_note(stack))


def ms_ssim_excess(
    synthetic: NDArray[np.generic],
    real: NDArray[np.generic],
    pairs: int = 1000,
    span: float | None = None,
    seed: int = 0,
) -> Estimate:
    """`ms_ssim_diversity` of synthetic images (N, H, W) minus that of real ones (M, H, W).

    0 is as diverse as the real cohort; above 0 its images look more alike than real ones do.
    Raises `DiptychError` unless both have one size and one type.
    """
    _check(synthetic[:1], real[:1], span)
    chance = np.random.default_rng(seed)
    ours = _pairs(images(synthetic, "synthetic", LEAST), pairs, span, chance)
    theirs = _pairs(images(real, "real", LEAST), pairs, span, chance)
    value, n = ours.mean - theirs.mean, min(ours.images, theirs.images)
    low, high = even(value, math.sqrt(ours.variance + theirs.variance), n)
    notes = (f"real {theirs.mean:.4f}, synthetic {ours.mean:.4f}", *scales_note(real))
    return Estimate(value=value, low=low, high=high, n=n, notes=notes)


def scales_note(stack: NDArray[np.generic]) -> tuple[str, ...]:
    """What to say when images (N, H, W) are too small for all five scales."""
    scales, short = _scales(stack), min(stack.shape[1:])
    if scales == len(WEIGHTS):
        return ()
    return (f"{scales} scales instead of {len(WEIGHTS)}: the short side has {short} pixels",)


@dataclass(frozen=True)
class _Likeness:
    """Means over each image, (N,): of the whole index, and of its contrast and structure."""

    similarity: NDArray[np.float64]
    structure: NDArray[np.float64]


@dataclass(frozen=True)
class _PairMean:
    mean: float
    variance: float
    images: int


def _check(first: NDArray[np.generic], second: NDArray[np.generic], span: float | None) -> float:
    """The range of lawful values, once both stacks are fit to be compared."""
    alike(images(first, "first images"), images(second, "second images"), "images")
    if first.dtype != second.dtype:
        types = f"types {first.dtype} and {second.dtype} differ"
        raise DiptychError.of("images", types, "bring them to one range and type")
    if first.dtype.kind not in "biuf":
        raise DiptychError.of("images", f"pixels of type {first.dtype} are no grey values", "give numbers")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise DiptychError.of("images", "pixels are not all finite", "look for broken images")
    return _span(first, second) if span is None else _given(span)


def _given(span: float) -> float:
    if not 0 < span < math.inf:
        raise DiptychError.of("span", f"{span} is no range of values", "give a positive number")
    return span


def _span(first: NDArray[np.generic], second: NDArray[np.generic]) -> float:
    """That of the integer type; 1 for real-valued pixels, which must then be within it."""
    if first.dtype.kind in "ui":
        levels = np.iinfo(str(first.dtype))
        return float(levels.max) - float(levels.min)
    for end in (min(float(first.min()), float(second.min())), max(float(first.max()), float(second.max()))):
        if not 0 <= end <= 1:
            raise DiptychError.of("images", f"real-valued pixels reach {end:g}", "give their span")
    return 1.0


def _scales(stack: NDArray[np.generic]) -> int:
    """How many halvings leave room for the window."""
    short = min(stack.shape[1:])
    if short < WINDOW:
        what = f"{short} pixels are too few for a window of {WINDOW}"
        raise DiptychError.of("images", what, "give larger images")
    return min(len(WEIGHTS), 1 + int(math.log2(short / WINDOW)))


def _chunked(
    first: NDArray[np.generic],
    second: NDArray[np.generic],
    compare: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    parts = [slice(start, start + CHUNK) for start in range(0, len(first), CHUNK)]
    return np.concatenate([compare(first[p].astype(np.float64), second[p].astype(np.float64)) for p in parts])


def _multiscale(
    first: NDArray[np.float64], second: NDArray[np.float64], span: float, scales: int
) -> NDArray[np.float64]:
    weights = np.array(WEIGHTS[:scales]) * sum(WEIGHTS) / sum(WEIGHTS[:scales])
    product = np.ones(len(first))
    for scale, weight in enumerate(weights, 1):
        found = _compare(first, second, span)
        factor = found.similarity if scale == scales else found.structure
        product *= np.maximum(factor, 0) ** weight
        first, second = _halve(first), _halve(second)
    return product


def _compare(first: NDArray[np.float64], second: NDArray[np.float64], span: float) -> _Likeness:
    mean, other = _smooth(first), _smooth(second)
    variances = _smooth(first * first + second * second) - mean**2 - other**2
    together = _smooth(first * second) - mean * other
    small, large = (0.01 * span) ** 2, (0.03 * span) ** 2
    structure = (2 * together + large) / (np.maximum(variances, 0) + large)
    light = (2 * mean * other + small) / (mean**2 + other**2 + small)
    return _Likeness((light * structure).mean(axis=(1, 2)), structure.mean(axis=(1, 2)))


def _smooth(stack: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means under the window, wherever it fits whole."""
    reach = WINDOW // 2
    bell = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * 1.5**2))
    bell /= bell.sum()
    smooth = correlate1d(stack, bell, axis=1)[:, reach:-reach]
    smooth = correlate1d(smooth, bell, axis=2)[:, :, reach:-reach]
    return np.asarray(smooth, dtype=np.float64)


def _halve(stack: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = stack.shape[1] // 2 * 2, stack.shape[2] // 2 * 2
    rows = stack[:, 0:height:2, :width] + stack[:, 1:height:2, :width]
    halved: NDArray[np.float64] = (rows[:, :, 0::2] + rows[:, :, 1::2]) / 4
    return halved


def _pairs(
    stack: NDArray[np.generic], pairs: int, span: float | None, chance: np.random.Generator
) -> _PairMean:
    """Each image with its next neighbours around a random circle."""
    used = chance.permutation(len(stack))[: max(LEAST, pairs // 2)]
    n = len(used)
    turns = min(max(2, pairs // n), (n - 1) // 2)
    values = [ms_ssim(stack[used], stack[np.roll(used, -turn)], span) for turn in range(1, turns + 1)]
    table = np.stack(values)
    return _PairMean(float(table.mean()), _variance(table), n)


def _variance(table: NDArray[np.float64]) -> float:
    """Jackknife over images from pair values (turns, N), less the scatter of single pairs.

    With a of a pair value's variance due to either image and b to the pair, the mean of E = turns N
    pairs varies by 4 a / N + b / E. The jackknife of such a ring gives 4 a / N + 2 (a + b) / E, which
    is too much by the variance 2 a + b of one value over E.
    """
    turns, n = table.shape
    of_image = np.sum([row + np.roll(row, turn) for turn, row in enumerate(table, 1)], axis=0)
    left_out = (table.sum() - of_image) / (turns * (n - 2))
    jackknife = float((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    return max(jackknife - float(table.var(ddof=1)) / table.size, jackknife / 2)
