"""A checkpoint from elsewhere: what is damaged is told in one line, before anything is built."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from diptych.base.errors import DiptychError
from diptych.training import checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint.PACKAGED / "panoramic-gan", tmp_path / "gan"))


def told(folder: Path, **fields: Any) -> str:
    """The one line about a checkpoint with these fields in its config."""
    path = folder / "config.json"
    about = json.loads(path.read_text())
    model = {**about["model"], **fields.pop("model", {})}
    path.write_text(json.dumps({**about, **fields, "model": model}))
    with pytest.raises(DiptychError) as error:
        checkpoint.load(str(folder))
    (problem,) = error.value.problems
    return str(problem)


@pytest.mark.parametrize("family", ["none", ["gan"], {}, 1])
def test_a_family_that_is_none(folder: Path, family: object) -> None:
    assert "config.json, field family: is none that is known" in told(folder, family=family)


@pytest.mark.parametrize("data", [[], "x", 1, None])
def test_a_section_of_data_that_is_none(folder: Path, data: object) -> None:
    assert "config.json, field data: does not say" in told(folder, data=data)


@pytest.mark.parametrize("ground", [[4096, 100_000, 100_000], [64, 64, 64], [0, 8, 16], [-4, 8, -16]])
def test_a_ground_that_no_memory_holds(folder: Path, ground: list[int]) -> None:
    assert "field model.ground: is not what diptych writes" in told(folder, model={"ground": ground})
