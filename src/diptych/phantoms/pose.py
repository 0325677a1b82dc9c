"""How the patient stood: a small turn of the whole picture, the same for image and masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.canvas import Frame, Plane
from diptych.records.sample import Mask

LARGEST = 6.0
"""Degrees; nobody is imaged more askew than this."""


@dataclass(frozen=True)
class Pose:
    """Where every pixel of the picture comes from: (H, W) rows and columns, fractional."""

    rows: NDArray[np.float32]
    columns: NDArray[np.float32]

    @classmethod
    def draw(cls, rng: np.random.Generator, frame: Frame, *, spread: float) -> Pose:
        """A turn about the image's middle, of `spread` degrees (standard deviation)."""
        angle = np.radians(np.clip(rng.normal(0, spread), -LARGEST, LARGEST))
        cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        x, y = frame.xx - np.float32(frame.extent / 2), frame.yy - np.float32(0.5)
        rows = (y * cosine + x * sine + np.float32(0.5)) * np.float32(frame.height) - np.float32(0.5)
        across = (x * cosine - y * sine + np.float32(frame.extent / 2)) / np.float32(frame.extent)
        columns = across * np.float32(frame.width) - np.float32(0.5)
        return cls(np.clip(rows, 0, frame.height - 1.001), np.clip(columns, 0, frame.width - 1.001))

    def image(self, plane: Plane) -> Plane:
        """The plane turned, bilinear; the border repeats outwards."""
        width = plane.shape[1]
        top, left = self.rows.astype(np.int32), self.columns.astype(np.int32)
        down, right = self.rows - top, self.columns - left
        flat, at = np.ascontiguousarray(plane, dtype=np.float32).reshape(-1), top * width + left
        upper = flat.take(at) * (1 - right) + flat.take(at + 1) * right
        lower = flat.take(at + width) * (1 - right) + flat.take(at + width + 1) * right
        turned: Plane = upper + down * (lower - upper)
        return turned

    def mask(self, mask: Mask) -> Mask:
        """The mask turned, nearest code."""
        rows, columns = (
            (self.rows + np.float32(0.5)).astype(np.int32),
            (self.columns + np.float32(0.5)).astype(np.int32),
        )
        turned: Mask = mask.reshape(-1).take(rows * mask.shape[1] + columns)
        return turned
