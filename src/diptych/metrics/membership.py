"""Membership inference: can one tell from the synthetic records who was in the training set?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.auc import auc
from diptych.metrics.bootstrap import REPEATS, percentile_interval, subject_weights
from diptych.metrics.checks import enough
from diptych.metrics.estimate import Estimate
from diptych.metrics.neighbours import knn_distances
from diptych.metrics.three_sets import check_three, share_below

FALSE_RATE = 0.01
"""Share of non-members wrongly called members at which an attack is judged."""

FALSE_COUNT = 10
"""Non-members above the threshold that a rate must rest on: 1 % takes 1,000 of them."""

LEAST = 50
"""Non-members below which even a false-positive rate of 20 % rests on fewer than that."""

BLOCK = 50
"""Bootstrap draws held at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Attack:
    """How well scores tell members from non-members."""

    auc: Estimate
    """Chance that a member scores above a non-member: 0.5 is no leak, 1 is certainty."""
    hits: Estimate
    """Share of members found at the false-positive rate `false_rate`, which is also what chance finds."""
    false_rate: float
    """0.01, or the lowest that so few non-members can estimate."""
    false_positives: NDArray[np.float64]
    """The ROC curve from (0, 0) to (1, 1): share of non-members at or above each score, (K + 1,)."""
    true_positives: NDArray[np.float64]
    """Share of members at or above it, (K + 1,)."""


def membership(
    synthetic: NDArray[np.generic],
    train: NDArray[np.generic],
    heldout: NDArray[np.generic],
    reference: NDArray[np.generic] | None = None,
    subjects: tuple[Sequence[str], Sequence[str]] = ((), ()),
    seed: int = 0,
) -> Attack:
    """Attack synthetic records (N, d): members are the training (n, d), others the held-out ones (m, d).

    The score is `closeness`; `subjects` are those of the training and of the held-out
    records. Held-out records must be like the training ones: of another hospital, they are
    told apart without any leak, which only the calibrated score forgives in part.
    """
    check_three(synthetic, train, heldout)
    inside, outside = (closeness(rows, synthetic, reference) for rows in (train, heldout))
    return attack(inside, outside, subjects, seed)


def closeness(
    candidates: NDArray[np.generic],
    synthetic: NDArray[np.generic],
    reference: NDArray[np.generic] | None = None,
) -> NDArray[np.float64]:
    """Score of each candidate (N, d), (N,): minus the distance to its nearest synthetic record (M, d).

    The full black-box attack of Chen et al. 2020 (GAN-Leaks, arXiv 1909.03935). With
    `reference`, real records (R, d) of neither set, the distance to the nearest of those is
    taken off, after their calibration: a plain picture is near to everything, member or not.
    """
    distance = knn_distances(candidates, synthetic, 1)[0][:, 0]
    if reference is not None:
        distance = distance - knn_distances(candidates, reference, 1)[0][:, 0]
    scores: NDArray[np.float64] = -distance
    return scores


def attack(
    members: NDArray[np.generic],
    others: NDArray[np.generic],
    subjects: tuple[Sequence[str], Sequence[str]] = ((), ()),
    seed: int = 0,
) -> Attack:
    """Judge any attack by its scores of members (n,) and of non-members (m,), higher = member.

    The area has Newcombe's interval, the hit rate that of `share_below`; with `subjects` of
    both, each is widened to what a bootstrap by subject says. Hits are counted at 1 % false
    ones (Carlini et al. 2022, arXiv 2112.03570), with fewer than 1,000 non-members at 10 / m,
    which the note names. Refuses fewer than 20 members or 50 non-members.
    """
    inside, outside = _scores(members, "members", 20), _scores(others, "non-members", LEAST)
    n, m = len(inside), len(outside)
    false, true = _curves(inside, outside, np.ones((1, n)), np.ones((1, m)))
    level = max(FALSE_RATE, FALSE_COUNT / m)
    scores, positive = np.concatenate([inside, outside]), np.arange(n + m) < n
    note = f"at a false-positive rate of {level:.3g}, {int(level * m + 1e-9)} of {m} non-members"
    if level > FALSE_RATE:
        note += (
            f": the lowest that so few can estimate; {FALSE_RATE:.0%} takes {FALSE_COUNT / FALSE_RATE:,.0f}"
        )
    area = auc(scores, positive)
    hits = share_below(-inside, -outside, level, (note,))
    if any(len(names) for names in subjects):
        areas, rates = _draws(inside, outside, subjects, level, seed)
        area, hits = _widened(area, areas), _widened(hits, rates)
    return Attack(auc=area, hits=hits, false_rate=level, false_positives=false[0], true_positives=true[0])


def _scores(scores: NDArray[np.generic], name: str, least: int) -> NDArray[np.float64]:
    enough(len(scores), least, name)
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise DiptychError.of(name, "scores are not one finite number each", "look at the attack")
    return values


def _curves(
    inside: NDArray[np.float64],
    outside: NDArray[np.float64],
    inside_weights: NDArray[np.float64],
    outside_weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ROC curves (R, K + 1) under each of R rows of weights, from the highest score down."""
    levels = np.unique(np.concatenate([inside, outside]))[::-1]
    curves = []
    for scores, weights in ((outside, outside_weights), (inside, inside_weights)):
        order = np.argsort(-scores, kind="stable")
        sums = np.cumsum(np.pad(weights[:, order], ((0, 0), (1, 0))), axis=1)
        reached = np.searchsorted(-scores[order], -levels, side="right")
        curves.append(sums[:, np.concatenate([[0], reached])] / sums[:, -1:])
    return curves[0], curves[1]


def _at(false: NDArray[np.float64], true: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Hit rate of each curve at one false-positive rate, (R,): the middle where it goes straight up."""
    rates = [
        np.interp(level, x, y) + 1 - np.interp(1 - level, 1 - x[::-1], 1 - y[::-1])
        for x, y in zip(false, true, strict=True)
    ]
    return np.array(rates) / 2


def _draws(
    inside: NDArray[np.float64],
    outside: NDArray[np.float64],
    subjects: tuple[Sequence[str], Sequence[str]],
    level: float,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Areas and hit rates (R,) when the subjects of both sides are drawn again."""
    _check_subjects(subjects, (len(inside), len(outside)))
    areas, rates = [], []
    for start in range(0, REPEATS, BLOCK):
        seeds = np.random.SeedSequence([seed, start]).generate_state(2)
        drawn = [subject_weights(s, BLOCK, int(i)) for s, i in zip(subjects, seeds, strict=True)]
        false, true = _curves(inside, outside, drawn[0], drawn[1])
        areas.append((np.diff(false, axis=1) * (true[:, 1:] + true[:, :-1]) / 2).sum(axis=1))
        rates.append(_at(false, true, level))
    return np.concatenate(areas), np.concatenate(rates)


def _check_subjects(subjects: tuple[Sequence[str], Sequence[str]], counts: tuple[int, int]) -> None:
    for names, count, side in zip(subjects, counts, ("members", "non-members"), strict=True):
        if len(names) != count:
            raise DiptychError.of(side, f"{len(names)} subjects for {count} scores", "name all of them")
    shared = set(subjects[0]) & set(subjects[1])
    if shared:
        what = f"{len(shared)} subjects are members too, such as {min(shared)!r}"
        raise DiptychError.of("non-members", what, "split by subject")


def _widened(estimate: Estimate, draws: NDArray[np.float64]) -> Estimate:
    low, high = percentile_interval(draws)
    notes = (*estimate.notes, "interval by subject")
    return replace(estimate, low=min(estimate.low, low), high=max(estimate.high, high), notes=notes)
