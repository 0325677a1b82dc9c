"""One process at a time in a folder that is worked in for long."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diptych.base.errors import DiptychError

LOCK = ".lock"
"""A file of this name lies in the folder; the system frees it when its process ends, however it ends."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Work in `folder`, which is made if it is not there, as the only process that does.

    What runs that were killed left half-written, in it and in its folders, is cleared first. Raises
    `DiptychError` while another process is in the block.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        what, remedy = "another run is at work there", "wait until it has ended, or choose another --out"
        raise DiptychError.of(str(folder), what, remedy) from None
    try:
        for part in (*folder.glob(".*.part"), *folder.glob("*/.*.part")):
            shutil.rmtree(part) if part.is_dir() else part.unlink()
        yield
    finally:
        lock.release()
