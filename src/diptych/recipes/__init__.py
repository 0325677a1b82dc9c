"""Recipes: functions that return a complete training; the only place with tuned numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from diptych.base.errors import DiptychError

if TYPE_CHECKING:
    from diptych.training.stages import Recipe

RECIPES = ("chest_nano", "panoramic_nano")


def recipe(name: str) -> Recipe:
    """The recipe of a name. Raises `DiptychError` with the known names."""
    if name not in RECIPES:
        raise DiptychError.of("--recipe", f"unknown recipe {name!r}", f"choose from {', '.join(RECIPES)}")
    from diptych.recipes import nano

    build: Callable[[], Recipe] = getattr(nano, name)
    return build()
