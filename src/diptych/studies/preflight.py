"""What can be known to be wrong before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping

from diptych.base.errors import DiptychError, Problems
from diptych.downstream import TASKS, find_task
from diptych.downstream.learners import LEARNERS
from diptych.fusion import Arm
from diptych.fusion.fused import check_apart
from diptych.fusion.planning import make_plan
from diptych.recipes import recipe
from diptych.studies.design import Study
from diptych.studies.folds import Fold
from diptych.studies.gating import check_enough


def check_ready(study: Study, folds: Mapping[float, Fold]) -> None:
    """Raise one `DiptychError` with every reason why a cell of the study would fail.

    A subject on both sides, a task that is not known or not for these images, a learner of another kind, a
    class that no row of a size shows, an arm without rows, a recipe for another body region, a size of too
    few subjects for a gate.
    """
    problems = Problems()
    for fold in folds.values():
        with problems.collect():
            check_apart(fold.cohort)
    problems.raise_any()
    body = next(iter(folds.values())).cohort.body
    _check_learners(study, body, problems)
    _check_families(study, body, problems)
    problems.raise_any()
    for fold in folds.values():
        _check_classes(study, fold, problems)
        _check_balance(study, fold, problems)
        _check_arms(study, fold, problems)
        _check_gate(study, fold, problems)
    problems.raise_any()


def _check_learners(study: Study, body: str, problems: Problems) -> None:
    if study.task not in TASKS:
        problems.add(f"task {study.task!r}", "is not known", f"choose from {', '.join(TASKS)}")
        return
    task = find_task(study.task)
    if body not in task.sizes:
        problems.add("--real", f"holds {body} images, which {task.name} is not for", "choose another study")
    for learner in study.learners:
        with problems.collect():
            if task.kind not in LEARNERS.card(learner).kinds:
                raise DiptychError.of(f"learner {learner}", f"learns no {task.kind}", "choose another")


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
    """Arms of real rows alone can be laid out at once; others wait for what they are made of."""
    for arm in study.arms:
        if not arm.needs:
            with problems.collect():
                made = Arm(strategy=arm.strategy, ratio=arm.ratio, target=arm.target, augment=arm.augment)
                make_plan(made, {"real": fold.cohort})


def _check_gate(study: Study, fold: Fold, problems: Problems) -> None:
    """A gate can be taught by the rows of the size, if an arm wants one."""
    layers = {recipe(family.recipe).model.layer for family in study.families} if study.gated else set()
    for layer in sorted(layers):
        with problems.collect():
            check_enough(fold.train, layer, f"size {fold.label}")
