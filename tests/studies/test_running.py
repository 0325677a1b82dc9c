from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.studies.tiny import Mortal, patients, tiny_study

import diptych
from diptych.base.atomic import write_json
from diptych.base.config import encode
from diptych.base.errors import DiptychError
from diptych.downstream.encoder_config import EncoderConfig
from diptych.fusion.order import ranked
from diptych.phantoms import draw
from diptych.phantoms.writing import ENGINE
from diptych.records.cohort import Cohort
from diptych.studies.cell_files import read_cells
from diptych.studies.cells import Cell
from diptych.studies.claim import claim
from diptych.studies.design import Family, Primary, Study, StudyArm
from diptych.studies.folds import make_folds
from diptych.studies.jobs import CellJob, Given, MakingJob
from diptych.studies.making import ARM_SEED
from diptych.studies.remade import remade
from diptych.studies.running import run_locally, run_study
from diptych.studies.wanted import WantedCell


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return patients(tmp_path_factory.mktemp("running") / "real")


@pytest.fixture(scope="module")
def whole(real: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Cell, ...]:
    return run_study(tiny_study(), real, tmp_path_factory.mktemp("whole") / "study")


def same(first: Sequence[Cell], second: Sequence[Cell]) -> bool:
    """Whether two studies have the same cells, in whatever order; seconds are not results."""

    def bare(cells: Sequence[Cell]) -> list[tuple[object, ...]]:
        rows = [(cell.key, cell.subjects, dict(cell.scores), cell.images) for cell in cells]
        return sorted(rows, key=repr)

    return bare(first) == bare(second)


