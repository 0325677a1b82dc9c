"""`diptych catalogue site` and `figures` through the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from diptych.cli import main
from diptych.cli.catalogue_site import SITE


@pytest.mark.parametrize("verb", SITE)
def test_every_verb_teaches(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["catalogue", verb, "--help"])
    assert left.value.code == 0
    assert f"Example: diptych catalogue {verb}" in capsys.readouterr().out


def test_help_needs_neither_jinja_nor_pydantic() -> None:
    code = (
        "import sys\nfrom diptych.cli import main\n"
        "try:\n    main(['catalogue', 'site', '--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'jinja2', 'pydantic', 'yaml'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_the_site_is_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "site", "--out", str(tmp_path / "site")]) == 0
    told = capsys.readouterr().out.strip()
    assert told == f"{tmp_path / 'site' / 'index.html'}: 102 records"
    assert Path(told.rpartition(": ")[0]).is_file()


def test_figures_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "figures", "--out", str(tmp_path / "figures")]) == 0
    named = [Path(line) for line in capsys.readouterr().out.split()]
    assert sorted(named) == sorted((tmp_path / "figures").iterdir())
    assert {path.name.split("-")[0] for path in named} == {"gaps", "map", "count"}


@pytest.mark.parametrize("verb", SITE)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["catalogue", verb, "--out", str(out), "--records", str(tmp_path / "gone")]) == 2
    assert capsys.readouterr().err.count("\n") == 1 and not out.exists()
    out.write_text("mine")
    assert main(["catalogue", verb, "--out", str(out)]) == 2
    assert "is a file" in capsys.readouterr().err and out.read_text() == "mine"


def test_no_review_is_no_flow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--out", str(tmp_path / "out"), "--review", str(tmp_path / "gone")]
    assert main(["catalogue", "site", *arguments]) == 2
    assert "gone" in capsys.readouterr().err and not (tmp_path / "out").exists()
