"""Folds: which real rows are trained on, which say when to stop, and which are tested on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.reading import Row
from diptych.records.sample import Record
from diptych.records.splits import carve, subset
from diptych.studies.design import Study

LEAST = 2
"""Real training images below which there is nothing to learn from."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fold:
    """One size of a study: the real cohort with its rows in the splits train, val and test."""

    size: float
    """As the study file writes it."""
    cohort: Cohort
    whole: int
    """Real training rows that there are, of which the fold has some."""

    @property
    def train(self) -> Cohort:
        """The rows that learners and generators of this fold may see."""
        return self.cohort.select(split="train")

    @property
    def fraction(self) -> float:
        """Share of the real training rows."""
        return len(self.train) / self.whole

    @property
    def label(self) -> str:
        """Its name in folders and commands."""
        return f"{self.size:g}"


def make_folds(study: Study, real: Cohort) -> dict[float, Fold]:
    """The folds of every size; smaller ones lie inside larger ones.

    Tested on is the split `test`, or `val` where there is no test split: nothing else in a study looks at
    it. Validation is a part of the training rows, the same in every fold. All by subject. Raises
    `DiptychError` for a cohort without held-out rows and for sizes that it does not have.
    """
    held = "test" if "test" in real.splits else "val"
    for needed in ("train", held):
        if needed not in real.splits:
            remedy = "import it with --val, so that learners can be tested on real images"
            raise DiptychError.of(str(real.path), f"has no split {needed!r}", remedy)
    rest, validation = carve(real.select(split="train").records, study.validation, study.fold_seed)
    tested = real.select(split=held).records
    problems, folds = Problems(), dict[float, Fold]()
    for size in study.sizes:
        with problems.collect():
            chosen = _chosen(rest, size, study, str(real.path))
            parts = {"train": chosen, "val": validation, "test": tested}
            folds[size] = Fold(size=size, cohort=_divided(real, parts), whole=len(rest))
            _check_new(folds, size)
    problems.raise_any()
    return folds


def write_training_rows(fold: Fold, out: Path) -> Path:
    """The fold's training rows as a cohort of their own: all that a generator is ever given."""
    if out.exists():
        return out
    train = fold.train
    note = f"the {len(train)} training rows of size {fold.label} of {train.name or train.path.name}"
    with CohortWriter(out, body=train.body, note=note, spaces=train.spaces) as writer:
        for sample in train:
            writer.add(sample)
    return out


def _chosen(rest: tuple[Record, ...], size: float, study: Study, where: str) -> tuple[Record, ...]:
    share = size / len(rest) if size > 1 else size
    if share > 1:
        what = f"has {len(rest)} training rows beside validation, not {size:g}"
        raise DiptychError.of(where, what, "take a smaller size, or import more images")
    chosen = subset(rest, share, study.fold_seed)
    if len(chosen) < LEAST:
        raise DiptychError.of(f"size {size:g}", f"is {len(chosen)} of {len(rest)} rows", "take a larger one")
    return chosen


def _check_new(folds: Mapping[float, Fold], size: float) -> None:
    """Raise `DiptychError` where a smaller or earlier size has the very same training rows."""
    count = len(folds[size].train)
    for other in folds:
        if other != size and len(folds[other].train) == count:
            what = f"has the same {count} images as size {other:g}, since subjects are never divided"
            raise DiptychError.of(f"size {size:g}", what, "leave one of them out")


def _divided(real: Cohort, parts: Mapping[str, Iterable[Record]]) -> Cohort:
    split_of = {record.id: name for name, records in parts.items() for record in records}
    rows = tuple(_moved(row, split_of[row.record.id]) for row in real.rows if row.record.id in split_of)
    return replace(real, rows=rows)


def _moved(row: Row, split: str) -> Row:
    return replace(row, record=replace(row.record, split=split))
