"""Recipes: functions that return a complete training; the only place with tuned numbers."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from diptych.base.errors import DiptychError

if TYPE_CHECKING:
    from diptych.training.stages import Recipe

RECIPES = {
    "chest_nano": "nano",
    "panoramic_nano": "nano",
    "panoramic_nano_long": "nano",
    "chest_gan": "gan",
    "chest_gan_nano": "gan",
    "panoramic_gan_nano": "gan",
    "panoramic_gan_256": "gan",
    "panoramic_gan_512": "gan",
    "panoramic_gan_square_256": "gan",
    "panoramic_gan_square_512": "gan",
    "chest_flow_nano": "flow",
    "panoramic_flow_nano": "flow",
}
"""Every recipe and the file of this room that it stands in."""


def recipe(name: str) -> Recipe:
    """The recipe of a name. Raises `DiptychError` with the known names."""
    if name not in RECIPES:
        raise DiptychError.of("--recipe", f"unknown recipe {name!r}", f"choose from {', '.join(RECIPES)}")
    build: Callable[[], Recipe] = getattr(import_module(f"diptych.recipes.{RECIPES[name]}"), name)
    return build()
