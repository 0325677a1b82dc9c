from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from diptych.cli import main
from diptych.cli.complaints import LONGEST_LINE

Complain = Callable[..., list[str]]


@pytest.fixture
def complain(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Complain:
    """Runs a command in an empty folder; gives its lines after checking code 2 and that nothing is left."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> list[str]:
        capsys.readouterr()
        assert main([*arguments, "--out", "out"]) == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("diptych: ")]
        assert lines and all(len(line) < LONGEST_LINE + 20 for line in lines)
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".out", "out"))] == []
        return lines

    return run
