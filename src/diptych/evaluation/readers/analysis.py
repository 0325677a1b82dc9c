"""Open the key and see what the readers could tell."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError, Problems
from diptych.evaluation.lines import Line
from diptych.metrics.estimate import Estimate
from diptych.metrics.readers import (
    accuracy,
    cohen_kappa,
    equivalence,
    fleiss_kappa,
    rating_gap,
    reader_auc,
)

ANSWERS = {"real": 0.0, "synthetic": 1.0}
STEPS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, kw_only=True)
class ReaderStudy:
    """What the answers say; every estimate names its images and readers, NaN where none can be had."""

    accuracy: Estimate
    """Share of right answers; 0.5 is guessing."""
    on_synthetic: Estimate
    """Share of the synthetic images that were called synthetic."""
    on_real: Estimate
    """Share of the real images that were called real."""
    auc: Estimate
    """Area under the ROC curve of answer and confidence, mean over readers; 0.5 is guessing."""
    equivalence: Estimate
    """The p value of equivalence to guessing: small speaks for it, large speaks for nothing."""
    kappa: Estimate
    """Agreement between readers: Cohen's for two, Fleiss' for more."""
    quality: Estimate
    """Mean rating of synthetic images less that of real ones."""
    readers: Mapping[str, Estimate]
    """Accuracy of each reader."""

    def lines(self) -> tuple[Line, ...]:
        """What to print."""
        named = {
            "accuracy": self.accuracy,
            "accuracy on synthetic images": self.on_synthetic,
            "accuracy on real images": self.on_real,
            "area under the ROC curve": self.auc,
            "equivalence to guessing": self.equivalence,
            "kappa between readers": self.kappa,
            "quality, synthetic less real": self.quality,
        }
        named |= {f"accuracy of reader {name}": value for name, value in self.readers.items()}
        return tuple(Line(name=name, estimate=estimate) for name, estimate in named.items())


def analyse_kit(answers: Sequence[Path | str], key: Path | str) -> ReaderStudy:
    """The results of a study from the readers' files (JSON or CSV, one a reader) and the sealed key.

    An image counts when a reader gave both answer and confidence. Raises `DiptychError` with
    everything that is wrong: files that cannot be read, answers that the form could not have
    given, a reader who comes twice, and a key that is not the one whose SHA-256 the form states.
    """
    truth, commitment = _open_key(Path(key))
    sheets: dict[str, _Sheet] = {}
    problems = Problems()
    for path in map(Path, answers):
        with problems.collect():
            sheet = _sheet(path, commitment, len(truth))
            if sheet.reader in sheets:
                raise DiptychError.of(str(path), f"reader {sheet.reader!r} comes twice", "leave one out")
            sheets[sheet.reader] = sheet
    if not answers:
        problems.add("answers", "no file was given", "name the files that the readers saved")
    problems.raise_any()
    return _study(truth, sheets)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sheet:
    """One reader's answers, one entry an item; NaN where there is none."""

    reader: str
    called: NDArray[np.float64]
    """1 for synthetic, 0 for real."""
    confidence: NDArray[np.float64]
    quality: NDArray[np.float64]


def _study(truth: NDArray[np.bool_], sheets: Mapping[str, _Sheet]) -> ReaderStudy:
    called, confidence, quality = (
        np.stack([getattr(sheet, name) for sheet in sheets.values()], axis=1)
        for name in ("called", "confidence", "quality")
    )
    correct = np.where(np.isnan(called), np.nan, called == truth[:, None])
    belief = (2 * called - 1) * confidence
    return ReaderStudy(
        accuracy=_seen(accuracy, correct),
        on_synthetic=_seen(accuracy, correct[truth]),
        on_real=_seen(accuracy, correct[~truth]),
        auc=_seen(reader_auc, belief, truth),
        equivalence=_seen(equivalence, correct),
        kappa=_agreement(called),
        quality=_seen(rating_gap, quality, truth),
        readers={name: _seen(accuracy, correct[:, [place]]) for place, name in enumerate(sheets)},
    )


