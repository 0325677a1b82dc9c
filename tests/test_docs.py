"""The documents tell the truth: marked blocks run, links lead somewhere, no machine shines through.

A block that opens with ```bash run or ```python run is executed, in the order of the page, in one empty
folder a page. `run shared` blocks read `../shared/data` and are run only where that folder is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^```(bash|python) run( shared)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@dataclass(frozen=True)
class Script:
    """One runnable block."""

    language: str
    shared: bool
    code: str


def scripts(page: Path) -> list[Script]:
    return [Script(lang, bool(shared), code) for lang, shared, code in FENCE.findall(page.read_text("utf-8"))]


def run(script: Script, folder: Path) -> None:
    command = [sys.executable, "-c"] if script.language == "python" else ["bash", "-euo", "pipefail", "-c"]
    # `diptych` on the path is this environment's, wherever the tests were started from.
    path = os.pathsep.join([str(folder.parent / "bin"), os.path.dirname(sys.executable), os.environ["PATH"]])
    done = subprocess.run(
        [*command, script.code],
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, f"{script.code}\n{done.stdout}\n{done.stderr}"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """An empty folder to work in, with the shared data beside it as in a checkout."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "diptych"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m diptych "$@"\n')
    command.chmod(0o755)
    if (ROOT.parent / "shared").is_dir():
        (tmp_path / "shared").symlink_to(ROOT.parent / "shared")
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


@pytest.mark.parametrize("page", [p for p in PAGES if scripts(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_marked_blocks_run(page: Path, desk: Path) -> None:
    for script in scripts(page):
        if script.shared and not (desk.parent / "shared" / "data").is_dir():
            continue
        run(script, desk)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_machine_shines_through(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"/(work|root|home|tmp)/", text)


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / target).resolve() for target in LINK.findall(index.read_text("utf-8"))}
    assert {page for page in PAGES if page.is_relative_to(index.parent)} - {index} == listed


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    blocks = re.findall(
        r"^```bash\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert blocks == ["pip install . && diptych demo\n", 'pip install ".[test]" && pytest\n']


def test_a_failing_block_is_noticed(desk: Path) -> None:
    with pytest.raises(AssertionError, match="no such thing"):
        run(Script("bash", False, "echo no such thing >&2; false; echo not reached"), desk)
