"""Can readers tell synthetic images from real ones, and do they agree? Tables (images, readers)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import alike, enough
from diptych.metrics.clusters import score_rate
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import Z95

MARGIN = 0.05
"""Accuracies from 0.5 less this to 0.5 plus this count as guessing."""

LEVEL = 0.05
"""Of the test for equivalence."""


def accuracy(correct: NDArray[np.generic]) -> Estimate:
    """Share of right answers in a table (images, readers) of 1 and 0, NaN where none was given.

    0.5 is guessing when half of the images are real. Images and readers are both taken as drawn
    from many: the variance of the mean is that of a two-way analysis of variance, MS(readers) +
    MS(images) - MS(rest) over the number of answers, with the degrees of freedom of Hillis 2007
    (Stat. Med. 26, 596); Wilson's interval at the effective number of answers. With one reader
    the interval is about this reader alone, and the note says so.
    """
    table = _table(correct)
    value, (variance, freedom) = float(np.nanmean(table)), _spread(table - np.nanmean(table))
    return score_rate(value, variance, freedom, _count(table), len(table), _notes(table))


def reader_auc(scores: NDArray[np.generic], synthetic: NDArray[np.bool_]) -> Estimate:
    """Mean over readers of the area under the ROC curve; `scores` (images, readers), NaN unknown.

    `scores` rise with the reader's belief that an image is synthetic; `synthetic` (images,) says
    which are. 0.5 is guessing. Interval from jackknife pseudovalues, images and readers at random
    (Dorfman, Berbaum and Metz 1992, Invest. Radiol. 27, 723), as in `accuracy`.
    """
    table = _table(scores)
    _check_kinds(table, synthetic)
    areas, pseudo = zip(*(_pseudovalues(column, synthetic) for column in table.T), strict=True)
    values = np.stack(pseudo, axis=1)
    variance, freedom = _spread(values - np.nanmean(values))
    return score_rate(float(np.mean(areas)), variance, freedom, _count(table), len(table), _notes(table))


def equivalence(correct: NDArray[np.generic], margin: float = MARGIN) -> Estimate:
    """The p value of two one-sided tests that accuracy lies within `margin` of 0.5.

    Small values speak for guessing; a large one does not speak against it, and an accuracy that
    is "not significantly different from 0.5" does not speak for it: few answers give that too.
    Schuirmann 1987 (J. Pharmacokinet. Biopharm. 15, 657) with the variance of `accuracy`; about
    860 independent answers are needed for a power of 80 % at a margin of 0.05.
    """
    from scipy.stats import t

    table = _table(correct)
    value, (variance, freedom) = float(np.nanmean(table)), _spread(table - np.nanmean(table))
    error = math.sqrt(variance)
    if error == 0:
        p = 0.0 if abs(value - 0.5) < margin else 1.0
    else:
        p = float(
            max(t.sf((value - 0.5 + margin) / error, freedom), t.cdf((value - 0.5 - margin) / error, freedom))
        )
    half = float(t.ppf(1 - LEVEL, freedom)) * error
    verdict = f"equivalent to guessing within {margin:g}" if p < LEVEL else "equivalence is not shown"
    low, high = max(value - half, 0.0), min(value + half, 1.0)
    notes = (f"{verdict}; 90 % interval of accuracy {low:.3f} to {high:.3f}", *_notes(table))
    return Estimate(value=p, low=math.nan, high=math.nan, n=_count(table), unit="p", notes=notes)


def rating_gap(ratings: NDArray[np.generic], synthetic: NDArray[np.bool_]) -> Estimate:
    """Mean rating of synthetic images less that of real ones; `ratings` (images, readers), NaN unknown.

    0 is as good as real, in steps of the scale. Images and readers at random, as in `accuracy`.
    """
    from scipy.stats import t

    table = _table(ratings)
    _check_kinds(table, synthetic)
    rest, value = np.empty_like(table), 0.0
    for kind, sign in ((synthetic, 1), (~synthetic, -1)):
        mean, share = float(np.nanmean(table[kind])), _count(table[kind]) / _count(table)
        rest[kind] = sign * (table[kind] - mean) / share
        value += sign * mean
    variance, freedom = _spread(rest)
    half = float(t.ppf(0.975, freedom)) * math.sqrt(variance)
    notes = _notes(table)
    return Estimate(
        value=value, low=value - half, high=value + half, n=_count(table), unit="steps", notes=notes
    )


def cohen_kappa(first: NDArray[np.generic], second: NDArray[np.generic]) -> Estimate:
    """Agreement of two readers' answers (images,) beyond chance: 1 is perfect, 0 is chance.

    Cohen 1960 (Educ. Psychol. Meas. 20, 37). NaN answers are left out with their image;
    delete-one-image jackknife interval.
    """
    alike(np.asarray(first), np.asarray(second), "answers")
    return _kappa(np.stack([first, second], axis=1), _cohen)


def fleiss_kappa(answers: NDArray[np.generic]) -> Estimate:
    """Agreement of two or more readers beyond chance, `answers` (images, readers) of any codes.

    Fleiss 1971 (Psychol. Bull. 76, 378), over the images that every reader answered;
    delete-one-image jackknife interval. 1 is perfect, 0 is chance.
    """
    return _kappa(np.asarray(answers), _fleiss)


def _table(values: NDArray[np.generic]) -> NDArray[np.float64]:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise DiptychError.of("answers", f"have shape {table.shape}", "give a table (images, readers)")
    enough(table.shape[1], 1, "readers")
    enough(len(table), 3, "images")
    if not (np.isfinite(table).any(axis=0).all() and np.isfinite(table).any(axis=1).all()):
        raise DiptychError.of("answers", "some reader or image has none", "leave it out")
    return table


def _check_kinds(table: NDArray[np.float64], synthetic: NDArray[np.bool_]) -> None:
    alike(table[:, 0], synthetic, "answers and kinds")
    for kind, name in ((synthetic, "synthetic"), (~synthetic, "real")):
        fewest = np.isfinite(table[kind]).sum(axis=0).min(initial=len(table))
        enough(int(min(fewest, kind.sum())), 2, f"{name} images of some reader")


def _count(table: NDArray[np.float64]) -> int:
    return int(np.isfinite(table).sum())


def _notes(table: NDArray[np.float64]) -> tuple[str, ...]:
    images, readers = table.shape
    if readers == 1:
        return f"{images} images x 1 reader", "one reader: says nothing of others"
    return (f"{images} images x {readers} readers",)


def _spread(rest: NDArray[np.float64]) -> tuple[float, float]:
    """Variance of the mean of a table, from its residuals, and its degrees of freedom."""
    filled = np.where(np.isfinite(rest), rest, 0.0)
    n, (images, readers) = _count(rest), rest.shape

    def clustered(sums: NDArray[np.float64], units: int) -> float:
        return float((sums**2).sum()) / n**2 * units / (units - 1)

    single = clustered(filled.ravel(), n)
    if readers == 1:
        return single, n - 1
    of_readers = clustered(filled.sum(axis=0), readers)
    of_images = clustered(filled.sum(axis=1), images)
    # What is left when neither the reader nor the image matters, as in a two-way analysis of variance.
    noise = (single - of_images / readers - of_readers / images) / (1 - 1 / readers - 1 / images)
    variance = of_readers + max(of_images - max(noise, 0.0), 0.0)
    # Readers who happen to agree to the last answer do not make answers worth more than one each.
    variance = max(variance, single)
    freedom = (readers - 1) * (variance / of_readers) ** 2 if of_readers > 0 else math.inf
    return variance, min(freedom, n - 1)


def _pseudovalues(
    scores: NDArray[np.float64], synthetic: NDArray[np.bool_]
) -> tuple[float, NDArray[np.float64]]:
    """A reader's area, and for each image n times it less n - 1 times the area without that image."""
    known = np.isfinite(scores)
    ups, downs = (np.flatnonzero(known & kind) for kind in (synthetic, ~synthetic))
    wins = np.sign(scores[ups][:, None] - scores[downs]) / 2 + 0.5
    area, n = float(wins.mean()), int(known.sum())
    pseudo = np.full(len(scores), np.nan)
    for places, own in ((ups, wins.mean(axis=1)), (downs, wins.mean(axis=0))):
        without = area + (area - own) / (len(places) - 1)
        pseudo[places] = n * area - (n - 1) * without
    return area, pseudo


