"""What the arms of a study are made of: phantoms, generators of every fold, and what these draw.

Everything lies under the study's folder, is made once, and is found again by the next run.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from diptych.base.atomic import write_json
from diptych.base.errors import DiptychError
from diptych.evaluation.audit import audit
from diptych.generation import generate
from diptych.phantoms import write_cohort
from diptych.prompts.grammar import render
from diptych.recipes import recipe
from diptych.recipes.train import TrainRequest, train
from diptych.records.cohort import Cohort
from diptych.records.sample import Body
from diptych.studies.accepted import GATE_FILE
from diptych.studies.design import Family, Gating, Study, StudyArm
from diptych.studies.folds import Fold, write_training_rows
from diptych.studies.gating import judge_pool, train_judges

BASE_SEED, ARM_SEED, POOL_SEED = 44_000_000, 45_000_000, 46_000_000
"""Seeds of the phantoms that generators begin with, of those in arms, and of what generators draw."""


@dataclass(frozen=True, kw_only=True)
class Generator:
    """One generator of a study."""

    family: Family
    fold: Fold
    seed: int

    @property
    def label(self) -> str:
        """Its name in folders."""
        return f"{self.family.name}-{self.fold.label}-{self.seed}"


@dataclass(frozen=True)
class Workshop:
    """The folder of a study and where things lie in it."""

    out: Path

    def phantoms(self, body: Body, count: int) -> Cohort:
        """The first `count` phantoms of one series, however many of it other cells want."""
        folder = self.out / "phantoms"
        series = Cohort.open(folder) if folder.exists() else None
        if series is None or len(series) < count:
            self._draw_phantoms(body, count, folder)
            series = Cohort.open(folder)
        return series.select(ids=[record.id for record in series.records[:count]])

    def rows(self, fold: Fold) -> Cohort:
        """The training rows of a fold, which generators and judges are given; written before they begin."""
        return Cohort.open(write_training_rows(fold, self.out / "folds" / fold.label))

    def base(self, family: Family, body: Body) -> Path:
        """A generator of this family that saw phantoms only; all folds begin with it."""
        folder = self.out / "bases" / family.name
        seen = self.out / "bases" / f"{family.name}-phantoms"
        if not (folder / "weights.safetensors").is_file():
            if not seen.exists():
                write_cohort(body, family.base_phantoms, BASE_SEED, seen)
            _train(family.recipe, seen, folder, share=family.base_steps)
        return folder

    def generator(self, wanted: Generator) -> Path:
        """A generator that began as the base and was tuned on the rows of its fold, and nothing else."""
        folder = self.out / "generators" / wanted.label
        if not (folder / "weights.safetensors").is_file():
            family, fold = wanted.family, wanted.fold
            rows = self.rows(fold).path
            base = str(self.base(family, fold.cohort.body))
            _train(family.recipe, rows, folder, init=base, seed=wanted.seed, share=family.tune_steps)
        return folder

    def pool(self, wanted: Generator, rows: float) -> Cohort:
        """What the generator draws: `rows` pairs for each row of its fold, by the fold's own sentences."""
        folder = self.out / "pools" / wanted.label
        count = math.ceil(rows * len(wanted.fold.train))
        if not folder.exists():
            checkpoint = self.generator(wanted)
            prompts = tuple(sentences(wanted.fold))
            seed = POOL_SEED + 100_000 * wanted.seed
            generate(checkpoint=str(checkpoint), prompts=prompts, count=count, seed=seed, out=folder)
        pool = Cohort.open(folder)
        if len(pool) != count:
            what = f"has {len(pool)} rows, and {count} were drawn"
            raise DiptychError.of(str(folder), what, "restore it from a copy")
        return pool

    def copies(self, wanted: Generator, rows: float) -> str:
        """The copy rate of a pool against its fold, in words; reckoned once, again if unreadable."""
        file = self.out / "pools" / f"{wanted.label}.json"
        try:
            return str(json.loads(file.read_text(encoding="utf-8"))["copies"])
        except (OSError, ValueError, KeyError, TypeError):
            pool, fold = self.pool(wanted, rows), wanted.fold
        found = audit(pool, fold.train, fold.cohort.select(split="test")).copies
        told = f"{found.value:.3f} ({found.low:.3f}, {found.high:.3f})"
        write_json(file, {"copies": told})
        return told

    def judges(self, family: Family, fold: Fold, gate: Gating) -> Path:
        """The judges of the fold's gate for what this family draws; they saw its training rows only."""
        layer = recipe(family.recipe).model.layer
        folder = self.out / "judges" / f"{fold.label}-{layer}"
        train_judges(self.rows(fold), layer, gate.steps, folder)
        return folder

    def judged(self, wanted: Generator, rows: float, gate: Gating) -> Cohort:
        """The pool with the scores of the fold's gate in its rows; judged once, nothing is taken out."""
        pool = self.pool(wanted, rows)
        if not (pool.path / GATE_FILE).is_file():
            drawer, judges = recipe(wanted.family.recipe), self.judges(wanted.family, wanted.fold, gate)
            judge_pool(pool, self.rows(wanted.fold), drawer.model.layer, drawer.gate, judges)
            pool = Cohort.open(pool.path)
        return pool

    def _draw_phantoms(self, body: Body, count: int, folder: Path) -> None:
        """Draw the series, in place of a shorter one. Who stops it finds the one, the other, or none."""
        scratch = self.out / ".phantoms"
        shutil.rmtree(scratch, ignore_errors=True)
        write_cohort(body, count, ARM_SEED, scratch / folder.name)
        if folder.exists():
            folder.rename(scratch / "shorter")
        (scratch / folder.name).rename(folder)
        shutil.rmtree(scratch)


def phantoms_of(arm: StudyArm, fold: Fold) -> int:
    """Phantoms that the cells of an arm choose among, which hangs on nothing but this arm and fold.

    One more than they take: each seed leaves out another one. 0 for arms without phantoms.
    """
    return round(arm.ratio * len(fold.train)) + 1 if "phantoms" in arm.needs else 0


def generators(study: Study, fold: Fold) -> Iterator[Generator]:
    """Every generator that the study trains in a fold."""
    if any(arm.drawn for arm in study.arms):
        for family in study.families:
            for seed in range(study.generator_seeds):
                yield Generator(family=family, fold=fold, seed=seed)


def sentences(fold: Fold) -> Iterator[str]:
    """The plain sentence of every training row, so that what is drawn has the fold's joint distribution."""
    for record in fold.train.records:
        yield render(record.body, record.findings, dict(record.groups))


def _train(
    recipe: str, cohort: Path, out: Path, *, init: str = "", seed: int = 0, share: float = 1.0
) -> None:
    request = TrainRequest(
        recipe=recipe, cohort=cohort, out=out, init=init, resume=True, seed=seed, share=share
    )
    train(request)
