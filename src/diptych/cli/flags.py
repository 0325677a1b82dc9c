"""What the flags of several verbs have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from tyro.conf import arg

from diptych.base.errors import Problems

Folder = Annotated[Path, arg(metavar="DIR")]
Checkpoint = Annotated[str, arg(metavar="NAME|DIR")]


def at_least(least: int, **numbers: int) -> None:
    """Raise `DiptychError` naming every flag whose number is below `least`."""
    problems = Problems()
    for name, number in numbers.items():
        if number < least:
            problems.add(f"--{name.replace('_', '-')}", f"{number} is too small", f"give {least} or more")
    problems.raise_any()
