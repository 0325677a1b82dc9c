"""`diptych composite` through the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import diptych
from diptych.cli import main
from diptych.records import Cohort, CohortWriter, LabelSpace
from diptych.records.labels import label_space

from .conftest import Complain

SAMPLES = Path(diptych.__file__).parent / "samples"


def test_a_cohort_is_composited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("composite", "--cohort", str(SAMPLES / "panoramic"), "--findings", "caries", "--seed", "1")
    assert main([*asked, "--out", "out"]) == 0
    assert capsys.readouterr().out.startswith("out: 6 semi-synthetic images, ")
    made = Cohort.open("out")
    made.check()
    painted = set(np.concatenate([np.unique(sample.masks["findings"]) for sample in made]).tolist())
    assert made.layers == ("teeth", "findings") and painted == {0, 1}
    assert main([*asked, "--out", "again"]) == 0
    assert Cohort.open("again").fingerprint() == made.fingerprint()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--cohort", str(SAMPLES / "chest")], ["--cohort", "shows the chest", "panoramic"]),
        (["--cohort", "none"], ["none", "is not a cohort folder"]),
        (["--cohort", "bare"], ["row a has no mask of teeth"]),
        (["--cohort", "phantoms"], ["rows", "and 1 more have another origin", "phantom"]),
        (["--cohort", "own"], ["layer of findings has codes of its own"]),
        (["--cohort", "bare", "--seed", "-1"], ["--seed", "too small"]),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: list[str], cohorts: Path, complain: Complain
) -> None:
    (line,) = complain("composite", *arguments)
    assert all(word in line for word in words)


def test_what_is_not_composited_is_named(complain: Complain) -> None:
    (line,) = complain("composite", "--cohort", str(SAMPLES / "panoramic"), "--findings", "cracks", "caries")
    assert "--findings: 'cracks' is not composited; choose from caries, deep caries" in line


def test_a_composited_cohort_is_not_composited_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, complain: Complain
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["composite", "--cohort", str(SAMPLES / "panoramic"), "--out", "once"]) == 0
    (line,) = complain("composite", "--cohort", "once")
    assert "another origin than a patient (diptych-composites/1)" in line


def test_a_folder_in_use_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    assert main(["composite", "--cohort", str(SAMPLES / "panoramic"), "--out", "out"]) == 2
    assert "exists and is not empty" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.fixture
def cohorts(tmp_path: Path) -> Path:
    """Cohorts that lesions cannot be composited into."""
    real = Cohort.open(SAMPLES / "panoramic").load(0)
    own: LabelSpace = label_space("findings", {1: "cracks"})
    with CohortWriter(tmp_path / "bare", body="panoramic") as writer:
        writer.add(replace(real, record=replace(real.record, id="a"), masks={}))
    with CohortWriter(tmp_path / "own", body="panoramic", spaces={"findings": own}) as writer:
        writer.add(replace(real, masks={**real.masks, "findings": np.ones_like(real.masks["teeth"])}))
    assert main(["phantom", "panoramic", "--count", "2", "--out", str(tmp_path / "phantoms")]) == 0
    return tmp_path
