"""The command line: quick, instructive, and one line a problem."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.begun import begun

from diptych import __version__, cli
from diptych.base.errors import DiptychError, Problem
from diptych.cli.readers import READERS
from diptych.cli.running import GROUPS, VERBS
from diptych.cli.showing import Demo
from diptych.records.cohort import Cohort
from diptych.sources import SOURCES

GROUPED = [*(f"import {name}" for name in sorted(SOURCES)), *(f"readers {name}" for name in READERS)]


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def act(self: Demo) -> None:
        raise error

    monkeypatch.setattr(Demo, "__call__", act)
    return cli.main(["demo"])


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom diptych.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'numpy', 'scipy', 'PIL', 'matplotlib', 'pydicom'} & set(sys.modules)\n"
        "print('heavy:', *sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy:"


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"diptych {__version__}\n"


def test_a_terminated_verb_leaves_nothing_half_written(tmp_path: Path) -> None:
    running = begun(tmp_path)
    running.terminate()
    said = running.communicate(timeout=60)[1].decode()
    assert running.returncode == 128 + signal.SIGTERM
    assert said.endswith("diptych: terminated\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", [*sorted(VERBS), *GROUPED])
def test_every_verb_teaches(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([*verb.split(), "--help"])
    said = capsys.readouterr().out
    assert left.value.code == 0
    assert f"diptych {verb}" in said
    assert "Example: diptych" in said


def test_the_overview_names_every_verb_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert left.value.code == 0
    assert all(said.count(f"• {verb} ") == 1 for verb in (*GROUPS, *VERBS))


def test_the_overview_of_import_names_every_source_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["import", "--help"])
    said = capsys.readouterr().out
    assert left.value.code == 0
    assert all(said.count(f"• {name} ") == 1 for name in SOURCES)


@pytest.mark.parametrize(
    "arguments",
    [[], ["paint"], ["phantom", "skull", "--out", "x"], ["demo", "--loud"], ["import", "zip"], ["readers"]],
)
def test_a_wrong_command_is_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert "diptych" in capsys.readouterr().err


def test_every_bad_number_is_named_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["generate", "--checkpoint", "c", "--prompt", "p", "--count", "-3", "--batch-size", "0"]
    assert cli.main([*arguments, "--out", str(tmp_path / "out")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("diptych: --count: -3 ")
    assert lines[1].startswith("diptych: --batch-size: 0 ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("given", [[], ["--prompt", "a", "--prompts", "b.txt"]], ids=["neither", "both"])
def test_generate_wants_exactly_one_source_of_sentences(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", "--checkpoint", "c", *given, "--out", "x"]) == 2
    assert "--prompts" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"), [(b"\xff\xfe bad", "UTF-8"), (b" \n\n", "no sentence")], ids=["no text", "empty"]
)
def test_a_bad_file_of_sentences_is_named(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "prompts.txt").write_bytes(content)
    arguments = [
        "--checkpoint",
        "c",
        "--prompts",
        str(tmp_path / "prompts.txt"),
        "--out",
        str(tmp_path / "out"),
    ]
    assert cli.main(["generate", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "prompts.txt" in line and words in line


def test_problems_are_one_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = [Problem("a.png", "is\ntorn", "mend it"), Problem("b.png", "is gone", "look for it")]
    assert fail_with(DiptychError(problems), monkeypatch) == 2
    assert capsys.readouterr().err.splitlines() == [
        "diptych: a.png: is torn; mend it",
        "diptych: b.png: is gone; look for it",
    ]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ["no space left", "free some space"]),
        (PermissionError(errno.EACCES, "Permission denied", "/locked"), ["/locked", "permission denied"]),
        (FileNotFoundError(errno.ENOENT, "No such file", "gone.txt"), ["gone.txt", "check the path"]),
        (OSError("cannot write mode F as PNG"), ["cannot write mode"]),
    ],
    ids=["full disk", "no permission", "no file", "no number"],
)
def test_the_system_speaks_in_one_line(
    error: OSError, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(error, monkeypatch) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert all(word in line for word in words)


def test_an_interrupt_is_code_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail_with(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err == "diptych: interrupted\n"


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_with(ZeroDivisionError(), monkeypatch)


def test_the_module_runs_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "diptych", "--help"], capture_output=True, text=True, check=True
    )
    assert "usage: diptych" in done.stdout


def test_phantoms_from_the_command_line_are_a_cohort(tmp_path: Path) -> None:
    arguments = ["phantom", "chest", "--count", "2", "--seed", "3", "--out", str(tmp_path / "out")]
    assert cli.main(arguments) == 0
    assert [record.provenance.seed for record in Cohort.open(tmp_path / "out").records] == [3, 4]


def test_a_used_folder_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    assert cli.main(["phantom", "chest", "--count", "1", "--out", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "not empty" in line
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
