"""The pieces of work of a study: each can be done in any process that sees the study's folder."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from diptych.base.errors import DiptychError, Problems
from diptych.downstream import Examples, Scores, Stretch, learn, load_examples, test
from diptych.downstream.threads import one_thread
from diptych.fusion import Arm, fuse
from diptych.fusion.fused import Fused
from diptych.fusion.order import times
from diptych.records.cohort import Cohort
from diptych.records.splits import subject_of
from diptych.studies.accepted import read_passed, synthetic_rows, within
from diptych.studies.cells import DIGITS, Cell
from diptych.studies.design import Family, Study, StudyArm
from diptych.studies.folds import Fold, make_folds
from diptych.studies.learning import learn_config
from diptych.studies.making import Generator, Workshop, phantoms_of
from diptych.studies.testable import tested_part
from diptych.studies.wanted import WantedCell


@dataclass(frozen=True, kw_only=True)
class Given:
    """A study with its images and its folder."""

    study: Study
    real: Path
    out: Path
    transfer: Path | None = None


@dataclass(frozen=True, kw_only=True)
class MakingJob:
    """Make a part of what cells need."""

    given: Given
    what: Literal["phantoms", "base", "judges", "pool"]
    family: Family | None = None
    size: float = 0.0
    seed: int = 0

    def __call__(self) -> None:
        """Make it, unless it is there."""
        one_thread()
        given, shop = self.given, Workshop(self.given.out)
        folds = folds_of(given)
        body = next(iter(folds.values())).cohort.body
        if self.what == "phantoms":
            if count := _phantoms(given.study, folds):
                shop.phantoms(body, count)
        elif self.what == "base" and self.family:
            shop.base(self.family, body)
        elif self.what == "judges" and self.family:
            shop.judges(self.family, folds[self.size], given.study.gate)
        elif self.family:
            made = Generator(family=self.family, fold=folds[self.size], seed=self.seed)
            shop.copies(made, given.study.pool)
            _check_gated(given, shop, made)


SEMI = "semi-synthetic"
"""What cells say of images of patients that an engine has changed, under `rows`."""


@dataclass(frozen=True, kw_only=True)
class CellJob:
    """Train one learner and test it."""

    given: Given
    wanted: WantedCell

    def __call__(self) -> tuple[Cell, ...]:
        """Its cell, after that of the transfer set if there is one."""
        one_thread()
        given, wanted = self.given, self.wanted
        study, fold = given.study, folds_of(given)[wanted.size]
        began = time.monotonic()
        fused = self.fused()
        learned = learn(
            stretches(fused),
            held_rows(given, "val"),
            study.task,
            wanted.learner,
            learn_config(study, wanted.learner, wanted.seed),
        )
        extra = {"seconds": f"{time.monotonic() - began:.1f}", **self._told(fused)}
        cells = []
        if given.transfer:
            place = f"{study.task} on {Cohort.open(given.transfer).name or given.transfer.name}"
            cells.append(self._cell(place, test(learned, held_rows(given, "transfer")), fold, extra))
        cells.append(self._cell(study.task, test(learned, held_rows(given, "test")), fold, extra))
        return tuple(cells)

    def fused(self) -> Fused:
        """The training cohort of the cell's arm, in memory."""
        given, wanted = self.given, self.wanted
        shop, fold, arm = Workshop(given.out), folds_of(given)[wanted.size], wanted.arm
        made, count = self._generator(fold), phantoms_of(arm, fold)
        if made and arm.gated:
            asked, pool = _gated(given, shop, made, arm, wanted.seed)
            return fuse(asked, real=fold.cohort, synthetic=pool)
        return fuse(
            _arm(arm, wanted.seed),
            real=fold.cohort,
            synthetic=shop.pool(made, given.study.pool) if made else None,
            phantoms=shop.phantoms(fold.cohort.body, count) if count else None,
        )

    def _generator(self, fold: Fold) -> Generator | None:
        family, seed = self.wanted.family, self.wanted.generator_seed
        return Generator(family=family, fold=fold, seed=seed) if family and seed is not None else None

    def _told(self, fused: Fused) -> dict[str, str]:
        given, arm, fold = self.given, self.wanted.arm, folds_of(self.given)[self.wanted.size]
        shop, made = Workshop(given.out), self._generator(fold)
        val = held_rows(given, "val")
        told = {
            "subjects": str(len({subject_of(record) for record in fold.train.records})),
            "validation_images": str(len(val)),
            "validation_subjects": str(len(set(val.subjects))),
        }
        if any(r.provenance.origin == SEMI for r in fold.cohort.records):
            told["rows"] = SEMI
        if not made:
            return told
        told["copies"] = shop.copies(made, given.study.pool)
        if arm.gated or not arm.added:
            told["added"] = str(synthetic_rows(fused.plan))
        if arm.gated:
            told["gate"] = read_passed(shop.pool(made, given.study.pool).path).told()
            told["wanted"] = str(times(len(fold.train), arm.ratio)) if arm.added else told["added"]
        return told

    def _cell(self, task: str, scores: Scores, fold: Fold, extra: dict[str, str]) -> Cell:
        study, wanted = self.given.study, self.wanted
        return Cell(
            study=study.name,
            task=task,
            arm=wanted.arm_name,
            fraction=round(fold.fraction, DIGITS),
            ratio=wanted.arm.told_ratio,
            learner=wanted.learner,
            generator_seed=wanted.generator_seed,
            seed=wanted.seed,
            images=0 if wanted.arm.without_real else len(fold.train),
            subjects=scores.subjects,
            scores=scores.scores,
            probabilities=scores.probabilities,
            truth=scores.truth,
            extra=extra,
        )