def _seen(metric: Callable[..., Estimate], table: NDArray[np.float64], *more: NDArray[np.bool_]) -> Estimate:
    """The metric over the images that somebody answered; NaN with the reason where it is refused."""
    known = np.isfinite(table).any(axis=1)
    try:
        return metric(table[known], *(row[known] for row in more))
    except DiptychError as error:
        return _nothing(int(np.isfinite(table).sum()), f"not estimable: {error}")


def _agreement(called: NDArray[np.float64]) -> Estimate:
    if called.shape[1] < 2:
        return _nothing(len(called), "not estimable: there is one reader")
    try:
        return cohen_kappa(*called.T) if called.shape[1] == 2 else fleiss_kappa(called)
    except DiptychError as error:
        return _nothing(len(called), f"not estimable: {error}")


def _nothing(n: int, note: str) -> Estimate:
    return Estimate(value=math.nan, low=math.nan, high=math.nan, n=n, notes=(note,))


def _open_key(path: Path) -> tuple[NDArray[np.bool_], str]:
    data = _bytes(path)
    try:
        items = json.loads(data)["items"]
        kinds = {int(row["item"]): bool(row["synthetic"]) for row in items}
        truth = np.array([kinds[number] for number in range(1, len(items) + 1)])
    except (ValueError, KeyError, TypeError):
        raise DiptychError.of(str(path), "is not the key of a reader study", "give sealed/key.json") from None
    return truth, hashlib.sha256(data).hexdigest()


def _sheet(path: Path, commitment: str, count: int) -> _Sheet:
    head, rows = _csv(path) if path.suffix.lower() == ".csv" else _json(path)
    if head["study"] != commitment:
        what = "was made with another form, or the key was changed after the form was sent"
        raise DiptychError.of(str(path), what, "find the key that belongs to it")
    if not head["reader"]:
        raise DiptychError.of(str(path), "names no reader", "fill in the reader's code")
    columns = np.full((3, count), np.nan)
    problems = Problems()
    for row in rows:
        with problems.collect():
            place, values = _row(row, str(path), count)
            columns[:, place] = values
    problems.raise_any()
    columns[:2, np.isnan(columns[:2]).any(axis=0)] = np.nan
    return _Sheet(reader=head["reader"], called=columns[0], confidence=columns[1], quality=columns[2])


def _row(row: Mapping[str, str], where: str, count: int) -> tuple[int, tuple[float, float, float]]:
    item = row["item"]
    if not item.isdecimal() or not 1 <= int(item) <= count:
        raise DiptychError.of(where, f"item {item!r} is not in the form", f"items are 1 to {count}")
    if row["answer"] not in ("", *ANSWERS):
        raise DiptychError.of(where, f"item {item}: answer {row['answer']!r}", "use real or synthetic")
    for field in ("confidence", "quality"):
        if row[field] not in ("", *STEPS):
            raise DiptychError.of(where, f"item {item}: {field} {row[field]!r}", "use 1 to 5")
    called = ANSWERS.get(row["answer"], math.nan)
    return int(item) - 1, (called, _number(row["confidence"]), _number(row["quality"]))


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _json(path: Path) -> tuple[Mapping[str, str], list[dict[str, str]]]:
    try:
        found: dict[str, Any] = json.loads(_bytes(path))
        rows = [_texts(row, ("item", "answer", "confidence", "quality")) for row in found["answers"]]
        return _texts(found, ("study", "reader")), rows
    except (ValueError, KeyError, TypeError):
        raise _broken(path) from None


def _csv(path: Path) -> tuple[Mapping[str, str], list[dict[str, str]]]:
    try:
        table = list(csv.DictReader(io.StringIO(_bytes(path).decode("utf-8-sig"))))
        rows = [_texts(row, ("item", "answer", "confidence", "quality")) for row in table]
        return _texts(table[0], ("study", "reader")), rows
    except (ValueError, KeyError, TypeError, IndexError, csv.Error):
        raise _broken(path) from None


def _texts(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    return {name: str(row[name]).strip() for name in names}


def _broken(path: Path) -> DiptychError:
    return DiptychError.of(str(path), "is not a file that the form saved", "save the answers again")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise DiptychError.of(str(path), reason, "check the name") from error
