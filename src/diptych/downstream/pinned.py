"""Weights from files that may be anybody's: hashed before they are parsed, and never unpickled."""

from __future__ import annotations

import hashlib
import io
import pickle
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from diptych.base.errors import DiptychError

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_FILE = 4 * 1024**3
"""Bytes; the largest network with an adapter has 0.35 GB."""


def read_pinned(path: Path, sha256: str) -> bytes:
    """The bytes of a file whose SHA-256 is known.

    They are read once, so what was hashed is what is parsed. Raises `DiptychError` when the file is
    missing, unreadable, too large, when no hash is given, or when it is another's.
    """
    data = _read(path)
    found = hashlib.sha256(data).hexdigest()
    if not sha256:
        remedy = f"compare it with its publisher's, then give sha256={found}"
        raise DiptychError.of(str(path), "comes without a pinned SHA-256", remedy)
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise DiptychError.of("sha256", f"{sha256[:80]!r} is no SHA-256", "give its 64 hexadecimal digits")
    if found != sha256.lower():
        remedy = "fetch the file again, or correct the hash"
        raise DiptychError.of(str(path), f"has SHA-256 {found}, not the pinned {sha256.lower()}", remedy)
    return data


def state_of(data: bytes, path: Path) -> dict[str, Tensor]:
    """The state dictionary in the bytes of a `.safetensors` file, or of a `.pth` or `.pt` one.

    Of the latter only tensors are read (`weights_only`), so that nothing in it is executed. Raises
    `DiptychError` for anything else, such as a pickled module.
    """
    state = _from_safetensors(data, path) if path.suffix == ".safetensors" else _from_torch(data, path)
    if not isinstance(state, dict) or not state or not all(_is_entry(*item) for item in state.items()):
        remedy = "save `module.state_dict()` as safetensors"
        raise DiptychError.of(str(path), "is no state dictionary of named tensors", remedy)
    return state


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise DiptychError.of(str(path), "is a folder", "give a file")
    if not path.is_file():
        raise DiptychError.of(str(path), "is no file", "give the path of a weights file")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            what = f"{size:,} bytes are more than {LARGEST_FILE:,}"
            raise DiptychError.of(str(path), what, "give the weights of one network")
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise DiptychError.of(str(path), f"cannot be read ({reason})", "give a readable file") from None


def _from_safetensors(data: bytes, path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError, RuntimeError, MemoryError) as error:
        reason = _first_line(error)
        raise DiptychError.of(str(path), f"is no safetensors file ({reason})", "fetch it again") from None


def _from_torch(data: bytes, path: Path) -> object:
    import torch

    _check_unpacked(data, path)
    try:
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        what = "holds more than tensors, or is damaged; it was not unpickled"
        raise DiptychError.of(str(path), what, "save `module.state_dict()` as safetensors") from None
    # A hostile or cut file can break the parser anywhere.
    except Exception as error:
        reason = _first_line(error)
        raise DiptychError.of(str(path), f"cannot be read as weights ({reason})", "fetch it again") from None


def _check_unpacked(data: bytes, path: Path) -> None:
    """Refuse an archive that swells when it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return
    if size > LARGEST_FILE or size > 2 * len(data):
        what = f"unpacks from {len(data):,} to {size:,} bytes"
        raise DiptychError.of(str(path), what, "give weights that are not compressed")


def _is_entry(name: object, value: object) -> bool:
    from torch import Tensor

    return (
        isinstance(name, str) and isinstance(value, Tensor) and not value.is_sparse and not value.is_quantized
    )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().partition("\n")[0] or type(error).__name__)[:120]
