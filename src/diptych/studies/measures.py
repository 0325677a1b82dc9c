"""What is compared: a number of one cell, under any weights of its test subjects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.auprc import weighted_average_precision
from diptych.metrics.brier import brier_values
from diptych.metrics.dice import label_mean, weighted_means
from diptych.metrics.f1 import weighted_f1
from diptych.metrics.label_agreement import weighted_auc
from diptych.studies.cells import WHOLE, Cell, Column

Array: TypeAlias = NDArray[np.float64]
Better: TypeAlias = Literal["higher", "lower"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number of a cell. Bootstrap draws are weights (R, subjects) of its subjects."""

    name: str
    of: Callable[[Cell, Array], Array]
    """The value under each row of weights, (R,); NaN where it cannot be told."""
    each: Callable[[Cell], Array] | None = None
    """The subjects' own scores, (n,); None for rankings, which no subject has alone."""
    better: Better = "higher"


def subject_mean(metric: str, of_class: str = WHOLE, better: Better = "higher") -> Measure:
    """The mean over subjects of a score, of one class or of the score over all classes."""

    def each(cell: Cell) -> Array:
        return _column(_scores(cell, metric), of_class, cell, f"scores.{metric}")

    def of(cell: Cell, weights: Array) -> Array:
        return _means(each(cell)[:, None], weights)

    return Measure(name=f"{metric} of {of_class}", of=of, each=each, better=better)


def class_mean(metric: str, better: Better = "higher") -> Measure:
    """The mean over classes of the mean over subjects, as `metrics.dice.mean_dice` has it.

    Rare classes count as much as common ones. A subject's own score is its mean over the classes it has.
    """

    def table(cell: Cell) -> Array:
        part = {name: column for name, column in _scores(cell, metric).items() if name != WHOLE}
        if not part:
            raise _lacks(cell, f"scores.{metric} by class")
        return np.stack([_array(column) for column in part.values()], axis=1)

    def each(cell: Cell) -> Array:
        return label_mean(table(cell))

    def of(cell: Cell, weights: Array) -> Array:
        return label_mean(weighted_means(table(cell), weights))

    return Measure(name=f"{metric}, mean of classes", of=of, each=each, better=better)


def auroc(findings: Sequence[str]) -> Measure:
    """Area under the ROC curve, mean over findings; 0.5 is chance, 1 perfect."""
    return _ranking("AUROC", findings, weighted_auc)


def auprc(findings: Sequence[str]) -> Measure:
    """Average precision, mean over findings; the share of positives is chance, 1 perfect."""
    return _ranking("AUPRC", findings, weighted_average_precision)


def f1(findings: Sequence[str]) -> Measure:
    """F1 of answers at a probability of 0.5, mean over findings; 0 to 1.

    The threshold is fixed, not chosen on the test set, so that it rewards calibration as well.
    """
    return _ranking("F1", findings, _f1_at_half)


def brier(findings: Sequence[str]) -> Measure:
    """Mean squared error of probabilities, mean over findings; 0 is best, 0.25 is a constant 0.5."""

    def each(cell: Cell) -> Array:
        columns = []
        for finding in findings:
            scores, truth, known = answers(cell, finding)
            columns.append(np.where(known, brier_values(np.where(known, scores, 0.0), truth), np.nan))
        return label_mean(np.stack(columns, axis=1))

    def of(cell: Cell, weights: Array) -> Array:
        return _means(each(cell)[:, None], weights)

    return Measure(name="Brier score", of=of, each=each, better="lower")


def answers(cell: Cell, finding: str) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Of one finding: probabilities (n,), truth (n,) and which subjects have both."""
    scores = _column(cell.probabilities, finding, cell, "probabilities")
    truth = _column(cell.truth, finding, cell, "truth")
    return scores, truth > 0.5, np.isfinite(scores) & np.isfinite(truth)


def _ranking(name: str, findings: Sequence[str], area: Callable[..., Array]) -> Measure:
    def of(cell: Cell, weights: Array) -> Array:
        areas = []
        for finding in findings:
            scores, truth, known = answers(cell, finding)
            areas.append(area(scores[known], truth[known], weights[:, known]))
        # A draw that leaves a finding without one kind is NaN: a mean over fewer is of another thing.
        mean: Array = np.mean(areas, axis=0)
        return mean

    return Measure(name=name, of=of)


def _f1_at_half(scores: Array, truth: NDArray[np.bool_], weights: Array) -> Array:
    return weighted_f1(scores >= 0.5, truth, weights)


def _means(table: Array, weights: Array) -> Array:
    return weighted_means(table, weights)[:, 0]


def _scores(cell: Cell, metric: str) -> Mapping[str, Column]:
    if metric not in cell.scores:
        raise _lacks(cell, f"scores.{metric}")
    return cell.scores[metric]


def _column(columns: Mapping[str, Column], name: str, cell: Cell, place: str) -> Array:
    if name not in columns:
        raise _lacks(cell, f"{place}.{name}")
    return _array(columns[name])


def _array(column: Column) -> Array:
    return np.array([np.nan if value is None else value for value in column], dtype=np.float64)


def _lacks(cell: Cell, place: str) -> DiptychError:
    return DiptychError.of(
        f"cell {cell.arm}, seed {cell.seed}", f"has no {place}", "ask for a score that was written"
    )
