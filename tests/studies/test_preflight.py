"""What must fail is refused before anything is made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import pytest
from tests.downstream.test_frozen import onnx_file
from tests.studies.tiny import patients, tiny_study

from diptych.base.errors import DiptychError
from diptych.downstream.encoder_config import EncoderConfig
from diptych.phantoms import draw_many, write_cohort
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.sample import Body, Provenance, Sample
from diptych.studies.design import Family, Study, StudyArm, read_study, study_path
from diptych.studies.folds import make_folds
from diptych.studies.running import run_study

GAN = Family(name="gan", recipe="chest_gan_nano")
DRAWN = (*tiny_study().arms, StudyArm(strategy="synthetic-only"))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return patients(tmp_path_factory.mktemp("preflight") / "real")


def refusal(study: Study, real: Path, out: Path, transfer: Path | None = None) -> tuple[str, ...]:
    """The lines with which a study is refused; nothing was made for it."""

    def never(jobs: Sequence[Any]) -> Any:
        raise AssertionError(jobs)

    with pytest.raises(DiptychError) as caught:
        run_study(study, real, out, transfer=transfer, runner=never)
    assert not out.exists()
    return tuple(map(str, caught.value.problems))


def learning(**changes: Any) -> dict[str, Any]:
    return {"learning": replace(tiny_study().learning, **changes)}


def balancing(target: str, strategy: str = "class-balancing") -> dict[str, Any]:
    return {"arms": (*tiny_study().arms, StudyArm(strategy=strategy, target=target)), "families": (GAN,)}


def adding(strategy: str, ratio: float) -> dict[str, Any]:
    return {"arms": (*tiny_study().arms, StudyArm(strategy=strategy, ratio=ratio)), "families": (GAN,)}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (learning(check_every=0), "learning, check_every: 0 is too small"),
        (learning(patience=0), "learning, patience: 0 is too small"),
        (learning(steps=0), "learning, steps: 0 is too small"),
        (learning(rate=0.0), "learning, rate: 0.0 is no learning rate"),
        (learning(size=(30, 30)), "learning, size: 30 30 does not suit the networks"),
        (learning(steps=10**12), "learning, steps: 1000000000000 is too large"),
        (learning(size=(160_000, 160_000)), "learning, size: 160000 160000 does not suit the networks"),
        (adding("phantom-only", 0.0), "arm phantom-only, size 4: its ratio 0 adds 0 of at least 1 rows"),
        (adding("pretrain-then-finetune", 0.01), "its ratio 0.01 adds 0 of at least 1 rows to 4 real ones"),
        (adding("shuffled-pairs", 0.25), "its ratio 0.25 adds 1 of at least 2 rows to 4 real ones"),
        ({"sizes": (4, 4)}, "sizes: has one twice"),
        (balancing("many"), "arms[2], target many: is no target"),
        (balancing("max", "synthetic-only"), "target max: means nothing to synthetic-only"),
        ({"pool": nan}, "pool: is nan rows"),
        ({"margin": nan}, "margin: nan is no loss"),
        ({"name": ""}, "name: is empty"),
        ({"arms": DRAWN, "families": (replace(GAN, name="../gan"),)}, "cannot name a folder"),
        ({"arms": DRAWN, "families": (replace(GAN, base_phantoms=0),)}, "no phantoms or no steps"),
        ({"arms": DRAWN, "families": (replace(GAN, tune_steps=0.0),)}, "no phantoms or no steps"),
        ({"learners": ("frozen",)}, "add a table [encoder] with kind, path and sha256"),
        ({"encoder": EncoderConfig(kind="onnx", path="x", sha256="")}, "add frozen to learners"),
        (
            {"learners": ("frozen",), "encoder": EncoderConfig(kind="onnx", path="none.onnx", sha256="")},
            "none.onnx: is no file",
        ),
        (
            {"learners": ("frozen",), "encoder": EncoderConfig(kind="magic", path="x", sha256="")},
            "unknown name 'magic'",
        ),
    ],
)
def test_a_study_that_must_fail_is_refused_in_one_line(
    real: Path, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    (line,) = refusal(tiny_study(**changes), real, tmp_path / "out")
    assert told in line


def test_a_frozen_learner_is_named_in_the_study_file(real: Path, tmp_path: Path) -> None:
    given = onnx_file(tmp_path / "net.onnx", side=32)
    file = tmp_path / "own.toml"
    table = f'[encoder]\nkind = "onnx"\npath = "{given.path}"\nsha256 = "{given.sha256}"\n'
    file.write_text(study_path("fusion", "quick").read_text() + table)
    encoder = read_study(str(file)).encoder
    assert encoder == EncoderConfig(kind="onnx", path=given.path, sha256=given.sha256)
    study = tiny_study(learners=("unet", "frozen"), encoder=encoder, seeds=1)
    cells = run_study(study, real, tmp_path / "out")
    assert sorted(cell.learner for cell in cells) == ["frozen", "frozen", "unet", "unet"]
    changed = replace(study, encoder=replace(encoder, sha256="0" * 64))
    (line,) = refusal(changed, real, tmp_path / "other")
    assert "not the pinned" in line


def films(out: Path, body: Body, *, masks: bool, estimated: bool = False) -> Path:
    """Images that say that they are of other people."""
    with CohortWriter(out, body=body) as writer:
        for number, sample in enumerate(draw_many(body, 2, 40, (64, 64 if body == "chest" else 128))):
            layers = {"lungs": sample.masks["lungs"]} if masks else {}
            named: dict[str, Any] = {"id": f"other-{number}", "subject": f"other-{number}", "split": "test"}
            named |= {"estimated": ("lungs",)} if estimated else {}
            record = replace(sample.record, provenance=Provenance(kind="real"), **named)
            writer.add(Sample(record=record, image=sample.image, masks=layers))
    return out


def test_a_foreign_cohort_that_cannot_be_tested_on_is_refused(real: Path, tmp_path: Path) -> None:
    write_cohort("chest", 2, 9, tmp_path / "drawn", size=(64, 64))
    for transfer, told in (
        (
            films(tmp_path / "teeth", "panoramic", masks=False),
            "holds panoramic images, and --real chest ones",
        ),
        (films(tmp_path / "bare", "chest", masks=False), "none has the layer 'lungs'"),
        (tmp_path / "drawn", "2 of 2 rows are not real"),
        (films(tmp_path / "guessed", "chest", masks=True, estimated=True), "of 2 of 2 rows is estimated"),
    ):
        (line,) = refusal(tiny_study(), real, tmp_path / "out", transfer)
        assert line.startswith(f"--transfer {transfer}: ") and told in line


def test_a_foreign_cohort_that_holds_what_the_study_learns_from_is_refused(
    real: Path, tmp_path: Path
) -> None:
    known = {record.subject for record in Cohort.open(real).records if record.split == "train"}
    again = patients(tmp_path / "again", train=0, held=4)
    (line,) = refusal(tiny_study(), real, tmp_path / "out", again)
    assert "2 of its 2 tested subjects are among those that the study learns from" in line
    assert "patient-000" in line and "patient-000" in known
    # Only what is tested counts.
    beside = patients(tmp_path / "beside", train=12, held=4)
    run_study(tiny_study(seeds=1), real, tmp_path / "study", transfer=beside)


def test_real_rows_without_truth_are_refused(tmp_path: Path) -> None:
    whole, bare = Cohort.open(patients(tmp_path / "whole")), tmp_path / "bare"
    with CohortWriter(bare, body="chest") as writer:
        for sample in whole:
            held = sample.record.split == "val"
            record = replace(sample.record, layers=()) if held else sample.record
            writer.add(Sample(record=record, image=sample.image, masks={} if held else sample.masks))
    (line,) = refusal(tiny_study(), bare, tmp_path / "out")
    assert line.startswith("size 4, test rows: none has the layer 'lungs'")


def test_a_subject_that_is_held_out_as_well_is_refused_though_no_fold_takes_it(tmp_path: Path) -> None:
    real = patients(tmp_path / "real")
    fold = {record.id for record in make_folds(tiny_study(), Cohort.open(real))[4].cohort.records}
    outside = next(record.id for record in Cohort.open(real).records if record.id not in fold)
    lines = [json.loads(line) for line in (real / "metadata.jsonl").read_text().splitlines()]
    for row in lines:
        row["subject"] = "patient-008" if row["id"] == outside else row["subject"]
    (real / "metadata.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in lines))
    (line,) = refusal(tiny_study(), real, tmp_path / "out")
    assert line.startswith(f"--real, subject 'patient-008': is in train ({outside}) and in val")


def test_a_test_image_under_another_name_is_refused(tmp_path: Path) -> None:
    real = patients(tmp_path / "real")
    cohort = make_folds(tiny_study(), Cohort.open(real))[4].cohort
    taken, held = cohort.select(split="train").rows[0], cohort.select(split="test").rows[0]
    taken.image.write_bytes(held.image.read_bytes())
    (line,) = refusal(tiny_study(), real, tmp_path / "out")
    assert line.startswith(
        f"real row {taken.record.id}: its image is the held-out {held.record.id}, pixel by"
    )