def _kappa(answers: NDArray[np.generic], statistic: Callable[[NDArray[np.int64]], float]) -> Estimate:
    if answers.ndim != 2 or answers.shape[1] < 2:
        raise DiptychError.of("answers", f"have shape {answers.shape}", "give two readers or more")
    codes = np.asarray(answers, dtype=np.float64)
    codes = codes[np.isfinite(codes).all(axis=1)]
    enough(len(codes), 3, "images that every reader answered")
    places = np.unique(codes, return_inverse=True)[1].reshape(codes.shape)
    value, n = statistic(places), len(places)
    left_out = np.array([statistic(np.delete(places, row, axis=0)) for row in range(n)])
    half = Z95 * math.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
    if math.isnan(half):
        note = "no interval: (nearly) all answers are the same"
        return Estimate(value=value, low=math.nan, high=math.nan, n=n, notes=(note,))
    return Estimate(value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), n=n)


def _cohen(places: NDArray[np.int64]) -> float:
    size = int(places.max()) + 1
    shares = [np.bincount(column, minlength=size) / len(places) for column in places.T]
    return _beyond(float((places[:, 0] == places[:, 1]).mean()), float(shares[0] @ shares[1]))


def _fleiss(places: NDArray[np.int64]) -> float:
    readers = places.shape[1]
    counts = (places[:, :, None] == np.arange(int(places.max()) + 1)).sum(axis=1)
    agreed = ((counts**2).sum(axis=1) - readers) / (readers * (readers - 1))
    shares = counts.sum(axis=0) / counts.sum()
    return _beyond(float(agreed.mean()), float(shares @ shares))


def _beyond(seen: float, expected: float) -> float:
    return (seen - expected) / (1 - expected) if expected < 1 else math.nan
