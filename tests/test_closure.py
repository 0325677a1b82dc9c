"""What an installation brings along, and what it must never bring."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BANNED = {"torchvision", "torchaudio", "opencv-python", "lightning"}


def closure(requirements: Iterable[str]) -> dict[str, str]:
    """Every package that the requirements pull in, with the one that asked for it first."""
    found: dict[str, str] = {}
    waiting = [(text, "pyproject.toml", frozenset({""})) for text in requirements]
    while waiting:
        text, asked_by, extras = waiting.pop()
        wanted = Requirement(text)
        if wanted.marker and not any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(wanted.name)
        if name in found and not wanted.extras:
            continue
        found.setdefault(name, asked_by)
        try:
            below = requires(name) or []
        except PackageNotFoundError:
            continue
        waiting += [(line, name, frozenset(wanted.extras or {""})) for line in below]
    return found


def test_nothing_pulls_in_a_banned_package(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    found = closure([*project["dependencies"], *(line for lines in extras.values() for line in lines)])
    assert {name: found[name] for name in BANNED & found.keys()} == {}
    assert {"torch", "numpy", "typing-extensions"} <= found.keys()


def test_the_walk_sees_what_is_asked_for() -> None:
    assert closure(["TorchVision>=0.1 ; python_version > '3'"])["torchvision"] == "pyproject.toml"
    assert "torchvision" not in closure(["torchvision ; extra == 'vision'"])


def test_torch_is_capped(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert "torch>=2.6,<2.14" in project["dependencies"]


def imported(folder: Path) -> set[str]:
    """The top-level packages that the files of a folder import, the standard library aside."""
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"diptych"}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    homes = packages_distributions()
    used = {canonicalize_name(home) for name in imported(root / "src") for home in homes.get(name, [name])}
    assert used == declared
