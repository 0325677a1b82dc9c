"""What an installation brings along, and what it must never bring."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
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
