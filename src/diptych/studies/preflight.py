"""What can be known to be wrong before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.downstream import TASKS, find_task
from diptych.fusion import Arm
from diptych.fusion.checks_pixels import check_pixels
from diptych.fusion.fused import check_apart
from diptych.fusion.order import times
from diptych.fusion.planning import make_plan
from diptych.recipes import recipe
from diptych.records.cohort import Cohort
from diptych.studies.design import Study, StudyArm
from diptych.studies.folds import Fold
from diptych.studies.gating import check_enough
from diptych.studies.learning import check_learning
from diptych.studies.testable import check_fold, check_transfer

_LEAST_ADDED = {"shuffled-pairs": 2}
"""Rows without which a strategy cannot be laid out, where one is not enough."""


def check_ready(
    study: Study, real: Cohort, folds: Mapping[float, Fold], transfer: Path | None = None
) -> None:
    """Raise one `DiptychError` with every reason why a cell of the study would fail, or mean nothing.

    A subject or an image on both sides, a task that is not known or not for these images, a learner of
    another kind, an encoder that is not there, rows without truth, a class that no row of a size shows, an
    arm without rows, a recipe for another body region, a size of too few subjects for a gate; a foreign
    cohort to test on that is of another kind, or holds what the study learns from.
    """
    problems = Problems()
    _check_leaks(real, folds, problems)
    problems.raise_any()
    _check_learners(study, real.body, problems)
    _check_families(study, real.body, problems)
    problems.raise_any()
    task = find_task(study.task)
    for fold in folds.values():
        check_fold(fold, task, problems)
    problems.raise_any()
    if transfer:
        check_transfer(transfer, real, next(iter(folds.values())), task, problems)
    for fold in folds.values():
        _check_classes(study, fold, problems)
        _check_balance(study, fold, problems)
        _check_arms(study, fold, problems)
        _check_gate(study, fold, problems)
    problems.raise_any()


def _check_leaks(real: Cohort, folds: Mapping[float, Fold], problems: Problems) -> None:
    """No subject stands on both sides, in a fold or outside of all, and no image under two names does."""
    with problems.collect():
        check_apart(real)
    if not problems:
        # Smaller folds lie inside the largest one.
        check_pixels(max(folds.values(), key=lambda fold: len(fold.cohort)).cohort.rows, problems)


def _check_learners(study: Study, body: str, problems: Problems) -> None:
    if study.task not in TASKS:
        problems.add(f"task {study.task!r}", "is not known", f"choose from {', '.join(TASKS)}")
        return
    task = find_task(study.task)
    if body not in task.sizes:
        fitting = ", ".join(name for name in TASKS if body in find_task(name).sizes)
        remedy = f"choose another --preset, or a task of {body} images: {fitting}"
        problems.add("--real", f"holds {body} images, which {task.name} is not for", remedy)
    check_learning(study, task, problems)


def _check_families(study: Study, body: str, problems: Problems) -> None:
    for family in study.families:
        with problems.collect():
            drawn = recipe(family.recipe).model.body
            if drawn != body:
                what = f"its recipe {family.recipe} draws {drawn} images"
                raise DiptychError.of(f"family {family.name}", what, f"give a recipe for {body} images")


def _check_classes(study: Study, fold: Fold, problems: Problems) -> None:
    """Findings that must be told apart are there, and are not everywhere."""
    for name in find_task(study.task).findings:
        shown = [any(f.name == name for f in record.findings) for record in fold.train.records]
        if not any(shown) or all(shown):
            what = f"{'all' if any(shown) else 'none'} of its {len(shown)} training rows show {name}"
            problems.add(f"size {fold.label}", what, "take a larger size or another fold_seed")


def _check_balance(study: Study, fold: Fold, problems: Problems) -> None:
    """There is something to balance, if the study balances."""
    wants = any(arm.strategy == "class-balancing" for arm in study.arms)
    if wants and not any(record.findings for record in fold.train.records):
        what = f"none of its {len(fold.train)} training rows shows a finding that class-balancing could fill"
        problems.add(f"size {fold.label}", what, "take a larger size, or leave the arm out")


def _check_arms(study: Study, fold: Fold, problems: Problems) -> None:
    """Arms of real rows alone can be laid out at once; of others it is known how many rows they will get."""
    for arm in study.arms:
        if arm.needs:
            _check_added(arm, fold, problems)
        else:
            with problems.collect():
                made = Arm(strategy=arm.strategy, ratio=arm.ratio, target=arm.target, augment=arm.augment)
                make_plan(made, {"real": fold.cohort})


def _check_added(arm: StudyArm, fold: Fold, problems: Problems) -> None:
    """The ratio of an arm gives it rows of its own, in a fold of few images too."""
    count, least = times(len(fold.train), arm.ratio), _LEAST_ADDED.get(arm.strategy, 1)
    if arm.added and count < least:
        what = f"its ratio {arm.ratio:g} adds {count} of at least {least} rows to {len(fold.train)} real ones"
        remedy = "raise its ratio, or leave the arm or the size out"
        problems.add(f"arm {arm.name}, size {fold.label}", what, remedy)


def _check_gate(study: Study, fold: Fold, problems: Problems) -> None:
    """A gate can be taught by the rows of the size, if an arm wants one."""
    layers = {recipe(family.recipe).model.layer for family in study.families} if study.gated else set()
    for layer in sorted(layers):
        with problems.collect():
            check_enough(fold.train, layer, f"size {fold.label}")
