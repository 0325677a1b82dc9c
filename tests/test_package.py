"""The top level: quick to import, lazy, and honest about its names."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import diptych


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, diptych; print(*sorted({'torch', 'numpy', 'PIL', 'tyro', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", sorted(diptych._HOMES))
def test_every_public_name_is_where_it_says(name: str) -> None:
    assert getattr(diptych, name) is getattr(import_module(diptych._HOMES[name]), name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = diptych.nothing_here


def test_packaged_weights_are_small(root: Path) -> None:
    sizes = {
        file.parent.name: file.stat().st_size
        for file in root.glob("src/diptych/weights/*/weights.safetensors")
    }
    assert {name: size for name, size in sizes.items() if size > 10_000_000} == {}
