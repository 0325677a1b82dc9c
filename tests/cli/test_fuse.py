"""`diptych fuse` through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.cli import main
from diptych.records import Cohort, CohortWriter, Provenance, Record, Sample

from .conftest import Complain

REAL = Provenance()
MODEL = Provenance(kind="model", generator="toy 1", seed=1)


def put(path: Path, count: int, seed: int, provenance: Provenance, **known: object) -> Path:
    """Chests of noise; of real ones the last two are held out."""
    pixels = np.random.default_rng(seed).integers(0, 255, (count, 16, 16), np.uint8)
    mask = np.zeros((16, 16), np.uint8)
    mask[2:14, 2:7], mask[2:14, 9:14] = 1, 2
    with CohortWriter(path, body="chest") as writer:
        for number, image in enumerate(pixels):
            name, last = f"{path.name}-{number}", provenance.kind == "real" and number >= count - 2
            record = Record(
                id=name, body="chest", subject=name, split="test" if last else "train", provenance=provenance
            )
            writer.add(Sample(record=replace(record, **known), image=image, masks={"lungs": mask}))
    return path


@pytest.fixture
def pools(tmp_path: Path) -> Path:
    """Cohorts `mine` (six to train on) and `pairs` (twelve)."""
    put(tmp_path / "mine", 8, 1, REAL)
    put(tmp_path / "pairs", 12, 50, MODEL)
    return tmp_path


FUSE = ("fuse", "--real", "mine", "--synthetic", "pairs", "--strategy")


def test_a_cohort_is_fused(
    pools: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(pools)
    assert main([*FUSE, "matched-distribution", "--ratio", "1", "--seed", "3", "--out", "out"]) == 0
    assert capsys.readouterr().out == "out: train 6 real, 6 synthetic; held out 2 real\n"
    fused = Cohort.open("out")
    fused.check()
    assert len(fused) == 14 and fused.splits == ("test", "train")
    arm = json.loads(Path("out/fusion.json").read_text())["arm"]
    assert (arm["strategy"], arm["ratio"], arm["seed"]) == ("matched-distribution", 1.0, 3)
    assert np.array_equal(fused.load("mine-7").image, Cohort.open("mine").load("mine-7").image)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["real-onely"], ["unknown name 'real-onely'", "did you mean 'real-only'"]),
        (["synthetic-only", "--ratio", "-1"], ["--ratio -1", "give 0 or more"]),
        (["synthetic-only", "--ratio", "3"], ["--synthetic", "has 12 of the 18 rows", "lower --ratio"]),
        (["synthetic-only", "--ratio", "0"], ["the phase train would have no rows"]),
        (["phantom-only"], ["--phantoms", "is needed for phantom-only"]),
        (["real-only", "--fraction", "1.5"], ["--fraction 1.5", "is no share"]),
        (["real-only", "--classes", "nodule"], ["none of 6 real training rows shows 'nodule'"]),
        (["real-only", "--classes", "caries"], ["'caries' is no finding of chest radiographs"]),
        (["class-balancing", "--target", "some"], ["--target some", "give max, median or a number"]),
        (["synthetic-only", "--agreement", "0.5"], ["12 of 12 rows have no gate scores", "generate --gate"]),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: list[str], pools: Path, complain: Complain
) -> None:
    (line,) = complain(*FUSE, *arguments)
    assert all(word in line for word in words)


def test_every_folder_is_looked_at_before_the_first_complaint(pools: Path, complain: Complain) -> None:
    (pools / "pairs/metadata.jsonl").unlink()
    lines = complain("fuse", "--real", "none", "--synthetic", "pairs", "--strategy", "real-only")
    assert len(lines) == 2 and "none" in lines[0] and "pairs" in lines[1]


def test_bodies_do_not_mix(pools: Path, complain: Complain) -> None:
    with CohortWriter(pools / "jaws", body="panoramic") as writer:
        jaw = Record(id="jaw", body="panoramic", provenance=Provenance(kind="phantom"))
        writer.add(Sample(record=jaw, image=np.zeros((8, 16), np.uint8), masks={}))
    (line,) = complain(*FUSE, "real-only", "--phantoms", "jaws")
    assert "jaws shows the panoramic, --real the chest" in line


@pytest.mark.parametrize("plant", [lambda r: {"subject": "mine-7"}, lambda r: {"source": "after mine-6"}])
def test_planted_leaks_are_named(
    plant: Callable[[object], dict[str, str]], pools: Path, complain: Complain
) -> None:
    put(pools / "leaky", 3, 80, MODEL, **plant(None))
    lines = complain("fuse", "--real", "mine", "--synthetic", "leaky", "--strategy", "synthetic-only")
    assert len(lines) == 3 and all("held out for test" in line and "leaky-" in line for line in lines)


def test_a_subject_on_both_sides_is_named(pools: Path, complain: Complain) -> None:
    rows = (pools / "mine/metadata.jsonl").read_text().replace('"subject": "mine-0"', '"subject": "mine-7"')
    (pools / "mine/metadata.jsonl").write_text(rows)
    (line,) = complain(*FUSE, "real-only")
    assert "--real, subject 'mine-7': is in train (mine-0) and in test" in line
