"""What the flags of several verbs have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from tyro.conf import arg

from diptych.base.errors import Problems

Folder = Annotated[Path, arg(metavar="DIR")]
Checkpoint = Annotated[str, arg(metavar="NAME|DIR")]


MOST = 1_000_000
"""Of anything that is counted out: what one folder still holds."""


def at_most(most: int, **numbers: int) -> None:
    """Raise `DiptychError` naming every flag whose number is above `most`."""
    problems = Problems()
    for name, number in numbers.items():
        if number > most:
            remedy = f"give {most} or less, and make several cohorts with other seeds if you need more"
            problems.add(f"--{name.replace('_', '-')}", f"{number} is too large", remedy)
    problems.raise_any()


def at_least(least: int, **numbers: int) -> None:
    """Raise `DiptychError` naming every flag whose number is below `least`."""
    problems = Problems()
    for name, number in numbers.items():
        if number < least:
            problems.add(f"--{name.replace('_', '-')}", f"{number} is too small", f"give {least} or more")
    problems.raise_any()
