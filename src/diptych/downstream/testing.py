"""What a trained learner scores on real rows that it never saw: image by image, then subject by subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.downstream.classifier import Classifier
from diptych.downstream.examples import NOT_KNOWN, Examples, check_truth
from diptych.downstream.learning import Learned, examples
from diptych.downstream.segmenter import Segmenter
from diptych.metrics.brier import brier_values
from diptych.metrics.dice import dice_table, weighted_means
from diptych.metrics.iou import iou_table
from diptych.metrics.surfaces import surfaces
from diptych.records.cohort import Cohort

WHOLE = "all"
"""The class under which the score over all classes stands."""

TOLERANCE = 2.0
"""Pixels, at the size that the learner sees, by which outlines may differ for NSD."""

Column = tuple[float | None, ...]
"""One value a subject, None where it does not apply."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The scores of a test set, one value a subject: the mean over the subject's images."""

    subjects: tuple[str, ...]
    images: int
    scores: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)
    """Metric -> class, or `all` -> one value a subject."""
    probabilities: Mapping[str, Column] = field(default_factory=dict)
    """Label -> the mean probability of a subject's images."""
    truth: Mapping[str, Column] = field(default_factory=dict)
    """Label -> 1 where an image of the subject has it, else 0."""


def test(learned: Learned, part: Cohort | Examples) -> Scores:
    """Score a trained learner on real rows, at the size that it was trained at.

    Segmentation, for each class and for `all`, the mean over the classes of an image: Dice, IoU, NSD at
    `TOLERANCE` and HD95 in pixels. A class that neither the truth nor the answer shows does not count; one
    that only one of them shows scores 0, and an HD95 of the image's diagonal. `all` is thus low where teeth
    are invented or misnumbered. Of a partial task (findings) a class that the truth of no row here shows is
    background: nobody labelled it, so an answer with it is not wrong.

    Classification: probabilities, truth and Brier scores of the labels that are known.

    Raises `DiptychError` for rows without truth for the task, rows that are not real, masks that are
    estimated, other classes than were learned.
    """
    rows = examples(part, learned.task, learned.judge.config.size)
    check_truth(rows, "rows")
    if isinstance(learned.judge, Segmenter):
        return _segmentation(learned.judge, rows)
    return _classification(learned.judge, rows)


def _segmentation(judge: Segmenter, rows: Examples) -> Scores:
    codes = judge.config.codes
    if rows.classes.codes != codes:
        what = f"its layer {judge.config.layer!r} has other labels than the learner was trained on"
        raise DiptychError.of(rows.name, what, "give a cohort with the same label space")
    seen, truth = rows.counted(judge(rows.images)), rows.truth.astype(np.uint8)
    outlines = surfaces(seen, truth, codes, rows.subjects, TOLERANCE)
    tables = {
        "dice": dice_table(seen, truth, codes),
        "iou": iou_table(seen, truth, codes),
        "nsd": outlines.dice,
        "hd95": outlines.hd95,
    }
    return _scores(rows, tables)


def _classification(judge: Classifier, rows: Examples) -> Scores:
    if rows.classes.names != judge.config.findings:
        raise DiptychError.of(rows.name, "has other labels than were learned", "give another cohort")
    shares, known = judge(rows.images).astype(np.float64), rows.truth != NOT_KNOWN
    has = np.where(known, rows.truth == 1, np.nan)
    brier = np.where(known, brier_values(shares, rows.truth == 1), np.nan)
    chances = by_subject(np.where(known, shares, np.nan), rows.subjects)
    means = by_subject(has, rows.subjects)
    truth = [tuple(None if v is None else float(v > 0) for v in column) for column in means]
    found = _scores(rows, {"brier": brier})
    names = rows.classes.names
    return Scores(
        subjects=found.subjects,
        images=found.images,
        scores=found.scores,
        probabilities=dict(zip(names, chances, strict=True)),
        truth=dict(zip(names, truth, strict=True)),
    )


def _scores(rows: Examples, tables: Mapping[str, NDArray[np.float64]]) -> Scores:
    """Scores of images (N, classes), NaN where they do not apply, as means of subjects."""
    names = (*rows.classes.names, WHOLE)
    scores = {}
    for metric, table in tables.items():
        whole = weighted_means(table.T, np.ones((1, table.shape[1])))[0]
        columns = by_subject(np.column_stack([table, whole]), rows.subjects)
        scores[metric] = dict(zip(names, columns, strict=True))
    return Scores(subjects=tuple(sorted(set(rows.subjects))), images=len(rows), scores=scores)


def by_subject(table: NDArray[np.float64], subjects: Sequence[str]) -> tuple[Column, ...]:
    """For each column of `table` (images, columns) the mean of each subject, in sorted order of their names.

    NaN does not count; a subject that has nothing else is None.
    """
    names, of_subject = np.unique(np.asarray(subjects, dtype=str), return_inverse=True)
    means = weighted_means(table, np.eye(len(names))[:, of_subject])
    return tuple(tuple(None if np.isnan(v) else float(v) for v in column) for column in means.T)
