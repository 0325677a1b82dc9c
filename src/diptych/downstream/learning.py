"""One training, the same for every arm of a comparison: steps, schedule and stop hang on its config alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diptych.base.errors import DiptychError, Problems
from diptych.downstream.classifier import Classifier
from diptych.downstream.encoder_config import EncoderConfig
from diptych.downstream.examples import Examples, check_truth, load_examples, same_classes
from diptych.downstream.fit import FitConfig, FitResult, Pace, fit
from diptych.downstream.learners import FOLD, Wanted, check_learner
from diptych.downstream.lessons import prepare
from diptych.downstream.segmenter import Segmenter
from diptych.downstream.stretches import Course, Stretch, lay
from diptych.downstream.tasks import Classes, Task, find_task
from diptych.records.cohort import Cohort

RANGES = {
    "steps": (1, 10_000_000),
    "batch": (1, 1024),
    "patience": (1, 10_000_000),
    "check_every": (1, 10_000_000),
    "seed": (0, 2**32 - 1),
}
"""The least and the most that the whole numbers of a training may be; seeds are those that numpy takes."""

SIDES = (2 * FOLD, 2048)
"""The same for the height and the width of images, in pixels."""


@dataclass(frozen=True, kw_only=True)
class LearnConfig:
    """How a learner is trained, whatever its rows. The same config, rows and seed give the same weights
    on one machine with one thread."""

    size: tuple[int, int] | None = None
    """(H, W) that images are stretched to, multiples of 16; None is the task's own."""
    steps: int = 600
    """Optimiser steps, the same in every arm."""
    batch: int = 8
    rate: float = 3e-3
    """Peak learning rate; it rises over the first twentieth and falls along a cosine."""
    patience: int = 8
    """Checks without a better score, in the last stretch, before training stops."""
    check_every: int = 50
    """Steps between looks at the validation rows. The best weights are kept."""
    seed: int = 0
    """Of the first weights, the batches and the augmentation."""
    encoder: EncoderConfig | None = None
    """Of the learner `frozen`."""

    def check(self, problems: Problems) -> None:
        """Note every number that is out of its range, under the name of its flag."""
        for name, (least, most) in RANGES.items():
            if not least <= (value := getattr(self, name)) <= most:
                what = f"{value} is too {'small' if value < least else 'large'}"
                problems.add(
                    f"--{name.replace('_', '-')}", what, f"give a whole number from {least} to {most}"
                )
        if not 0 < self.rate < 1:
            problems.add("--rate", f"{self.rate} is no learning rate", "give a number between 0 and 1")
        if self.size and any(side % FOLD or not SIDES[0] <= side <= SIDES[1] for side in self.size):
            what = f"{self.size[0]} {self.size[1]} does not suit the networks"
            remedy = f"give a height and width from {SIDES[0]} to {SIDES[1]}, multiples of {FOLD}"
            problems.add("--size", what, remedy)


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """A trained learner with how it came about."""

    judge: Segmenter | Classifier
    """Call it on images; it is in whole precision."""
    task: Task
    learner: str
    config: LearnConfig
    result: FitResult
    """Validation scores, of which `task.validation` says what they are."""
    rows: int
    """Rows of all stretches together."""
    seconds: float
    notes: tuple[str, ...] = ()
    """Classes that the training rows do not show."""


def learn(
    stretches: Sequence[Stretch],
    val: Cohort | Examples,
    task: Task | str,
    learner: str,
    config: LearnConfig | None = None,
) -> Learned:
    """Train a learner on the stretches, one after the other, for `config.steps` steps in all.

    The weights kept are those of the best check on `val`, real rows that are given and never carved from
    training. Segmentation: cross entropy and soft Dice. Classification: cross entropy over known labels.
    Raises one `DiptychError` for numbers out of range, an unknown task or learner, a learner of the other
    kind, rows without truth for the task, and rows of a subject or with the pixels of one that is in `val`.
    """
    task, config, began = find_task(task), config or LearnConfig(), time.perf_counter()
    problems = Problems()
    config.check(problems)
    problems.raise_any()
    check_learner(learner, Wanted(kind=task.kind, outputs=1, encoder=config.encoder))
    course = lay(stretches, config.steps)
    parts = [examples(stretch.rows, task, config.size) for stretch in stretches]
    held = examples(val, task, config.size)
    classes = same_classes([*parts, held])
    _check_apart(parts, held)
    notes = _check_shown(parts, classes)
    lesson = prepare(
        learner, parts, held, course, batch=config.batch, seed=config.seed, encoder=config.encoder
    )
    title = f"{task.name} {learner}"
    result = fit(lesson.judge.net, lesson.loss, lesson.score, _fitting(config), title, _pace(course))
    return Learned(
        judge=lesson.judge,
        task=task,
        learner=learner,
        config=config,
        result=result,
        rows=sum(len(part) for part in parts),
        seconds=time.perf_counter() - began,
        notes=notes,
    )


def examples(rows: Cohort | Examples, task: Task, size: tuple[int, int] | None) -> Examples:
    """Rows as arrays for a task; those that are arrays already must be of this task and size."""
    if isinstance(rows, Cohort):
        return load_examples(rows, task, size)
    if rows.task.name != task.name or (size or task.size(rows.body)) != rows.size:
        what = f"was loaded for the task {rows.task.name} at {rows.size[0]} x {rows.size[1]}"
        raise DiptychError.of(rows.name, what, "load it for this task and size")
    return rows


def _fitting(config: LearnConfig) -> FitConfig:
    """The weights are averaged over about the last twentieth of the steps."""
    return FitConfig(
        steps=config.steps,
        batch=config.batch,
        rate=config.rate,
        average=1 - 1 / max(2.0, config.steps / 20),
        check_every=config.check_every,
        patience=config.patience,
        seed=config.seed,
    )


def _pace(course: Course) -> Pace:
    """Patience counts in the last stretch only: no arm loses the stretch that it was made for."""
    return Pace(factor=course.rate, settle=course.last_begins)


def _check_apart(parts: Sequence[Examples], held: Examples) -> None:
    """Validation is real and no estimate, and no subject to train on may be one to stop by."""
    check_truth(held, "validation rows")
    inside = {s for part in parts for s, real in zip(part.subjects, part.real, strict=True) if real}
    if both := sorted(inside & set(held.subjects)):
        what = f"{len(both)} subjects are in training and validation, such as {both[0]}"
        raise DiptychError.of(held.name, what, "keep every subject in one split")
    known = {image.tobytes(): name for image, name in zip(held.images, held.ids, strict=True)}
    for part in parts:
        if same := [name for image in part.images if (name := known.get(image.tobytes()))]:
            what = f"{len(same)} training images are its own, pixel by pixel, such as {same[0]}"
            raise DiptychError.of(held.name, what, "keep both in one split, as one subject, or leave one out")


def _check_shown(parts: Sequence[Examples], classes: Classes) -> tuple[str, ...]:
    """Notes on classes that no training row shows; raises `DiptychError` when none is shown at all."""
    rows, counts = sum(len(part) for part in parts), np.sum([part.counts() for part in parts], axis=0)
    absent = [name for name, count in zip(classes.names, counts, strict=True) if not count]
    if len(absent) == len(classes.names):
        what = f"none of {rows} rows shows {' or '.join(absent)}"
        raise DiptychError.of("training rows", what, "give rows that show what is to be learned")
    return (f"none of {rows} training rows shows {', '.join(absent)}",) if absent else ()
