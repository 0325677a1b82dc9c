"""The gate's flags: what does not fit is one line, code 2, nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from diptych.phantoms import write_cohort

from .conftest import Complain

GENERATE = (
    "generate",
    "--checkpoint",
    "chest-nano",
    "--prompt",
    "PA chest radiograph, normal.",
    "--count",
    "1",
)


@pytest.mark.parametrize("flags", [("--judge", "a"), ("--classifier", "a"), ("--score-only",)])
def test_flags_that_belong_to_the_gate(flags: tuple[str, ...], complain: Complain) -> None:
    (line,) = complain(*GENERATE, *flags)
    assert line == f"diptych: {flags[0]}: belongs to --gate; give both or none"


def test_gates_that_do_not_fit(complain: Complain, tmp_path: Path) -> None:
    write_cohort("panoramic", count=1, seed=0, out=tmp_path / "teeth", size=(32, 64))
    write_cohort("chest", count=2, seed=0, out=tmp_path / "chests", size=(32, 32))
    (line,) = complain(*GENERATE, "--gate", "teeth")
    assert "--gate teeth: holds panoramic radiographs" in line
    (line,) = complain(*GENERATE, "--gate", "nowhere")
    assert "nowhere: is not a cohort folder" in line
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("mine")
    (line,) = complain(*GENERATE, "--gate", "chests", "--judge", "notes")
    assert "config.json: is missing" in line
