"""Gated arms: who teaches the gate of a fold, what it accepts, and what a study says of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.studies.test_running import interrupted, same
from tests.studies.tiny import patients, tiny_study

from diptych.base.errors import DiptychError
from diptych.downstream.store import read_about
from diptych.fusion import Arm
from diptych.fusion.planning import make_plan
from diptych.phantoms import draw_many
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.gate import GateScores, GateThresholds
from diptych.records.sample import Provenance, Sample
from diptych.studies.accepted import read_passed, synthetic_rows, within
from diptych.studies.cells import Cell
from diptych.studies.design import Family, Gating, Study, StudyArm, check_study
from diptych.studies.folds import Fold, make_folds
from diptych.studies.jobs import CellJob, Given
from diptych.studies.making import Generator, Workshop
from diptych.studies.running import run_study
from diptych.studies.wanted import WantedCell

FAMILY = Family(name="gan", recipe="chest_gan_nano")
GATE = Gating(steps=0.005)
FREE = StudyArm(strategy="synthetic-only")
GATED = StudyArm(strategy="synthetic-only", gated=True)
SIZE = 12
COPIES = 5


def study(*arms: StudyArm, **changes: Any) -> Study:
    """A study of twelve images of six patients, and one generator."""
    return tiny_study(
        sizes=(SIZE,),
        arms=(*tiny_study().arms, *arms),
        families=(FAMILY,),
        generator_seeds=1,
        seeds=1,
        gate=GATE,
        **changes,
    )


def write_pool(out: Path, fold: Fold) -> Path:
    """A pool as a generator leaves it: new images, and copies of training images among them."""
    samples = [(sample, 0) for sample in draw_many("chest", SIZE - COPIES, 900, (64, 64))]
    samples += [(sample, 1) for sample in list(fold.train)[:COPIES]]
    with CohortWriter(out, body="chest") as writer:
        for number, (sample, copied) in enumerate(samples):
            name = f"{'copy' if copied else 'new'}-{number:03}"
            made = Provenance(kind="model", generator="gan", seed=number)
            record = replace(sample.record, id=name, subject=name, split="train", provenance=made)
            writer.add(Sample(record=record, image=sample.image, masks={"lungs": sample.masks["lungs"]}))
    return out


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return patients(tmp_path_factory.mktemp("gating") / "real", train=24)


@pytest.fixture(scope="module")
def begun(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A study's folder whose generator has drawn; its gate was not opened."""
    pool = write_pool(tmp_path_factory.mktemp("pool") / "pool", make_folds(study(), Cohort.open(real))[SIZE])

    def begin(out: Path) -> Path:
        shutil.copytree(pool, out / "pools" / f"gan-{SIZE}-0")
        (out / "bases" / "gan").mkdir(parents=True)
        (out / "bases" / "gan" / "weights.safetensors").touch()
        return out

    return begin


@pytest.fixture(scope="module")
def judged(
    real: Path, begun: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Given, Fold, Cohort]:
    """A pool that was judged while all that is held out was no image any more."""
    own = tmp_path_factory.mktemp("judged") / "real"
    shutil.copytree(real, own)
    fold = make_folds(study(), Cohort.open(own))[SIZE]
    known = {record.id for record in fold.train.records}
    for file in (*own.glob("images/*.png"), *own.glob("masks/lungs/*.png")):
        if file.stem not in known:
            file.write_bytes(b"no image")
    out = begun(tmp_path_factory.mktemp("judged") / "study")
    made = Generator(family=FAMILY, fold=fold, seed=0)
    pool = Workshop(out).judged(made, 1.0, GATE)
    return Given(study=study(FREE, GATED), real=real, out=out), fold, pool


def fused(given: Given, arm: StudyArm) -> list[str]:
    """The synthetic rows of an arm's cell."""
    wanted = WantedCell(arm=arm, size=SIZE, learner="unet", seed=0, family=FAMILY, generator_seed=0)
    plan = CellJob(given=given, wanted=wanted).fused().plan
    return sorted(row.id for _, row in plan.training() if row.source == "synthetic")


def test_the_gate_sees_the_training_rows_of_its_fold_and_nothing_else(
    judged: tuple[Given, Fold, Cohort],
) -> None:
    given, fold, pool = judged
    held = [record for record in fold.cohort.records if record.split != "train"]
    with pytest.raises(DiptychError):
        fold.cohort.load(held[0])
    assert all(record.gate is not None for record in pool.records)
    seen = Cohort.open(given.out / "folds" / str(SIZE))
    assert {r.id for r in seen.records} == {r.id for r in fold.train.records}
    told = json.loads((pool.path / "gate.json").read_text())
    assert (told["real_images"], told["train_images"], told["train"]) == (SIZE, SIZE, seen.fingerprint())
    for number in range(3):
        about = read_about(given.out / "judges" / f"{SIZE}-lungs" / str(number))
        assert about["cohort"] == seen.fingerprint() and about["fit"]["steps"] == 4


def test_a_gated_arm_holds_accepted_rows_only_and_others_are_as_before(
    judged: tuple[Given, Fold, Cohort], begun: Callable[[Path], Path], tmp_path: Path
) -> None:
    given, _, pool = judged
    passed = read_passed(pool.path)
    good = [r.id for r in pool.records if r.gate and not passed.thresholds.reasons(r.gate)]
    assert 0 < len(good) == passed.accepted < passed.tried == SIZE
    assert passed.reasons["nearest"] >= COPIES
    taken = fused(given, GATED)
    assert taken == sorted(good) and not any(name.startswith("copy") for name in taken)
    bare = replace(given, out=begun(tmp_path / "study"))
    assert fused(given, FREE) == fused(bare, FREE) and len(fused(bare, FREE)) == SIZE


