from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from tests.studies.tiny import tiny_study

from diptych.base.errors import DiptychError
from diptych.studies.design import PRESETS, Family, StudyArm, check_study, read_study, study_path
from diptych.studies.wanted import wanted_cells

LEARNING = "[learning]\nsize = [32, 32]\nsteps = 4"
HUGE = "0x" + "f" * 5000


@pytest.mark.parametrize("path", sorted(PRESETS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_packaged_study_is_sound_and_ends_in_a_comparison(path: Path) -> None:
    name, preset = path.stem.split("-", 1)
    study = read_study(name, preset)
    asked = {cell.arm.name for cell in wanted_cells(study)}
    assert {study.primary.arm, *study.primary.against} <= asked
    assert {"real-only", "duplicate-real", "augmented-real"} <= asked


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(study_path("fusion", "quick").read_text())
    assert read_study(str(own)) == read_study("fusion", "quick")


def test_the_registered_comparison_at_the_smallest_size_is_run_first() -> None:
    study = read_study("fusion", "quick")
    cells = wanted_cells(study)
    registered = {study.primary.arm, *study.primary.against}
    first = [cell for cell in cells if cell.size == min(study.sizes)]
    assert cells[: len(first)] == first
    names = [cell.arm.name in registered for cell in first]
    assert names == sorted(names, reverse=True) and any(names) and not all(names)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = 1", "expected a text"),
        ("not toml", "cannot be read"),
        ("", "missing field"),
        ("unknown = 3", "unknown: unknown field; it knows name, task, learning, sizes"),
        ("sizez = [4]", "sizez: unknown field; did you mean sizes?"),
        ("name = 'a'\ntask = 'lungs'\n[learning]\nstepz = 3", "learning.stepz: .* did you mean steps?"),
        (
            f"name = 'a'\ntask = 'lungs'\n[learning]\nsize = [32, 32]\nsteps = {HUGE}",
            "learning.steps: expected a whole number, found a",
        ),
        (f"name = 'a'\ntask = 'lungs'\nsizes = [1{'0' * 400}]\n{LEARNING}", r"sizes\[0\]: expected a number"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "study.toml"
    file.write_text(text)
    with pytest.raises(DiptychError, match=told):
        read_study(str(file))


def test_a_file_that_is_missing_or_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="file is missing"):
        read_study(str(tmp_path / "none.toml"))
    file = tmp_path / "long.toml"
    file.write_text("# " + "x" * 200_000)
    with pytest.raises(DiptychError, match="too long"):
        read_study(str(file))
    with pytest.raises(DiptychError, match="choose fusion --preset"):
        read_study("fusion", "none")
    with pytest.raises(DiptychError, match="is not known"):
        read_study("../../etc/passwd")


def against(*names: str) -> dict[str, object]:
    return {"primary": replace(tiny_study().primary, against=names)}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"arms": (StudyArm(strategy="magic"),)}, "unknown strategy 'magic'"),
        ({"arms": (StudyArm(strategy="synthetic-only"),)}, "needs a generator"),
        ({"arms": (StudyArm(strategy="real-only", ratio=-1),)}, "has the ratio -1"),
        ({"arms": (StudyArm(strategy="real-only"),) * 2}, "has an arm twice"),
        (
            {"arms": (StudyArm(strategy="real-only"), StudyArm(strategy="real-only", ratio=2))},
            "cells would be one: real-only",
        ),
        (
            {
                "arms": (
                    StudyArm(strategy="class-balancing"),
                    StudyArm(strategy="class-balancing", target="max"),
                ),
                "families": (Family(name="gan", recipe="chest_gan_nano"),),
            },
            "cells would be one: class-balancing",
        ),
        ({"sizes": (2.5,)}, "is no share and no count"),
        ({"sizes": ()}, "no sizes"),
        ({"sizes": (math.inf,)}, "sizes: inf is no share and no count"),
        ({"sizes": (math.nan,)}, "sizes: nan is no share and no count"),
        ({"seeds": 0}, "fewer than 1"),
        ({"seeds": 10_000_000_000}, "seeds: are more than 1000; give 1 to 1000"),
        ({"generator_seeds": 10_000_000}, "generator_seeds: are more than 1000"),
        ({"seeds": 1000, "sizes": tuple(range(2, 60))}, "asks for 116000 cells, more than 100000"),
        ({"families": (Family(name="g", recipe="r", base_phantoms=10**12),)}, "lower base_phantoms"),
        ({"learners": ("unet", "unet")}, "learners: has one twice"),
        (against(), "primary, against: is empty"),
        (against("real-only", "duplicate-real"), "against: holds the registered arm itself, duplicate-real"),
        (against("real-only", "real-only"), "against: has one twice"),
        (
            {
                "arms": (*tiny_study().arms, StudyArm(strategy="synthetic-only")),
                "families": (Family(name="gan", recipe="chest_gan_nano"),),
                **against("synthetic-only"),
            },
            "primary: names the family ''; choose from gan",
        ),
        ({"validation": 1.0}, "is no share"),
    ],
)
def test_what_cannot_be_run_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(DiptychError, match=told):
        check_study(tiny_study(**changes), "study.toml")


def test_targets_are_told_apart_by_name() -> None:
    names = [StudyArm(strategy="class-balancing", target=target).name for target in ("", "median", "40")]
    assert names == ["class-balancing", "class-balancing to median", "class-balancing to 40"]


def test_a_registered_arm_that_is_not_there_is_refused() -> None:
    study = tiny_study()
    with pytest.raises(DiptychError, match="is not in the study"):
        check_study(replace(study, primary=replace(study.primary, against=("augmented-real",))), "study.toml")
