"""Names of files that stand in metadata: hostile until they are shown to stay inside their folder."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from diptych.base.errors import DiptychError


def place_inside(root: Path, name: str, where: str) -> Path:
    """The path of `name` (relative, `/` between folders) under `root`; the file need not exist.

    Raises `DiptychError` naming `where` when the name is empty, absolute, climbs with `..`, or leads out of
    the folder by a link.
    """
    parts = PurePosixPath(name).parts
    if not name:
        raise DiptychError.of(where, "names no file", "fill it in")
    if name.startswith("/") or ".." in parts or any(letter in name for letter in "\\:\0"):
        raise DiptychError.of(where, f"{name!r} leaves the folder", f"use a path inside {root}")
    path = root / name
    try:
        path.exists()
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        # A name too long for the file system, or links that run in a circle.
        raise DiptychError.of(where, f"{name!r} can be no file", f"use a path inside {root}") from None
    if not inside:
        raise DiptychError.of(where, f"{name!r} is a link out of the folder", f"copy the file into {root}")
    return path
