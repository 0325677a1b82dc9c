"""Arrays out of a `.npz` file that may come from anywhere: nothing is run, nothing large is unpacked."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Collection
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError

LARGEST = 1 << 20
"""Bytes of one array; the largest of a shape model has 77 thousand."""
_BROKEN = (OSError, EOFError, ValueError, TypeError, SyntaxError, RecursionError, MemoryError, RuntimeError)
"""What reading a damaged archive, or the header of an array in it, raises, beside errors of compression."""


def read_arrays(path: Path, names: Collection[str]) -> dict[str, NDArray[np.float32]]:
    """The float32 arrays of these names, of at most `LARGEST` bytes each; others are not looked at.

    Raises `DiptychError` naming the file that is missing, no archive, or holds something else.
    """
    remedy = "copy it again, or fit the shape model again"
    if not path.exists():
        raise DiptychError.of(str(path), "is missing", "fit a shape model and save it there")
    if not path.is_file() or path.stat().st_size > len(names) * LARGEST:
        raise DiptychError.of(str(path), "is no shape model", remedy)
    try:
        with zipfile.ZipFile(path) as file:
            return {name: _read(file, name) for name in names if f"{name}.npy" in file.namelist()}
    except (*_BROKEN, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", remedy) from None


def _read(file: zipfile.ZipFile, name: str) -> NDArray[np.float32]:
    """One array; its sizes are held against what is there, not believed. Raises `ValueError`."""
    entry = file.getinfo(f"{name}.npy")
    if entry.file_size > LARGEST:
        raise ValueError(f"{name} is too large")
    data = io.BytesIO(file.read(entry))
    np.lib.format.read_magic(data)
    shape, by_columns, kind = np.lib.format.read_array_header_1_0(data)
    rest = data.read()
    if kind != np.dtype("<f4") or len(rest) != 4 * prod(shape):
        raise ValueError(f"{name} holds no numbers of single precision, or not as many as it says")
    return np.frombuffer(rest, "<f4").reshape(shape, order="F" if by_columns else "C")
