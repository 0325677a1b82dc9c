"""Do images show the findings that were asked for, as a classifier of real images sees them?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.auc import auc
from diptych.metrics.bootstrap import percentile_interval, subject_weights
from diptych.metrics.checks import alike, features
from diptych.metrics.dice import label_mean, weighted_means
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import rate

LEAST = 10
"""Subjects that must have a finding, and that must not, before anything is said of it."""

FOLDS = 5
"""Parts of the real subjects: each is judged at thresholds chosen on the others."""

CHUNK = 64
"""Bootstrap draws worked on at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What a frozen classifier says of images, and what they were to show, both (N, findings)."""

    scores: NDArray[np.floating]
    """Probabilities, or anything that rises with them."""
    asked: NDArray[np.bool_]
    subjects: Sequence[str] = ()

    def __post_init__(self) -> None:
        features(self.scores, "scores", 2)
        alike(self.scores, self.asked, "scores and findings")

    @property
    def names(self) -> tuple[str, ...]:
        """The subject of each image; each its own where none are given."""
        return tuple(self.subjects) or tuple(str(i) for i in range(len(self.scores)))


@dataclass(frozen=True, kw_only=True)
class LabelScores:
    """Agreement of one cohort: one estimate a finding, and their means. 0.5 is chance, 1 is perfect."""

    auc: tuple[Estimate, ...]
    balanced: tuple[Estimate, ...]
    """Balanced accuracy: the mean of sensitivity and specificity."""
    mean_auc: Estimate
    mean_balanced: Estimate


@dataclass(frozen=True, kw_only=True)
class LabelAgreement:
    """A synthetic cohort beside the real one, whose values are the ceiling."""

    findings: tuple[str, ...]
    made: LabelScores
    real: LabelScores


def label_agreement(made: Answers, real: Answers, findings: Sequence[str], seed: int = 0) -> LabelAgreement:
    """Agreement with what was asked for, beside the classifier's own agreement on real images.

    `real` holds images that the classifier was not trained on. Per finding: the area under the
    ROC curve, and balanced accuracy at the threshold that is best on `real` (Youden 1950, Cancer
    3, 32); the real images' own is cross-fitted, so that the ceiling is not flattered. Means are
    over the findings that both cohorts have in enough subjects; a finding that is too rare, or
    too common, is NaN with the reason. Intervals are subject bootstraps, of each cohort by itself.
    """
    if not made.scores.shape[1] == real.scores.shape[1] == len(findings):
        widths = f"{made.scores.shape[1]} and {real.scores.shape[1]} scores for {len(findings)} findings"
        raise DiptychError.of("scores", widths, "give one column a finding, in one order")
    lacks = [_lack(real, column) or _lack(made, column) for column in range(len(findings))]
    cuts = np.array([_threshold(real, column, slice(None)) for column in range(len(findings))])
    return LabelAgreement(
        findings=tuple(findings),
        made=_scores(made, made.scores >= cuts, lacks, seed),
        real=_scores(real, _cross_fitted(real, seed), lacks, seed),
    )


def weighted_auc(
    scores: NDArray[np.generic], positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Area under the ROC curve for each row of weights (R, N): (R,); NaN without both kinds.

    Ties count half, as in `auc.auc`, to which it is equal at weights of 1.
    """
    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(np.asarray(scores)[order], return_index=True)
    sorted_weights = weights[:, order]
    yes, no = (
        np.add.reduceat(sorted_weights * kind[order], starts, axis=1) for kind in (positive, ~positive)
    )
    won = (yes * (np.cumsum(no, axis=1) - no / 2)).sum(axis=1)
    pairs = yes.sum(axis=1) * no.sum(axis=1)
    areas: NDArray[np.float64] = np.divide(won, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return areas


def _scores(answers: Answers, called: NDArray[np.bool_], lacks: Sequence[str], seed: int) -> LabelScores:
    areas, accuracies = _draws(answers, called, seed)
    per_auc, per_balanced = [], []
    for column, lack in enumerate(lacks):
        if lack:
            per_auc.append(_not_estimable(answers, lack))
            per_balanced.append(_not_estimable(answers, lack))
            continue
        positive = answers.asked[:, column]
        per_auc.append(_spread(auc(answers.scores[:, column], positive), areas[:, column]))
        per_balanced.append(_spread(_balanced(called[:, column], positive), accuracies[:, column]))
    return LabelScores(
        auc=tuple(per_auc),
        balanced=tuple(per_balanced),
        mean_auc=_mean(per_auc, areas, lacks),
        mean_balanced=_mean(per_balanced, accuracies, lacks),
    )


def _draws(
    answers: Answers, called: NDArray[np.bool_], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Areas and balanced accuracies of every finding in every bootstrap draw, (R, findings) each."""
    weights = subject_weights(answers.names, seed=seed)
    areas, accuracies = np.empty((2, len(weights), called.shape[1]))
    right = (called == answers.asked).astype(np.float64)
    for start in range(0, len(weights), CHUNK):
        part = slice(start, start + CHUNK)
        for column in range(called.shape[1]):
            positive = answers.asked[:, column]
            areas[part, column] = weighted_auc(answers.scores[:, column], positive, weights[part])
            sides = [np.where(kind, right[:, column], np.nan) for kind in (positive, ~positive)]
            accuracies[part, column] = weighted_means(np.stack(sides, axis=1), weights[part]).mean(axis=1)
    return areas, accuracies


def _spread(estimate: Estimate, draws: NDArray[np.float64]) -> Estimate:
    """The bootstrap's interval; that of the formula where every draw is alike, as at a perfect 1."""
    low, high = percentile_interval(draws)
    return replace(estimate, low=low, high=high) if low < high else estimate


def _balanced(called: NDArray[np.bool_], positive: NDArray[np.bool_]) -> Estimate:
    """Mean of sensitivity and specificity with the interval of Zou and Donner 2008 (Stat. Med. 27, 1693)."""
    yes = rate(int(called[positive].sum()), int(positive.sum()))
    no = rate(int((~called[~positive]).sum()), int((~positive).sum()))
    value = (yes.value + no.value) / 2
    below = math.hypot(yes.value - yes.low, no.value - no.low) / 2
    above = math.hypot(yes.high - yes.value, no.high - no.value) / 2
    return Estimate(value=value, low=value - below, high=value + above, n=len(called))


def _mean(parts: Sequence[Estimate], draws: NDArray[np.float64], lacks: Sequence[str]) -> Estimate:
    known = [column for column, lack in enumerate(lacks) if not lack]
    if not known:
        return replace(parts[0], notes=("not estimable: so is every finding",))
    low, high = percentile_interval(label_mean(draws[:, known]))
    value = float(np.mean([parts[column].value for column in known]))
    notes = (f"over {len(known)} of {len(lacks)} findings",) if len(known) < len(lacks) else ()
    return Estimate(value=value, low=low, high=high, n=parts[0].n, notes=notes)


def _lack(answers: Answers, column: int) -> str:
    """Why a finding cannot be judged in this cohort; empty when it can."""
    names, positive = np.asarray(answers.names), answers.asked[:, column]
    with_it, without = (len(np.unique(names[kind])) for kind in (positive, ~positive))
    if min(with_it, without) >= LEAST:
        return ""
    which = f"{with_it} subjects with" if with_it < LEAST else f"{without} subjects without"
    return f"not estimable: {which} the finding, at least {LEAST} are needed on both sides"


def _not_estimable(answers: Answers, lack: str) -> Estimate:
    nothing = math.nan
    return Estimate(value=nothing, low=nothing, high=nothing, n=len(answers.scores), notes=(lack,))


def _threshold(answers: Answers, column: int, rows: NDArray[np.bool_] | slice) -> float:
    """The cut with the best balanced accuracy on these rows, midway between two scores; NaN if none."""
    scores = answers.scores[rows, column].astype(np.float64)
    positive = answers.asked[rows, column]
    if positive.all() or not positive.any():
        return math.nan
    levels, place = np.unique(scores, return_inverse=True)
    yes, no = (np.bincount(place[kind], minlength=len(levels)) / kind.sum() for kind in (positive, ~positive))
    # At a cut below level i: sensitivity is what lies from i upwards, specificity what lies below i.
    gain = yes[::-1].cumsum()[::-1] + no.cumsum() - no
    best = int(gain.argmax())
    return float(levels[best]) if best == 0 else float((levels[best - 1] + levels[best]) / 2)


def _cross_fitted(answers: Answers, seed: int) -> NDArray[np.bool_]:
    """Each image called at thresholds from the subjects of the other folds, (N, findings)."""
    _, of_subject = np.unique(np.asarray(answers.names), return_inverse=True)
    order = np.random.default_rng(seed).permutation(int(of_subject.max()) + 1)
    fold = order[of_subject] % FOLDS
    called = np.zeros_like(answers.asked)
    for part in range(FOLDS):
        for column in range(called.shape[1]):
            cut = _threshold(answers, column, fold != part)
            called[fold == part, column] = answers.scores[fold == part, column] >= cut
    return called
