from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.studies.tiny import patients

from diptych.cli.running import main
from diptych.records.cohort import Cohort, CohortWriter
from diptych.studies.design import study_path

TINY = """
name = "tiny"
task = "{task}"
learners = ["{learner}"]
sizes = [{size}]
seeds = 1
validation = 0.25

[learning]
size = [32, 32]
steps = 4
batch = 2
check_every = 2

[primary]
arm = "duplicate-real"
family = ""
against = ["real-only"]

[[arms]]
strategy = "{strategy}"

[[arms]]
strategy = "duplicate-real"
"""


def study_file(folder: Path, **changes: object) -> str:
    usual = {"task": "lungs", "learner": "unet", "size": 4, "strategy": "real-only"}
    file = folder / "tiny.toml"
    file.write_text(TINY.format(**usual | changes))
    return str(file)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return patients(tmp_path_factory.mktemp("studying") / "real")


def leaking(out: Path) -> Path:
    """Patients of whom one is in train and in val."""
    whole = Cohort.open(patients(out.with_name("whole")))
    with CohortWriter(out, body="chest") as writer:
        for number, sample in enumerate(whole):
            subject = "patient-x" if number in (0, len(whole) - 1) else sample.record.subject
            writer.add(replace(sample, record=replace(sample.record, subject=subject)))
    return out


def test_a_study_from_a_file_is_run_and_answered(
    real: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["study", study_file(tmp_path), "--real", str(real), "--out", str(tmp_path / "out")]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "report.html" in told
    assert (tmp_path / "out" / "report.html").read_text().startswith("<!doctype html>")
    json.loads((tmp_path / "out" / "table.json").read_text())
    table = (tmp_path / "out" / "table.json").read_bytes()
    assert main(words) == 0
    assert (tmp_path / "out" / "table.json").read_bytes() == table


def test_a_packaged_study_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "fusion", "--show"]) == 0
    assert capsys.readouterr().out == study_path("fusion", "quick").read_text()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"strategy": "magic"}, "unknown strategy 'magic'"),
        ({"task": "magic"}, "task 'magic': is not known"),
        ({"task": "teeth"}, "which teeth is not for"),
        ({"learner": "densenet"}, "learns no segmentation"),
        ({"size": 4000}, "not 4000"),
    ],
)
def test_what_would_fail_is_one_line_before_anything_is_trained(
    real: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, object], told: str
) -> None:
    out = tmp_path / "out"
    assert main(["study", study_file(tmp_path, **changes), "--real", str(real), "--out", str(out)]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and told in lines[0]
    assert not out.exists()


def test_a_subject_on_both_sides_is_refused_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort, out = leaking(tmp_path / "leak"), tmp_path / "out"
    words = ["study", study_file(tmp_path, size=1.0), "--real", str(cohort), "--out", str(out)]
    assert main(words) == 2
    assert "patient-x" in capsys.readouterr().err
    assert not out.exists()


def test_a_finding_that_no_row_of_a_size_shows_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy = patients(tmp_path / "healthy", healthy=True)
    file = study_file(tmp_path, task="pneumonia", learner="densenet")
    assert main(["study", file, "--real", str(healthy), "--out", str(tmp_path / "out")]) == 2
    assert "none of its 4 training rows show pneumonia" in capsys.readouterr().err


def test_what_is_missing_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "fusion"]) == 2
    told = capsys.readouterr().err
    assert "--real" in told and "--out" in told
    assert main(["study", "fusion", "--real", "x", "--out", "y", "--seeds", "0"]) == 2
