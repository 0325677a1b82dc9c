"""The cell of a study: one trained learner, and what it scored on every subject of one real test set."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError, Problems
from diptych.metrics.checks import enough
from diptych.metrics.dice import weighted_means

DIGITS = 6
"""Decimals of a score in a line: far below any seed's spread, and a line stays readable."""

WHOLE = "all"
"""The class under which the score over all classes stands."""

BOUNDS = {
    **dict.fromkeys(("dice", "iou", "nsd", "brier"), (0.0, 1.0)),
    "hd95": (0.0, math.inf),
}
"""What a score can be, metric by metric."""

Column: TypeAlias = tuple[float | None, ...]
"""One value a subject, in the order of the cell's subjects; None where it does not apply."""

KEY = ("study", "task", "arm", "fraction", "ratio", "learner", "generator_seed", "seed")
"""The fields that name a cell: no two lines of a file may agree in all of them."""

Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One run of a study, complete in itself: a line of `cells.jsonl`.

    Scores are one value a test subject (the mean over the subject's images), since subjects and
    not images are what a study draws. A learner that is tested on two sets makes two cells, of
    two tasks. Raises one `DiptychError` with everything that does not fit.
    """

    study: str
    task: str
    """What is learned and where it is tested: `teeth`, `lungs`, `lungs on adults`."""
    arm: str
    """The strategy or control, with the generator's family where a study has several."""
    fraction: float
    """Share of the real training images that this arm was given, above 0 to 1."""
    ratio: float
    """Synthetic rows for each real one, 0 or more."""
    learner: str
    generator_seed: int | None
    """Of the generator that was trained for this cell; None in arms without one."""
    seed: int
    """Of the learner's training. Cells that are compared are paired by it."""
    images: int
    """Real training images, so that learning curves need nothing else. 0 in synthetic-only arms too."""
    subjects: tuple[str, ...]
    """Of the real test set, each once, in one order for all columns."""
    scores: Mapping[str, Mapping[str, Column]] = field(default_factory=dict)
    """Metric (`dice`, `iou`, `nsd`, `hd95`, `brier`) -> class, or `all` -> one value a subject."""
    probabilities: Mapping[str, Column] = field(default_factory=dict)
    """Finding -> the learner's probability, for metrics of rankings (AUROC, AUPRC)."""
    truth: Mapping[str, Column] = field(default_factory=dict)
    """Finding -> 1 or 0, for the same findings as `probabilities`."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What a report may print beside: seconds, copy rate, what a gate accepted, of how many
    subjects the fold's training images are, and the validation images that chose the checkpoint."""

    def __post_init__(self) -> None:
        problems = Problems()
        _check_facts(self, problems)
        _check_columns(self, problems)
        problems.raise_any()
        for name in ("scores", "probabilities", "truth", "extra"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def key(self) -> Key:
        """What names this cell."""
        return tuple(getattr(self, name) for name in KEY)


def encode_cell(cell: Cell) -> str:
    """The cell as one line of JSON, without the line's end; scores are rounded to six decimals."""
    return json.dumps({f.name: _plain(getattr(cell, f.name)) for f in fields(cell)}, ensure_ascii=False)


def columns(cell: Cell) -> dict[str, Column]:
    """Every column of a cell by the place it stands at, as errors name it."""
    found = {f"scores.{m}.{c}": column for m, part in cell.scores.items() for c, column in part.items()}
    for name in ("probabilities", "truth"):
        found |= {f"{name}.{finding}": column for finding, column in getattr(cell, name).items()}
    return found


def subject_means(
    values: NDArray[np.floating], subjects: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Column, ...]]:
    """The subjects of some images, and their means for each column of `values` (images, columns).

    Images to which a score does not apply (NaN) are left out of their subject's mean; a subject
    without any other is None. Infinite scores are refused: they have no mean.
    """
    table = np.asarray(values, dtype=np.float64)
    enough(len(table), 1, "scores")
    if np.isinf(table).any():
        raise DiptychError.of("scores", "some are infinite", "give an empty mask its worst finite score")
    names, of_subject = np.unique(np.asarray(subjects, dtype=str), return_inverse=True)
    means = weighted_means(table, np.eye(len(names))[:, of_subject])
    found = (tuple(None if np.isnan(mean) else float(mean) for mean in column) for column in means.T)
    return tuple(str(name) for name in names), tuple(found)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return round(value, DIGITS) if isinstance(value, float) else value


def _check_facts(cell: Cell, problems: Problems) -> None:
    if not 0 < cell.fraction <= 1:
        problems.add("field fraction", f"{cell.fraction} is no share", "give a number above 0, at most 1")
    if not 0 <= cell.ratio < math.inf:
        problems.add("field ratio", f"{cell.ratio} is no ratio", "give 0 or more")
    if cell.images < 0:
        problems.add("field images", f"{cell.images} is no number of images", "give 0 or more")
    for name in ("study", "task", "arm", "learner"):
        if not getattr(cell, name):
            problems.add(f"field {name}", "is empty", "name it")
    if not cell.subjects:
        problems.add("field subjects", "is empty", "test on at least one subject")
    if len(set(cell.subjects)) < len(cell.subjects):
        problems.add("field subjects", "names a subject twice", "give one value a subject: the mean")


def _check_columns(cell: Cell, problems: Problems) -> None:
    for place, column in columns(cell).items():
        if len(column) != len(cell.subjects):
            what = f"has {len(column)} values for {len(cell.subjects)} subjects"
            problems.add(f"field {place}", what, "give one a subject")
        if any(value is not None and not math.isfinite(value) for value in column):
            problems.add(f"field {place}", "is not all finite", "write null where a score does not apply")
    for metric, (low, high) in BOUNDS.items():
        for name, column in cell.scores.get(metric, {}).items():
            if any(value is not None and not low <= value <= high for value in column):
                told = "from 0 to 1" if high == 1 else "0 or more"
                problems.add(f"field scores.{metric}.{name}", f"is not all {told}", f"write {metric} scores")
    if set(cell.probabilities) != set(cell.truth):
        problems.add("field truth", "has other findings than probabilities", "give both for each")
    if not (cell.scores or cell.probabilities):
        problems.add("field scores", "is empty, and so is probabilities", "give one of them")
    for finding, column in cell.truth.items():
        if not set(column) <= {0, 1, None}:
            problems.add(f"field truth.{finding}", "is not all 1, 0 or null", "write the truth, not a score")
    for finding, column in cell.probabilities.items():
        if any(value is not None and not 0 <= value <= 1 for value in column):
            problems.add(f"field probabilities.{finding}", "is not all from 0 to 1", "write probabilities")
