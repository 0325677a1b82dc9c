"""Which encoder a frozen learner looks through. Light to import, so that study files can hold it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from diptych.base.errors import DiptychError

if TYPE_CHECKING:
    from diptych.downstream.encoders import Placed

PIXELS = (4, 8, 16)
"""Lawful sides of the square that one patch sees."""


@dataclass(frozen=True, kw_only=True)
class EncoderConfig:
    """Which encoder, where its file lies, and how finely it looks."""

    kind: str
    """Name in `encoders.ENCODERS`: `dinov2-small`, `rad-dino`, `onnx` and so on."""
    path: str
    """Weights as `.safetensors`, `.pth` or `.pt`, or an ONNX file."""
    sha256: str
    """Of the file, which is refused with another one."""
    pixels: int = 8
    """Side in image pixels of the square that one patch sees: 4, 8 or 16. Images are enlarged to fit."""

    def build(self) -> Placed:
        """Read the file. Raises `DiptychError` when it is missing, another one, or not of its kind."""
        from diptych.downstream.encoders import ENCODERS, Placed
        from diptych.downstream.pinned import read_pinned

        if self.pixels not in PIXELS:
            raise DiptychError.of("encoder", f"pixels {self.pixels} is no patch", "give 4, 8 or 16")
        make, path = ENCODERS[self.kind], Path(self.path)
        return Placed(make(read_pinned(path, self.sha256), path), self.pixels)
