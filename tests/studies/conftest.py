"""Simulated studies whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from diptych.studies.cells import Cell


def make_cell(dice: np.ndarray | None = None, **facts: object) -> Cell:
    """A cell of a study of lungs; `dice` holds one score a subject."""
    values = np.linspace(0.5, 0.9, 20) if dice is None else np.asarray(dice)
    usual: dict[str, object] = {
        "study": "fusion",
        "task": "lungs",
        "arm": "real-only",
        "fraction": 0.1,
        "ratio": 0.0,
        "learner": "unet",
        "generator_seed": None,
        "seed": 0,
        "images": 10,
        "subjects": tuple(f"s{i:03}" for i in range(len(values))),
        "scores": {"dice": {"all": tuple(float(v) for v in values)}},
    }
    return Cell(**usual | facts)  # type: ignore[arg-type]


def make_arm(table: np.ndarray, **facts: object) -> list[Cell]:
    """Cells of one arm from scores (seeds, n), or (generators, seeds, n)."""
    if table.ndim == 2:
        return [make_cell(row, seed=seed, **facts) for seed, row in enumerate(table)]
    return [
        make_cell(row, seed=seed, generator_seed=g, **facts)
        for g, part in enumerate(table)
        for seed, row in enumerate(part)
    ]


@pytest.fixture
def cell() -> Callable[..., Cell]:
    return make_cell


@pytest.fixture
def arm() -> Callable[..., list[Cell]]:
    return make_arm
