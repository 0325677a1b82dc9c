"""Class balance: the rows of a pool that fill rare classes up to a target and raise no other above it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError, Problems
from diptych.fusion.labelling import UNSEEN
from diptych.fusion.material import Material
from diptych.fusion.order import ranked
from diptych.records.sample import Record


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What was added, and how many rows show each class with it."""

    target: int
    before: Mapping[str, int]
    after: Mapping[str, int]
    added: tuple[tuple[Record, str], ...] = field(default=())
    """Every row with the class for which it was the most wanted."""


def balanced(material: Material) -> Balance:
    """Take, again and again, the row that most reduces the sum over classes of max(0, target - count).

    A row that shows a class which has reached the target is never taken: head classes stay as they are. All
    labels of a row that may be taken are short, so what it takes off the sum is their number; ties go to the
    classes that are shortest. The order of equal rows is the seed's. Raises `DiptychError` when the real rows
    show no class, or when not one row can be added though classes are short.
    """
    before = counts(material)
    target = target_of(material.arm.target, before)
    classes = list(before)
    stacks = _stacks(material, classes)
    have = np.array([before[label] for label in classes])
    added = _fill(stacks, classes, have, target)
    after = dict(zip(classes, have.tolist(), strict=True))
    if not added and any(count < target for count in before.values()):
        _refuse(before, target, stacks)
    return Balance(target=target, before=before, after=after, added=tuple(added))


def counts(material: Material) -> dict[str, int]:
    """How many real training rows show each class, most first; the arm's classes, or all that are seen.

    A row that nobody looked at for a finding counts as not showing it.
    """
    labels = [material.labelling.labels(record) for record in material.real]
    classes = material.arm.classes or {label for own in labels for label in own if not label.endswith(UNSEEN)}
    found = {label: sum(label in own for own in labels) for label in classes}
    if not found:
        raise DiptychError.of("--real", "its training rows show no finding to balance", "choose other rows")
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def target_of(target: str, found: Mapping[str, int]) -> int:
    """The number of rows to fill up to: the largest class, the median one, or a number."""
    if target == "median":
        return int(statistics.median_high(found.values()))
    return int(target) if target.isdecimal() else max(found.values())


@dataclass(frozen=True, kw_only=True)
class _Stack:
    """Rows of one combination of labels, and which classes they show (classes,)."""

    labels: tuple[str, ...]
    rows: list[Record]
    shows: NDArray[np.bool_]


def _stacks(material: Material, classes: list[str]) -> list[_Stack]:
    """The pool by combination; rows that nobody looked at for some finding are left out."""
    stacks: dict[tuple[str, ...], _Stack] = {}
    for record in reversed(ranked(material.synthetic, material.arm.seed)):
        labels = tuple(sorted(material.labelling.labels(record)))
        if any(label.endswith(UNSEEN) for label in labels):
            continue
        shows = np.array([label in labels for label in classes], dtype=bool)
        if shows.any():
            stacks.setdefault(labels, _Stack(labels=labels, rows=[], shows=shows)).rows.append(record)
    return [stacks[labels] for labels in sorted(stacks)]


def _fill(
    stacks: list[_Stack], classes: list[str], have: NDArray[np.int64], target: int
) -> list[tuple[Record, str]]:
    """Take rows until none helps; raises the counts `have` (classes,) in place."""
    added: list[tuple[Record, str]] = []
    if not stacks:
        return added
    shows = np.stack([stack.shows for stack in stacks])
    left = np.array([len(stack.rows) for stack in stacks])
    while True:
        short = np.maximum(target - have, 0)
        may = (left > 0) & ~(shows & (short == 0)).any(1)
        if not may.any():
            return added
        # One number for both: the labels that a row raises, then how short these are.
        gain = shows.sum(1) * (1 + short.sum()) + shows @ short
        best = int(np.argmax(np.where(may, gain, -1)))
        rarest = classes[int(np.argmax(np.where(shows[best], short, -1)))]
        added.append((stacks[best].rows.pop(), rarest))
        left[best] -= 1
        have += shows[best]


def _refuse(before: Mapping[str, int], target: int, stacks: list[_Stack]) -> None:
    problems = Problems()
    for label, count in before.items():
        if count < target:
            shown = sum(len(stack.rows) for stack in stacks if label in stack.labels)
            what = f"has {count} of {target} rows; {shown} in the pool show it, all beside a full class"
            if not shown:
                what = f"has {count} of {target} rows, and no row of the pool shows it"
            problems.add(f"--synthetic, {label}", what, "draw rows with it alone, or narrow --classes")
    problems.raise_any()
