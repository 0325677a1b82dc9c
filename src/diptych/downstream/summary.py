"""The scores of a test as numbers with intervals, by resampling subjects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from diptych.base.config import encode
from diptych.downstream.testing import WHOLE, Column, Scores
from diptych.metrics.bootstrap import percentile_interval, subject_weights
from diptych.metrics.dice import label_mean, weighted_means
from diptych.metrics.estimate import Estimate
from diptych.metrics.label_agreement import weighted_auc

UNITS = {"hd95": "px"}
HEADINGS = {"dice": "Dice", "iou": "IoU", "nsd": "NSD", "hd95": "HD95", "brier": "Brier", "auroc": "AUROC"}

Estimates = Mapping[str, Mapping[str, Estimate]]


def estimates(scores: Scores, seed: int = 0) -> Estimates:
    """Metric -> class, or `all` -> the mean over subjects with its 95 % bootstrap interval.

    Classifications have `auroc` too, whose `all` is the mean over labels that some subjects have and
    others have not. What no subject shows is left out.
    """
    weights = subject_weights(scores.subjects, seed=seed)
    found = {
        metric: {name: _mean(column, weights, UNITS.get(metric, "")) for name, column in columns.items()}
        for metric, columns in scores.scores.items()
    }
    found |= {"auroc": _areas(scores, weights)} if scores.probabilities else {}
    return {m: {name: one for name, one in part.items() if one.n} for m, part in found.items()}


def lines(found: Estimates) -> list[str]:
    """A table for people: a row for each class, `all` first, a column for each metric."""
    names = list(dict.fromkeys(name for part in found.values() for name in part))
    names.sort(key=lambda name: name != WHOLE)
    rows = [["", *(HEADINGS.get(metric, metric) for metric in found), "n"]]
    for name in names:
        own = [part.get(name) for part in found.values()]
        count = max(one.n for one in own if one is not None)
        rows.append([name, *(_words(one) for one in own), str(count)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def as_json(scores: Scores, found: Estimates) -> dict[str, object]:
    """Everything that a test found, as plain JSON values."""
    told = {m: {name: encode(one) for name, one in part.items()} for m, part in found.items()}
    return {"schema": 1, "estimates": told, **encode(scores)}


def _words(one: Estimate | None) -> str:
    return "" if one is None else f"{one.value:.3f} ({one.low:.3f}, {one.high:.3f})"


def _array(column: Column) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in column])


def _mean(column: Column, weights: NDArray[np.float64], unit: str) -> Estimate:
    values = _array(column)[:, None]
    low, high = percentile_interval(weighted_means(values, weights)[:, 0])
    value = float(weighted_means(values, np.ones((1, len(values))))[0, 0])
    return Estimate(value=value, low=low, high=high, n=int(np.isfinite(values).sum()), unit=unit)


def _areas(scores: Scores, weights: NDArray[np.float64]) -> dict[str, Estimate]:
    """The area of each label, and their mean, in the sample and in each draw."""
    both = np.concatenate([np.ones((1, weights.shape[1])), weights])
    names = list(scores.probabilities)
    draws = [_area(scores.probabilities[n], scores.truth[n], both) for n in names]
    known = [int(np.isfinite(_array(scores.truth[n])).sum()) for n in names]
    table = [*zip(names, draws, known, strict=True)]
    table.append((WHOLE, label_mean(np.stack(draws, axis=1)), len(scores.subjects)))
    return {name: _estimate(draw, n if np.isfinite(draw[0]) else 0) for name, draw, n in table}


def _estimate(draws: NDArray[np.float64], n: int) -> Estimate:
    low, high = percentile_interval(draws[1:])
    return Estimate(value=float(draws[0]), low=low, high=high, n=n)


def _area(shares: Column, truth: Column, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area of one label for each row of weights (R, N), as (R,), over the subjects for whom it is known."""
    answers = _array(truth)
    known = np.isfinite(answers)
    return weighted_auc(_array(shares)[known], answers[known] == 1, weights[:, known])
