"""Outcome measures: which numbers the cells of a task can give, the deciding one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from diptych.base.errors import DiptychError
from diptych.studies.cells import WHOLE, Cell
from diptych.studies.measures import (
    Array,
    Better,
    Measure,
    answers,
    auprc,
    auroc,
    brier,
    class_mean,
    f1,
    subject_mean,
)

LEAST = 5
"""Test subjects that must have a finding, and that must not, before it counts in a ranking."""

MASKS: tuple[tuple[str, str, Better], ...] = (
    ("dice", "Dice", "higher"),
    ("iou", "IoU", "higher"),
    ("nsd", "NSD", "higher"),
    ("hd95", "HD95 in pixels", "lower"),
)
"""Scores of segmentations: as cells have them, as people call them, and which way is better."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One number that arms are compared by."""

    name: str
    """As people call it."""
    over: str
    """What it is the mean of."""
    measure: Measure
    metric: str = ""
    """As cells have it, for scores that single classes have; empty for rankings."""
    classes: tuple[str, ...] = ()
    """Classes or findings that it covers."""

    @property
    def better(self) -> Better:
        """Which way is better."""
        return self.measure.better


def outcomes(cells: Sequence[Cell]) -> tuple[Outcome, ...]:
    """The outcomes that every one of these cells (of one task) can give; the first decides.

    Segmentations: Dice decides, then IoU, NSD, HD95. Teeth (classes that are numbers) are averaged over
    classes, since a common tooth must not hide a rare one; other tasks take the score over all classes.
    Findings: AUROC decides, over the findings that `LEAST` test subjects have and lack; then AUPRC, F1
    and Brier score. Raises `DiptychError` where cells share nothing.
    """
    shared = set.intersection(*({*cell.scores} for cell in cells))
    found = [_of_masks(cells, *facts) for facts in MASKS if facts[0] in shared]
    findings = _findings(cells)
    if findings:
        found += _rankings(findings)
    elif "brier" in shared:
        found.append(_of_masks(cells, "brier", "Brier score", "lower"))
    if not found:
        raise DiptychError.of(f"cells of {cells[0].task}", "share no score", "run the study again")
    return tuple(found)


def remembered(outcome: Outcome) -> Outcome:
    """The outcome, whose values of a cell under the shared draws are reckoned once.

    A study asks for them again in each of its tables, and areas under curves take a second a cell.
    """
    kept: dict[tuple[int, int], tuple[Cell, Array, Array]] = {}
    of = outcome.measure.of

    def once(cell: Cell, weights: Array) -> Array:
        if weights.flags.writeable:
            return of(cell, weights)
        key = (id(cell), id(weights))
        # Cell and weights are kept beside, so that their ids stay theirs.
        if key not in kept:
            kept[key] = (cell, weights, of(cell, weights))
        return kept[key][2]

    return replace(outcome, measure=replace(outcome.measure, of=once))


def _of_masks(cells: Sequence[Cell], metric: str, name: str, better: Better) -> Outcome:
    parts = [cell.scores[metric] for cell in cells]
    classes = tuple(sorted(set.intersection(*({*part} for part in parts)) - {WHOLE}, key=_rank))
    teeth = bool(classes) and all(one.isdigit() for one in classes)
    if teeth or not all(WHOLE in part for part in parts):
        over = f"mean of {len(classes)} {'teeth' if teeth else 'classes'}"
        return Outcome(
            name=name, over=over, measure=class_mean(metric, better), metric=metric, classes=classes
        )
    measure = subject_mean(metric, better=better)
    return Outcome(name=name, over="all classes", measure=measure, metric=metric, classes=classes)


def _rankings(findings: tuple[str, ...]) -> list[Outcome]:
    over = findings[0] if len(findings) == 1 else f"mean of {len(findings)} labels"
    made = (("AUROC", auroc), ("AUPRC", auprc), ("F1", f1), ("Brier score", brier))
    return [
        Outcome(name=name, over=over, measure=measure(findings), classes=findings) for name, measure in made
    ]


def _findings(cells: Sequence[Cell]) -> tuple[str, ...]:
    shared = set.intersection(*({*cell.probabilities} for cell in cells))
    return tuple(sorted((one for one in shared if all(_both(cell, one) for cell in cells)), key=_rank))


def _both(cell: Cell, finding: str) -> bool:
    _, truth, known = answers(cell, finding)
    yes = int(np.sum(truth & known))
    return min(yes, int(known.sum()) - yes) >= LEAST


def _rank(name: str) -> tuple[int, str]:
    return len(name), name
