"""`diptych downstream train` and `test` through the command line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

import diptych
from diptych.cli import main
from diptych.downstream import learning as room
from diptych.downstream.store import load_segmenter
from diptych.records import CohortWriter, Provenance

from .conftest import Complain

REAL, MODEL = Provenance(), Provenance(kind="model", generator="toy 1", seed=1)
QUICK = ("--size", "32", "32", "--steps", "4", "--check-every", "2", "--batch", "4")


def put(path: Path, splits: str, first: int = 0, body: str = "chest", provenance: Provenance = REAL) -> Path:
    """Phantoms as healthy patients, one letter of their split for each."""
    names = {"t": "train", "v": "val", "e": "test"}
    with CohortWriter(path, body=body) as writer:
        for number, letter in enumerate(splits):
            drawn = diptych.draw(body, seed=first + number, size=(64, 64) if body == "chest" else (64, 128))
            name = f"{path.name}-{number}"
            told = {"id": name, "subject": name, "split": names[letter], "provenance": provenance}
            record = replace(drawn.record, findings=(), **told)
            writer.add(replace(drawn, record=record))
    return path


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cohorts that no test changes."""
    folder = tmp_path_factory.mktemp("cohorts")
    put(folder / "mine", "ttttvvee")
    put(folder / "unheld", "tt")
    put(folder / "drawn", "ttv", provenance=MODEL)
    put(folder / "made", "e", provenance=MODEL)
    put(folder / "mouths", "te", body="panoramic")
    put(folder / "pairs", "tttttt", 50, provenance=MODEL)
    return folder