def _arm(arm: StudyArm, seed: int) -> Arm:
    return Arm(strategy=arm.strategy, ratio=arm.ratio, seed=seed, target=arm.target, augment=arm.augment)


def _gated(given: Given, shop: Workshop, made: Generator, arm: StudyArm, seed: int) -> tuple[Arm, Cohort]:
    """An arm that takes accepted rows only, as many as its ratio wants or as there are, and the pool."""
    pool = shop.judged(made, given.study.pool, given.study.gate)
    asked = replace(_arm(arm, seed), gate=read_passed(pool.path).thresholds)
    return within(asked, {"real": made.fold.cohort, "synthetic": pool}), pool


def _check_gated(given: Given, shop: Workshop, made: Generator) -> None:
    """Raise one `DiptychError` with every gated arm for which this pool has too few accepted rows."""
    problems = Problems()
    for arm in given.study.arms:
        try:
            if arm.gated:
                _gated(given, shop, made, arm, 0)
        except DiptychError as error:
            remedy = "leave the arm or this size out: what is there stays"
            for problem in error.problems:
                where = f"arm {arm.name}, size {made.fold.label}, {made.family.name} {made.seed}"
                problems.add(where, f"{problem.where}: {problem.what}", remedy)
    problems.raise_any()


def stretches(fused: Fused) -> tuple[Stretch, ...]:
    """The phases of an arm as a learner takes them."""
    return tuple(
        Stretch(
            rows=fused.phase(phase.name),
            steps=phase.steps,
            rate=phase.rate,
            augment=phase.augment,
            share=phase.share_at if phase.synthetic else None,
        )
        for phase in fused.plan.phases
    )


def folds_of(given: Given) -> dict[float, Fold]:
    """The folds of a study; read once in a process."""
    return _folds(given.study, given.real)


@lru_cache(maxsize=4)
def _folds(study: Study, real: Path) -> dict[float, Fold]:
    return make_folds(study, Cohort.open(real))


@lru_cache(maxsize=4)
def held_rows(given: Given, part: Literal["val", "test", "transfer"]) -> Examples:
    """Real rows that no arm trains on, as arrays; the same in all cells, so read once in a process."""
    study = given.study
    if part == "transfer" and given.transfer:
        cohort = tested_part(Cohort.open(given.transfer))
    else:
        cohort = next(iter(folds_of(given).values())).cohort.select(split=part)
    return load_examples(cohort, study.task, study.learning.size)


def _phantoms(study: Study, folds: dict[float, Fold]) -> int:
    """How many phantoms the greediest arm wants; the others take the first of them."""
    return max(phantoms_of(arm, fold) for arm in study.arms for fold in folds.values())
