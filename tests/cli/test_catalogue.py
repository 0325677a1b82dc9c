"""`diptych catalogue` through the command line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diptych.catalogue.adding import QUESTIONS
from diptych.cli import main
from diptych.cli.catalogue import CATALOGUE


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and a cache of its own."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("DIPTYCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "desk"


def say(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What `diptych catalogue` prints, on standard error where it refuses."""
    capsys.readouterr()
    assert main(["catalogue", *arguments]) == code
    told = capsys.readouterr()
    assert (told.out if code else told.err) == ""
    return told.err if code else told.out


@pytest.mark.parametrize("verb", CATALOGUE)
def test_every_verb_teaches(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["catalogue", verb, "--help"])
    assert left.value.code == 0
    assert f"Example: diptych catalogue {verb}" in capsys.readouterr().out


def test_help_needs_neither_pydantic_nor_sqlite() -> None:
    code = (
        "import sys\nfrom diptych.cli import main\n"
        "try:\n    main(['catalogue', 'search', '--help'])\nexcept SystemExit:\n    pass\n"
        "print('heavy:', *sorted({'pydantic', 'yaml', 'sqlite3', 'torch', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy:"


def test_search_prints_two_lines_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    told = say(capsys, "search", "knee", "x-ray", "--limit", "1").splitlines()
    assert told[0] == "knee-oa-deepfakes  DeepFake knee osteoarthritis X-rays" and len(told) == 2
    quoted = say(capsys, "search", "knee x-ray", "--limit", "1").splitlines()
    assert quoted == told


def test_search_with_filters(capsys: pytest.CaptureFixture[str]) -> None:
    told = say(capsys, "search", "chest x-ray masks diffusion", "--licence", "permissive", "--has", "privacy")
    assert told.splitlines()[0].startswith("synthchex-75k")
    assert say(capsys, "search", "mamography") == "no record matches; did you mean: mammography\n"
    assert "judged on fidelity, privacy, utility" in told.splitlines()[1]
    none = say(capsys, "search", "--modality", "CXR", "--labels", "masks", "--has", "privacy")
    assert none == "no record matches; ask for less\neach alone finds: --modality 18, --labels 31, --has 7\n"
    assert say(capsys, "search", "--use", "education") == "no record matches; ask for less\n"


def test_a_terminal_without_unicode_is_told_all() -> None:
    code = "from diptych.cli import main; main(['catalogue', 'show', 'roentgen-v2-synthetic'])"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
    assert rb"demographics \u2013 text" in done.stdout


def test_wrong_filters_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    told = say(capsys, "search", "x", "--kind", "data", "--year", "soon", "--limit", "0", code=2)
    assert [line.split(":")[1].strip() for line in told.splitlines()] == ["--kind", "--year"]
    assert "2024-2020" in say(capsys, "search", "x", "--year", "2024-2020", code=2)
    assert "give 1 or more" in say(capsys, "search", "x", "--limit", "0", code=2)


def test_show_compare_stats_validate(capsys: pytest.CaptureFixture[str]) -> None:
    assert "completeness: 10 of 15" in say(capsys, "show", "pano-gan")
    assert "did you mean pano-gan" in say(capsys, "show", "panogan", code=2)
    assert "  panodiff-sr: diffusion" in say(capsys, "compare", "pano-gan", "panodiff-sr")
    assert "two ids" in say(capsys, "compare", "pano-gan", code=2)
    assert "| MRI | 6 | 14 | 20 | 18 | 16 | 6 |" in say(capsys, "stats")
    assert say(capsys, "validate").startswith("102 records, no fault\n")


def test_export_writes_what_was_chosen(capsys: pytest.CaptureFixture[str], desk: Path) -> None:
    assert say(capsys, "export", "OPG", "--to", "json", "--out", "opg.json") == "opg.json: 2 records\n"
    assert [row["id"] for row in json.loads((desk / "opg.json").read_text())["entries"]] == [
        "pano-gan",
        "panodiff-sr",
    ]
    assert (
        say(capsys, "export", "--kind", "dataset", "--to", "csv", "--out", "all.csv")
        == "all.csv: 47 records\n"
    )
    assert "choose from csv" in say(capsys, "export", "--to", "pdf", "--out", "x.pdf", code=2)
    assert "--out .: is a folder" in say(capsys, "export", "--to", "csv", "--out", ".", code=2)
    assert "cannot be written" in say(capsys, "export", "--to", "csv", "--out", "all.csv/x", code=2)
    assert sorted(path.name for path in desk.iterdir()) == ["all.csv", "opg.json"]


RECORD = """
id: toy
name: Toy
kind: dataset
modality: [CT]
release: {seen: true, url: "https://example.org/toy"}
sources: [{url: "https://example.org/toy", seen: "2026-11-22"}]
verified: "2026-11-22"
"""


def test_a_record_is_added_validated_and_searched(capsys: pytest.CaptureFixture[str], desk: Path) -> None:
    (desk / "toy.txt").write_text(RECORD)
    assert (
        say(capsys, "add", "--from", "toy.txt", "--into", "records")
        == f"{Path('records/toy.yaml')}: written\n"
    )
    assert say(capsys, "validate", "--records", "records") == "1 records, no fault\n"
    assert say(capsys, "search", "toy", "--records", "records").startswith("toy  Toy\n")
    assert "already has a record 'toy'" in say(
        capsys, "add", "--from", "toy.txt", "--into", "records", code=2
    )


def test_faults_of_a_folder_are_lines_of_one_refusal(capsys: pytest.CaptureFixture[str], desk: Path) -> None:
    (desk / "records").mkdir()
    (desk / "records" / "a.yaml").write_text(RECORD.replace("CT", "CAT"))
    (desk / "records" / "b.yaml").write_text("&x [*x]")
    told = say(capsys, "validate", "--records", "records", code=2).splitlines()
    assert len(told) == 2 and all(line.startswith("diptych: records") for line in told)
    assert "a.yaml line 5, field modality[0]" in told[0] and "anchor" in told[1]


def test_answers_come_from_the_terminal(
    capsys: pytest.CaptureFixture[str], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"id": "toy", "name": "Toy", "kind": "dataset", "modality": "CT"}
    answers["sources.0.url"] = "https://example.org"
    lines = "".join(f"{answers.get(question.path, '')}\n" for question in QUESTIONS)
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    assert "records/toy.yaml: written" in say(capsys, "add", "--into", "records").replace("\\", "/")
    assert say(capsys, "show", "toy", "--records", "records").startswith("id: toy\nname: Toy\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("toy\n"))
    assert main(["catalogue", "add", "--into", "records"]) == 2
    assert "the answers ended" in capsys.readouterr().err
