"""A checkpoint from elsewhere: what is damaged is told in one line, before anything is built."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diptych.base.errors import DiptychError
from diptych.training import checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint.PACKAGED / "panoramic-gan", tmp_path / "gan"))


def write(folder: Path, **fields: Any) -> None:
    """Put fields into the config of a checkpoint; a hash of None is taken out."""
    path = folder / "config.json"
    about = json.loads(path.read_text())
    model = {**about["model"], **fields.pop("model", {})}
    about |= {**fields, "model": model}
    about = {name: value for name, value in about.items() if name != "shapes_sha256" or value is not None}
    path.write_text(json.dumps(about))


def told(folder: Path, **fields: Any) -> str:
    """The one line about a checkpoint with these fields in its config."""
    write(folder, **fields)
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


def shapes_of(folder: Path) -> str:
    return hashlib.sha256((folder / checkpoint.SHAPES).read_bytes()).hexdigest()


def remove(path: Path) -> None:
    path.unlink()


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


DAMAGES = [(remove, "is missing"), (put_folder, "is no file"), (cut, "is truncated or changed")]


@pytest.mark.parametrize(("damage", "what"), DAMAGES)
def test_a_shape_model_that_was_there_is_asked_for(
    damage: Callable[[Path], None], what: str, folder: Path
) -> None:
    digest = shapes_of(folder)
    damage(folder / checkpoint.SHAPES)
    assert f"shapes.npz: {what}" in told(folder, shapes_sha256=digest)


def test_older_checkpoints_tell_of_no_shape_model(folder: Path) -> None:
    write(folder, shapes_sha256=None)
    assert checkpoint.load(str(folder)).folder == folder
    remove(folder / checkpoint.SHAPES)
    checkpoint._load.cache_clear()
    assert checkpoint.load(str(folder)).folder == folder
    (folder / checkpoint.SHAPES).mkdir()
    checkpoint._load.cache_clear()
    assert "shapes.npz: is no file" in told(folder)


def test_the_shape_model_is_saved_with_its_hash(folder: Path, tmp_path: Path) -> None:
    given, out = checkpoint.load(str(folder)), tmp_path / "again"
    shapes = (folder / checkpoint.SHAPES).read_bytes()
    checkpoint.save(out, given.model, {"seen": given.about["seen"]}, "# again\n", shapes)
    about = json.loads((out / "config.json").read_text())
    assert about["shapes_sha256"] == shapes_of(out) == shapes_of(folder)
    assert "shapes_sha256" not in checkpoint.load(str(out)).about
    checkpoint.save(tmp_path / "bare", given.model, {"seen": given.about["seen"]}, "# bare\n")
    assert "shapes_sha256" not in json.loads((tmp_path / "bare" / "config.json").read_text())
