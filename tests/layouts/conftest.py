"""Shape models and rows made of phantoms, fitted once."""

from __future__ import annotations

import pytest

from diptych.layouts import Layout, ShapeModel, layouts_of
from diptych.phantoms import draw_many

SIZES = {"panoramic": (128, 256), "chest": (96, 96)}


@pytest.fixture(scope="session")
def rows() -> dict[str, tuple[Layout, ...]]:
    return {
        "panoramic": layouts_of(draw_many("panoramic", 40, 100, (96, 192))),
        "chest": layouts_of(draw_many("chest", 32, 100, (96, 96))),
    }


@pytest.fixture(scope="session")
def models(rows) -> dict[str, ShapeModel]:
    return {
        "panoramic": ShapeModel.fit([row.layers["teeth"] for row in rows["panoramic"]], "panoramic"),
        "chest": ShapeModel.fit([row.layers["lungs"] for row in rows["chest"]], "chest"),
    }


@pytest.fixture(scope="session")
def sources(rows, models):
    """What each registered composer needs, by body region."""
    return {
        body: {"procedural": None, "statistical": models[body], "perturbed": rows[body]}
        for body in ("panoramic", "chest")
    }