def interrupted(after: int) -> Callable[..., Iterator[Any]]:
    """A runner that is stopped after so many cells."""

    def run(jobs: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        for number, job in enumerate(jobs):
            if number == after and isinstance(job, CellJob):
                raise KeyboardInterrupt
            yield job()

    return run


def test_a_study_that_was_interrupted_goes_on_to_the_same_table(
    real: Path, whole: tuple[Cell, ...], tmp_path: Path
) -> None:
    out = tmp_path / "study"
    with pytest.raises(KeyboardInterrupt):
        run_study(tiny_study(), real, out, runner=interrupted(3))
    assert len(read_cells(out / "cells.jsonl")) == 3
    with (out / "cells.jsonl").open("a") as file:
        file.write('{"study": "tiny", "ta')
    assert same(run_study(tiny_study(), real, out), whole)
    assert same(read_cells(out / "cells.jsonl"), whole)


def test_one_run_at_a_time_works_in_a_folder(real: Path, whole: tuple[Cell, ...], tmp_path: Path) -> None:
    out, refused = tmp_path / "study", list[DiptychError]()

    def run_twice(jobs: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        with pytest.raises(DiptychError, match="another run is at work there") as caught:
            run_study(tiny_study(), real, out)
        refused.append(caught.value)
        return run_locally(jobs)

    (out / "pools").mkdir(parents=True)
    (out / "pools" / ".gan-4-0.0123abcd.part").mkdir()
    with pytest.raises(DiptychError, match="exists and is not empty"):
        run_study(tiny_study(), real, out)
    write_json(out / "study.json", encode(claim(Given(study=tiny_study(), real=real, out=tmp_path / "new"))))
    assert same(run_study(tiny_study(), real, out, runner=run_twice), whole)
    assert refused and not list((out / "pools").iterdir())


def test_what_the_study_made_and_finds_damaged_is_made_again(tmp_path: Path) -> None:
    image = tmp_path / "pools" / "gan-4-0" / "images" / "a.png"
    image.parent.mkdir(parents=True)
    with pytest.raises(DiptychError) as caught, remade(tmp_path):
        raise DiptychError.of(str(image), "is no image", "replace the file")
    assert str(caught.value) == (
        f"{image}: is no image; delete {tmp_path / 'pools' / 'gan-4-0'} and run the study again"
    )
    with pytest.raises(DiptychError, match="replace the file"), remade(tmp_path):
        raise DiptychError.of("real/images/a.png", "is no image", "replace the file")


def test_cells_say_of_how_many_people_their_images_are(real: Path, whole: tuple[Cell, ...]) -> None:
    fold = make_folds(tiny_study(), Cohort.open(real))[4]
    val = fold.cohort.select(split="val").records
    told = {
        "subjects": str(len({record.subject for record in fold.train.records})),
        "validation_images": str(len(val)),
        "validation_subjects": str(len({record.subject for record in val})),
    }
    assert told["subjects"] == "2" and all(told.items() <= cell.extra.items() for cell in whole)


def test_more_seeds_run_only_what_is_missing(real: Path, whole: tuple[Cell, ...], tmp_path: Path) -> None:
    out, done = tmp_path / "study", list[object]()

    def counting(jobs: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        done.extend(job for job in jobs if isinstance(job, CellJob))
        return run_locally(jobs)

    run_study(tiny_study(seeds=1), real, out)
    assert same(run_study(tiny_study(), real, out, runner=counting), whole)
    assert len(done) == 2


def test_another_study_or_other_images_do_not_go_on_in_its_folder(real: Path, tmp_path: Path) -> None:
    out = tmp_path / "study"
    run_study(tiny_study(seeds=1), real, out)
    longer = replace(tiny_study().learning, steps=5)
    with pytest.raises(DiptychError, match=r"holds another study: learning\.steps is 4 there and 5 here"):
        run_study(tiny_study(learning=longer), real, out)
    others = patients(tmp_path / "others", first_seed=900)
    with pytest.raises(DiptychError, match="of other images: --real differs"):
        run_study(tiny_study(), others, out)
    used = tmp_path / "used"
    used.mkdir()
    (used / "file").touch()
    with pytest.raises(DiptychError, match="is not empty"):
        run_study(tiny_study(), real, used)


def test_another_version_does_not_go_on_where_one_began(
    real: Path, whole: tuple[Cell, ...], tmp_path: Path
) -> None:
    out, file = tmp_path / "study", tmp_path / "study" / "study.json"
    cells = run_study(tiny_study(seeds=1), real, out)
    begun = json.loads(file.read_text())
    assert (begun["version"], begun["engine"]) == (diptych.__version__, ENGINE)
    for field, told in (
        ("version", '"0.0.1" there and "0.1'),
        ("engine", '"0.0.1" there and "diptych-phantoms'),
        ("recipes", '"0.0.1" there and "'),
    ):
        file.write_text(json.dumps(begun | {field: "0.0.1"}))
        with pytest.raises(DiptychError, match="another version began") as caught:
            run_study(tiny_study(), real, out)
        assert len(caught.value.problems) == 1 and f"{field} is {told}" in str(caught.value)
        assert "or go on with the version that began it" in str(caught.value)
        # What is there can be answered, and stays what it was.
        assert run_study(tiny_study(seeds=1), real, out) == cells
        assert json.loads(file.read_text())[field] == "0.0.1"
    file.write_text(json.dumps({name: begun[name] for name in ("study", "real", "transfer")}))
    with pytest.raises(DiptychError, match="version is not told there"):
        run_study(tiny_study(), real, out)
    file.write_text(json.dumps(begun))
    assert same(run_study(tiny_study(), real, out), whole)


def test_recipes_of_the_families_are_remembered(real: Path, tmp_path: Path) -> None:
    told = set()
    for name in ("chest_gan_nano", "chest_gan"):
        study = tiny_study(families=(Family(name="gan", recipe=name),))
        told.add(claim(Given(study=study, real=real, out=tmp_path / "none")).recipes)
    assert len(told) == 2 and all(len(one) == 12 for one in told)


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, '{"study": 3}'])
def test_a_study_file_that_is_damaged_is_one_line(real: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "study.json").write_text(text)
    with pytest.raises(DiptychError, match="study.json") as caught:
        run_study(tiny_study(), real, tmp_path)
    assert len(str(caught.value).splitlines()) == 1


def test_an_encoder_may_move_but_not_change(real: Path, tmp_path: Path) -> None:
    given = Given(study=tiny_study(), real=real, out=tmp_path)

    def with_encoder(path: str, digit: str) -> Given:
        encoder = EncoderConfig(kind="onnx", path=path, sha256=digit * 64)
        return replace(given, study=replace(given.study, encoder=encoder))

    for one in (given, with_encoder("a", "1"), with_encoder("b", "1"), given):
        write_json(tmp_path / "study.json", encode(claim(one)))
    with pytest.raises(DiptychError, match=r"encoder\.sha256 is"):
        claim(with_encoder("b", "2"))


def test_a_transfer_cohort_gives_cells_of_its_own(real: Path, tmp_path: Path) -> None:
    other = patients(tmp_path / "adults", train=2, held=4, first_seed=700, name="adult")
    study = tiny_study(seeds=1)
    cells = run_study(study, real, tmp_path / "study", transfer=other)
    assert sorted(cell.task for cell in cells) == 2 * ["lungs"] + 2 * ["lungs on patients"]
    assert len({cell.subjects for cell in cells}) == 2


PHANTOMS = StudyArm(strategy="phantom-only")
PHANTOMS_FIRST = Primary(arm="phantom-only", family="", against=("real-only",))


def phantoms(study: Study, real: Path, out: Path, size: float, ratio: float = 1.0, seed: int = 0) -> set[str]:
    """The phantoms that a cell trains on."""
    wanted = WantedCell(arm=replace(PHANTOMS, ratio=ratio), size=size, learner="unet", seed=seed)
    given = Given(study=study, real=real, out=out)
    MakingJob(given=given, what="phantoms")()
    plan = CellJob(given=given, wanted=wanted).fused().plan
    return {row.id for _, row in plan.training()}


def test_phantoms_of_a_cell_hang_on_its_own_size_and_ratio_alone(real: Path, tmp_path: Path) -> None:
    small = tiny_study(arms=(PHANTOMS,))
    wide = replace(small, sizes=(4, 8), arms=(PHANTOMS, replace(PHANTOMS, ratio=2.0)))
    alone = [phantoms(small, real, tmp_path / "small", 4, seed=seed) for seed in (0, 1)]
    # As before there were several sizes: the seed leaves out one of five.
    series = [draw("chest", ARM_SEED + number, (64, 64)).record for number in range(5)]
    assert alone == [{record.id for record in ranked(series, seed)[:4]} for seed in (0, 1)]
    among = [phantoms(wide, real, tmp_path / "wide", 4, seed=seed) for seed in (0, 1)]
    assert among == alone
    grown = [phantoms(wide, real, tmp_path / "small", size, ratio) for size, ratio in ((8, 2.0), (4, 1.0))]
    assert [len(ids) for ids in grown] == [16, 4] and grown[1] == alone[0]
    assert {path.name for path in (tmp_path / "small").iterdir()} == {"phantoms"}


def test_a_study_with_phantoms_grows_by_a_size(real: Path, tmp_path: Path) -> None:
    small = tiny_study(arms=(tiny_study().arms[0], PHANTOMS), primary=PHANTOMS_FIRST, seeds=1)
    wide = replace(small, sizes=(4, 6))
    run_study(small, real, tmp_path / "grown")
    assert same(run_study(wide, real, tmp_path / "grown"), run_study(wide, real, tmp_path / "whole"))


def test_rows_that_generators_share_are_written_before_any_of_them_begins(real: Path, tmp_path: Path) -> None:
    family = Family(name="gan", recipe="chest_gan_nano")
    arms = (tiny_study().arms[0], StudyArm(strategy="synthetic-only"))
    first = Primary(arm="synthetic-only", family="gan", against=("real-only",))
    study = tiny_study(arms=arms, families=(family,), primary=first, sizes=(4, 6))
    out = tmp_path / "study"

    def seeing(jobs: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        assert sorted(path.name for path in (out / "folds").iterdir()) == ["4", "6"]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(study, real, out, runner=seeing)


@pytest.fixture
def few_phantoms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipes that draw ten phantoms, not thousands."""
    from diptych.recipes import train

    whole = train.recipe_of
    monkeypatch.setattr(train, "recipe_of", lambda name: replace(whole(name), phantoms=10, adapt_phantoms=10))


@pytest.mark.slow
@pytest.mark.usefixtures("few_phantoms")
def test_generators_are_made_in_the_fold_and_their_copy_rate_is_told(real: Path, tmp_path: Path) -> None:
    family = Family(name="gan", recipe="chest_gan_nano", base_phantoms=8, base_steps=0.001, tune_steps=0.01)
    arm = StudyArm(strategy="pretrain-then-finetune", ratio=2)
    study = tiny_study(
        arms=(*tiny_study().arms, arm), families=(family,), seeds=1, generator_seeds=1, pool=2.0
    )
    out = tmp_path / "study"
    cells = run_study(study, real, out)
    (drawn,) = [cell for cell in cells if cell.generator_seed is not None]
    assert drawn.arm == "pretrain-then-finetune (gan)" and drawn.images == 4
    assert drawn.extra["copies"].startswith("0.")
    about = json.loads((out / "generators" / "gan-4-0" / "config.json").read_text())
    assert about["data"]["images"] == 4 and about["init"].startswith("gan ")
    base = json.loads((out / "bases" / "gan" / "config.json").read_text())
    assert base["data"]["images"] == 8 and base["init"] == ""
    stamp = os.stat(out / "generators" / "gan-4-0" / "weights.safetensors").st_mtime_ns
    run_study(replace(study, seeds=2), real, out)
    assert os.stat(out / "generators" / "gan-4-0" / "weights.safetensors").st_mtime_ns == stamp


@pytest.mark.slow
def test_two_ray_workers_give_the_same_table_though_one_is_killed(
    real: Path, whole: tuple[Cell, ...], tmp_path: Path
) -> None:
    import ray

    from diptych.studies.ray_runner import RayRunner

    mark, runner = tmp_path / "died", RayRunner(2)

    def mortal(jobs: Sequence[Callable[[], Any]]) -> Iterator[Any]:
        return runner([Mortal(job, mark) if isinstance(job, CellJob) else job for job in jobs])

    try:
        cells = run_study(tiny_study(), real, tmp_path / "study", runner=mortal)
    finally:
        ray.shutdown()
    assert mark.exists() and same(cells, whole)
