"""The verbs `readers kit` and `readers analyse`: from two cohorts to what readers could tell."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from diptych.cli import main

from .conftest import Complain
from .test_bad_evaluation import put

KIT = ("readers", "kit", "--real", "real", "--synthetic", "pairs")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "real", range(8))
    put(tmp_path / "pairs", range(100, 108), split="train")
    return tmp_path


def answer(reader: str, study: str, items: list[dict[str, object]]) -> None:
    rows = [
        {
            "item": item["item"],
            "answer": "synthetic" if item["synthetic"] else "real",
            "confidence": "4",
            "quality": "",
            "remark": "",
        }
        for item in items
    ]
    saved = {"study": study, "reader": reader, "years": "", "answers": rows}
    Path(f"{reader}.json").write_text(json.dumps(saved))


def test_from_cohorts_to_results(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*KIT, "--count", "6", "--no-quality", "--out", "kit"]) == 0
    said = capsys.readouterr().out
    key = desk / "kit/sealed/key.json"
    study = hashlib.sha256(key.read_bytes()).hexdigest()
    assert "kit/form.html" in said and "kit/sealed/key.json" in said and study in said
    assert "How good" not in (desk / "kit/form.html").read_text("utf-8")
    for reader in ("anna", "bert"):
        answer(reader, study, json.loads(key.read_text())["items"])
    assert main(["readers", "analyse", "--key", str(key), "--answers", "anna.json", "bert.json"]) == 0
    assert "accuracy: 1 [" in capsys.readouterr().out


def test_a_kit_of_too_few_is_refused(desk: Path, complain: Complain) -> None:
    (line,) = complain(*KIT, "--count", "9")
    assert line == "diptych: real: has 8 subjects, 9 are needed; ask for fewer"
    (line,) = complain(*KIT, "--count", "1")
    assert line.startswith("diptych: --count: 1 is too small")


def test_everything_wrong_with_the_answers_is_said(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*KIT, "--count", "6", "--out", "kit"]) == 0
    answer("anna", "0" * 64, [])
    Path("torn.csv").write_text("x")
    files = ["anna.json", "torn.csv", "gone.json"]
    assert main(["readers", "analyse", "--key", "kit/sealed/key.json", "--answers", *files]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("diptych: ")]
    assert [name in line for name, line in zip(files, lines, strict=True)] == [True] * 3