def test_a_study_of_before_is_read_and_may_be_given_gated_arms(real: Path, tmp_path: Path) -> None:
    out = tmp_path / "study"
    usual = replace(study(), gate=Gating())
    before = run_study(usual, real, out)
    old = json.loads((out / "study.json").read_text())
    del old["study"]["gate"]
    for arm in old["study"]["arms"]:
        del arm["gated"]
    (out / "study.json").write_text(json.dumps(old))
    assert run_study(usual, real, out) == before

    def stopped(jobs: Sequence[Any]) -> Iterator[Any]:
        raise KeyboardInterrupt

    with pytest.raises(DiptychError, match="holds another study"):
        run_study(replace(usual, gate=GATE), real, out, runner=stopped)
    with pytest.raises(KeyboardInterrupt):
        run_study(replace(usual, arms=(*usual.arms, GATED)), real, out, runner=stopped)


def test_gated_arms_are_added_and_go_on_to_the_same_cells(
    real: Path, begun: Callable[[Path], Path], tmp_path: Path
) -> None:
    out, wide = tmp_path / "study", study(FREE, GATED)
    before = run_study(study(), real, out)
    begun(out)
    with pytest.raises(KeyboardInterrupt):
        run_study(wide, real, out, runner=interrupted(1))
    (out / "pools" / f"gan-{SIZE}-0" / "gate.json").unlink()
    cells = run_study(wide, real, out)
    assert same(cells[: len(before)], before)
    other = tmp_path / "other"
    run_study(study(), real, other)
    assert same(cells, run_study(wide, real, begun(other)))
    free, gated = told_of(cells, "synthetic-only (gan)"), told_of(cells, "synthetic-only + gated (gan)")
    assert "gate" not in free.extra and "added" not in free.extra
    passed = read_passed(out / "pools" / f"gan-{SIZE}-0")
    assert gated.extra["gate"] == passed.told() and gated.ratio == free.ratio == 1.0
    assert (gated.extra["added"], gated.extra["wanted"]) == (str(passed.accepted), str(SIZE))


def told_of(cells: Sequence[Cell], arm: str) -> Cell:
    (found,) = [cell for cell in cells if cell.arm == arm]
    return found


def test_a_size_that_cannot_teach_a_gate_is_refused_before_any_training(real: Path, tmp_path: Path) -> None:
    small = replace(study(GATED), sizes=(4,))
    with pytest.raises(DiptychError, match="size 4: has 2 subjects with masks of lungs, and a gate needs 6"):
        run_study(small, real, tmp_path / "study")
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"arms": (StudyArm(strategy="real-only", gated=True),)}, "takes no synthetic row"),
        ({"arms": (GATED, GATED)}, "has an arm twice"),
        ({"gate": Gating(steps=0)}, "has 0 of the usual steps"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DiptychError, match=told):
        check_study(replace(study(FREE), **changes), "study.toml")


def test_names_tell_gated_arms_apart() -> None:
    strong = StudyArm(strategy="curriculum", augment="strong", gated=True)
    assert strong.name == "curriculum + augmented + gated" and GATED.name == "synthetic-only + gated"
    check_study(study(FREE, GATED), "study.toml")


def scored(pool: Cohort, good: int) -> Cohort:
    """A pool of which so many rows pass a threshold of 0.5."""
    rows = tuple(
        replace(row, record=replace(row.record, gate=GateScores(agreement=0.9 if at < good else 0.1)))
        for at, row in enumerate(pool.rows)
    )
    return replace(pool, rows=rows)


@pytest.mark.parametrize("strategy", ["synthetic-only", "pretrain-then-finetune", "shuffled-pairs"])
def test_an_arm_takes_what_the_gate_left_and_repeats_none(
    judged: tuple[Given, Fold, Cohort], strategy: str
) -> None:
    _, fold, pool = judged
    asked = Arm(strategy=strategy, gate=GateThresholds(agreement=0.5))
    for good in (5, SIZE):
        cohorts: Any = {"real": fold.cohort, "synthetic": scored(pool, good)}
        plan = make_plan(within(asked, cohorts), cohorts)
        names = [row.id for _, row in plan.training() if row.source == "synthetic"]
        assert len(set(names)) == synthetic_rows(plan) == good
    with pytest.raises(DiptychError, match=f"none of {SIZE} rows passes"):
        within(asked, {"real": fold.cohort, "synthetic": scored(pool, 0)})


def test_a_gate_that_leaves_nothing_is_told_before_any_cell(
    real: Path, judged: tuple[Given, Fold, Cohort], tmp_path: Path
) -> None:
    given, _, pool = judged
    out = tmp_path / "study"
    run_study(study(), real, out)
    for name in ("bases", "folds", "judges", "pools"):
        shutil.copytree(given.out / name, out / name, dirs_exist_ok=True)
    file = out / "pools" / pool.path.name / "gate.json"
    told = json.loads(file.read_text())
    told["thresholds"]["nearest"] = 99.0
    file.write_text(json.dumps(told))
    with pytest.raises(DiptychError, match="arm synthetic-only \\+ gated, size 12, gan 0: .*none of 12"):
        run_study(study(FREE, GATED), real, out)
    file.write_text("[]")
    with pytest.raises(DiptychError, match="cannot be read"):
        run_study(study(GATED), real, out)