@pytest.fixture
def desk(cohorts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the cohorts in it."""
    monkeypatch.chdir(tmp_path)
    for cohort in cohorts.iterdir():
        shutil.copytree(cohort, tmp_path / cohort.name)
    return tmp_path


def test_train_then_test(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = ["downstream", "train", "--cohort", "mine", "--task", "lungs", "--learner", "unet", *QUICK]
    assert main([*train, "--out", "unet"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("unet: mean Dice ") and "on val, best at step" in said
    assert load_segmenter(Path("unet")).config.network == "unet"
    assert main(["downstream", "test", "--checkpoint", "unet", "--cohort", "mine", "--out", "scores"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["Dice", "IoU", "NSD", "HD95", "n"]
    assert [line.split("  ")[0] for line in table[1:]] == ["all", "right lung", "left lung"]
    told = json.loads(Path("scores/scores.json").read_text())
    assert told["subjects"] == ["mine-6", "mine-7"] and told["images"] == 2
    column = told["scores"]["dice"]["all"]
    assert told["estimates"]["dice"]["all"]["value"] == pytest.approx(np.mean(column))
    assert "note" not in "".join(table)
    test = ["downstream", "test", "--checkpoint", "unet", "--cohort", "mine", "--out"]
    assert main([*test, "scores"]) == 2
    assert main([*test, "again", "--split", "val"]) == 0
    assert "note: val rows flatter if they chose the weights" in capsys.readouterr().out


def test_a_fused_cohort_is_trained_phase_by_phase(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fuse = ["fuse", "--real", "mine", "--synthetic", "pairs", "--ratio", "1", "--strategy"]
    assert main([*fuse, "pretrain-then-finetune", "--out", "taught"]) == 0
    assert main([*fuse, "curriculum", "--augment", "strong", "--out", "course"]) == 0
    seen: dict[str, list[object]] = {}
    learn = room.learn

    def watched(stretches: list[room.Stretch], *rest: object) -> room.Learned:
        seen[str(len(seen))] = [(s.steps, s.rate, s.augment, s.share, len(s.rows)) for s in stretches]
        return learn(stretches, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "learn", watched)
    for name in ("taught", "course"):
        words = ["downstream", "train", "--cohort", name, "--task", "lungs", "--learner", "unet", *QUICK]
        assert main([*words, "--out", f"of-{name}"]) == 0
    taught, course = seen["0"], seen["1"]
    phases = json.loads(Path("taught/fusion.json").read_text())["phases"]
    assert [row[:3] for row in taught] == [(p["steps"], p["rate"], "light") for p in phases]
    assert [row[4] for row in taught] == [4, 4] and len(phases) == 2
    ((_, _, augment, share, count),) = course
    assert (augment, count) == ("strong", 8) and share is not None and share(0.0) > share(1.0) == 0.0
    about = json.loads(Path("of-taught/config.json").read_text())["about"]
    assert about["rows"] == 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--task", "lung"], ["unknown name 'lung'", "did you mean 'lungs'"]),
        (["--learner", "unett"], ["unknown name 'unett'", "did you mean 'unet'"]),
        (["--learner", "densenet"], ["learns no segmentation", "choose from unet, segresnet"]),
        (["--task", "teeth"], ["holds chest images", "the task teeth is for panoramic ones"]),
        (["--task", "pneumonia", "--learner", "densenet"], ["none of 4 rows shows pneumonia"]),
        (["--learner", "frozen"], ["needs the weights of an encoder"]),
        (
            ["--learner", "frozen", "--encoder", "net.onnx"],
            ["'net.onnx' is not KIND=FILE", "kinds are dinov2"],
        ),
        (
            ["--learner", "frozen", "--encoder", "onnx=mine/cohort.json"],
            ["without a pinned SHA-256", "sha256="],
        ),
        (["--size", "30", "64"], ["--size", "multiples of 16"]),
        (["--steps", "0"], ["--steps", "0 is too small"]),
        (["--seed", "99999999999999999999"], ["--seed", "is too large", "from 0 to 4294967295"]),
        (["--batch", "100000000"], ["--batch", "is too large", "from 1 to 1024"]),
        (["--size", "160000", "160000"], ["--size", "from 32 to 2048, multiples of 16"]),
        (["--cohort", "nothing"], ["nothing", "is not a cohort folder"]),
        (["--cohort", "unheld"], ["has no split val to stop the training by", "it has train"]),
        (["--cohort", "drawn"], ["1 of 1 validation rows are not real"]),
    ],
)
def test_bad_training_is_one_line(
    arguments: list[str], words: list[str], complain: Complain, desk: Path
) -> None:
    told = {"--cohort": ["mine"], "--task": ["lungs"], "--learner": ["unet"], "--steps": ["4"]}
    for number, word in enumerate(arguments):
        if word.startswith("--"):
            told[word] = list(takewhile(lambda w: not w.startswith("--"), arguments[number + 1 :]))
    (line,) = complain("downstream", "train", *(word for flag, own in told.items() for word in [flag, *own]))
    assert all(word in line for word in words), line


def test_a_layer_that_nobody_has_drawn(complain: Complain, desk: Path) -> None:
    path = desk / "mine"
    lines = [json.loads(line) for line in (path / "metadata.jsonl").read_text().splitlines()]
    for line in lines:
        line["lungs_file_name"] = ""
    (path / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (line,) = complain("downstream", "train", "--cohort", "mine", "--task", "lungs", "--learner", "unet")
    assert "no row has the layer 'lungs'" in line


def test_bad_tests_are_one_line(complain: Complain, desk: Path) -> None:
    train = ["downstream", "train", "--cohort", "mine", "--task", "lungs", "--learner", "unet", *QUICK]
    assert main([*train, "--out", "unet"]) == 0
    test = ["downstream", "test", "--checkpoint", "unet", "--cohort"]
    for arguments, words in (
        ([*test, "mine", "--split", "exam"], "no samples in split 'exam'"),
        ([*test, "drawn"], "it has train, val; put subjects that training never saw into test, or give"),
        ([*test, "mouths"], "holds panoramic images"),
        ([*test, "made"], "1 of 1 rows are not real"),
        (["downstream", "test", "--checkpoint", "mine", "--cohort", "mine"], "config.json: is missing"),
    ):
        (line,) = complain(*arguments)
        assert words in line
    config = json.loads(Path("unet/config.json").read_text())
    config["config"]["network"] = "oracle"
    Path("unet/config.json").write_text(json.dumps(config))
    (line,) = complain(*test, "mine")
    assert "unknown name 'oracle'" in line
