"""Does the mask belong to its image? Dice with a judge, corrected for chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.bootstrap import percentile_interval, subject_weights
from diptych.metrics.checks import alike, enough
from diptych.metrics.dice import dice_table, label_mean, missing_note, weighted_means
from diptych.metrics.estimate import Estimate

SHUFFLES = 10
"""Derangements averaged for the chance level."""

CEILING = 1 - 1e-6
"""A label whose shuffled Dice reaches this is the same in every image and says nothing."""


@dataclass(frozen=True, kw_only=True)
class Overlaps:
    """Dice of every pair with its own mask, and with masks of other subjects, (N, labels)."""

    own: NDArray[np.float64]
    shuffled: NDArray[np.float64]
    subjects: tuple[str, ...]


def overlaps(
    judged: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    labels: Sequence[int],
    subjects: Sequence[str] = (),
    seed: int = 0,
) -> Overlaps:
    """Compare what a judge saw in the images with the masks of the pairs, both (N, H, W)."""
    alike(judged, masks, "masks")
    enough(len(judged), 4, "pairs")
    names = tuple(subjects) or tuple(str(i) for i in range(len(judged)))
    chance = np.random.default_rng(seed)
    tables = [dice_table(judged, masks[derangement(names, chance)], labels) for _ in range(SHUFFLES)]
    known = np.stack([np.isfinite(table) for table in tables]).sum(axis=0)
    total = np.nansum(np.stack(tables), axis=0)
    shuffled = np.divide(total, known, out=np.full(total.shape, np.nan), where=known > 0)
    return Overlaps(own=dice_table(judged, masks, labels), shuffled=shuffled, subjects=names)


def agreement(pairs: Overlaps, seed: int = 0) -> Estimate:
    """a = (Dice - Dice of shuffled pairs) / (1 - Dice of shuffled pairs), mean over labels.

    0 is what a judge gets that never looks at the image, 1 is a perfect match; the interval
    is a subject bootstrap. Chance-corrected as Cohen's kappa is (1960, Educ. Psychol. Meas. 20).
    """
    value = float(_corrected(pairs, np.ones((1, len(pairs.own))))[0])
    low, high = percentile_interval(_draws(pairs, seed))
    return Estimate(value=value, low=low, high=high, n=len(pairs.own), notes=missing_note(pairs.own))


def agreement_ratio(synthetic: Overlaps, real: Overlaps, seed: int = 0) -> Estimate:
    """a(synthetic) / a(real): 1 is as consistent as real pairs, 0 is masks at random.

    Both cohorts are resampled by subject, each by itself.
    """
    ours, theirs = agreement(synthetic, seed), agreement(real, seed)
    if not theirs.value > 0:
        raise DiptychError.of(
            "agreement", "the judge does no better than chance on real pairs", "train a judge"
        )
    low, high = percentile_interval(_draws(synthetic, seed) / _draws(real, seed + 1))
    return Estimate(value=ours.value / theirs.value, low=low, high=high, n=ours.n, notes=ours.notes)


def derangement(subjects: Sequence[str], chance: np.random.Generator) -> NDArray[np.int64]:
    """A random permutation that gives no image a mask of its own subject.

    Images are ordered by subject, subjects at random, and the order is rotated by at least
    the size of the largest subject and at most N minus that size.
    """
    _, of_subject, sizes = np.unique(np.asarray(subjects), return_inverse=True, return_counts=True)
    largest, n = int(sizes.max()), len(of_subject)
    if 2 * largest > n:
        raise DiptychError.of(
            "subjects", "one subject has more than half of the images", "add other subjects"
        )
    order = np.lexsort((chance.random(n), chance.permutation(len(sizes))[of_subject]))
    turn = int(chance.integers(largest, n - largest + 1))
    partner = np.empty(n, dtype=np.int64)
    partner[order] = np.roll(order, turn)
    return partner


def _draws(pairs: Overlaps, seed: int) -> NDArray[np.float64]:
    return _corrected(pairs, subject_weights(pairs.subjects, seed=seed))


def _corrected(pairs: Overlaps, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    own, chance = weighted_means(pairs.own, weights), weighted_means(pairs.shuffled, weights)
    telling = chance < CEILING
    corrected = np.divide(own - chance, 1 - chance, out=np.full(own.shape, np.nan), where=telling)
    return label_mean(corrected)
