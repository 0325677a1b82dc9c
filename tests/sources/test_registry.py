"""Every registered source is a typed config, a command that teaches, and light to load."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import tyro

from diptych.base.errors import DiptychError
from diptych.sources import SOURCES, verbs

NAMES = ["coco", "covid-cases", "dicom", "folder", "hannover", "kermany", "nih600", "table", "ufba425"]


def test_all_are_here() -> None:
    assert sorted(SOURCES) == NAMES == sorted(verbs())
    with pytest.raises(DiptychError, match="did you mean 'kermany'"):
        SOURCES["kermani"]


@pytest.mark.parametrize("name", NAMES)
def test_every_source_teaches(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    source, card = SOURCES[name], SOURCES.card(name)
    assert is_dataclass(source) and card.summary and card.licence
    with pytest.raises(SystemExit) as left:
        tyro.cli(verbs()[name], prog=f"diptych import {name}", args=["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert left.value.code == 0 and f"Example: diptych import {name}" in said and "--out" in said
    for field in fields(source):
        assert f"--{field.name.replace('_', '-')}" in said
    assert "(required)" in said


@pytest.mark.parametrize("name", NAMES)
def test_every_source_refuses_what_is_not_there(name: str, tmp_path: Path) -> None:
    places = {"folder", "images", "table", "annotations"}
    others = (
        {"body": "chest", "layer": "lungs", "lungs": "v7"}
        if name in ("coco", "covid-cases")
        else {"body": "chest"}
    )
    options = {
        field.name: tmp_path / "nowhere.csv" if field.name in places else others.get(field.name)
        for field in fields(SOURCES[name])
        if field.name in places or field.name in others
    }
    with pytest.raises(DiptychError, match="nowhere"):
        SOURCES[name](**options).build()


def test_the_command_imports(make, capsys: pytest.CaptureFixture[str]) -> None:
    make.image("images/a.png", make.grey())
    arguments = [
        "--body",
        "chest",
        "--images",
        f"{make.root}/images",
        "--val",
        "0",
        "--out",
        f"{make.root}/out",
    ]
    tyro.cli(verbs()["folder"], args=arguments)()
    assert capsys.readouterr().out == f"{make.root}/out: 1 samples (1 train), no masks\n"
    assert (make.root / "out" / "cohort.json").is_file()


def test_options_may_be_repeated(make) -> None:
    arguments = [
        "--body",
        "chest",
        "--images",
        "x",
        "--out",
        "y",
        "--layer",
        "lungs=a",
        "--layer",
        "findings=b",
    ]
    assert tyro.cli(verbs()["folder"], args=arguments).layer == ("lungs=a", "findings=b")


def test_loading_the_sources_is_light() -> None:
    heavy = "{'numpy', 'PIL', 'scipy', 'pydicom', 'torch'}"
    code = f"import sys, diptych.sources; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
