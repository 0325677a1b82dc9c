"""Files and folders that are either whole or not there."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from diptych.base.errors import DiptychError

COHORT_MARK = "cohort.json"
"""The file by which a folder is known to be a cohort."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file beside its final name, then rename it over."""
    with _plain_errors(path, (*_FULL, *_REFUSED)):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """Write readable, stable JSON whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a scratch folder that becomes `path` when the block ends well.

    An existing folder with anything in it is never touched: that raises before any
    work is done. When the block fails, the scratch folder is removed.
    """
    with _plain_errors(path, (*_FULL, *_REFUSED)):
        _check_free(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        part.mkdir()
    try:
        # Inside the block only a full disk is surely about the output.
        with _plain_errors(path, _FULL):
            yield part
        with _plain_errors(path, (*_FULL, *_REFUSED)):
            if path.exists():
                path.rmdir()
            os.replace(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_outside(path: Path) -> None:
    """Raise `DiptychError` for a place inside a cohort, which has a fingerprint and is left as it is."""
    for parent in path.absolute().parents:
        if (parent / COHORT_MARK).is_file():
            what = f"lies inside the cohort {parent}"
            raise DiptychError.of(str(path), what, "choose an --out outside of it")


def _check_free(path: Path) -> None:
    check_outside(path)
    if path.name in ("", ".."):
        raise DiptychError.of(f"--out {path}", "names no folder that could be made", "give a new name")
    if path.is_symlink():
        raise DiptychError.of(str(path), "is a link", "choose another --out or remove it")
    if path.exists() and not path.is_dir():
        raise DiptychError.of(str(path), "is a file", "choose another --out or remove it")
    if path.exists() and any(path.iterdir()):
        raise DiptychError.of(str(path), "exists and is not empty", "choose another --out or empty it")


@contextmanager
def _plain_errors(path: Path, numbers: tuple[int, ...]) -> Iterator[None]:
    """Turn the system errors that a user can mend into one line about `path`."""
    try:
        yield
    except OSError as error:
        if error.errno not in numbers:
            raise
        remedy = "free some space" if error.errno in _FULL else "choose a place that can be written to"
        reason = (error.strerror or "cannot be written").lower()
        raise DiptychError.of(str(path), f"cannot be written ({reason})", remedy) from error
