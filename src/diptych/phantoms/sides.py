"""The two halves of a thorax: bounds of a lung and placing of points given from the midline outwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diptych.phantoms.canvas import Points


@dataclass(frozen=True)
class Side:
    """One lung's bounds, in image heights; x is told by the distance from the midline."""

    hand: int
    """-1 the patient's right (image left), 1 the left."""
    axis: float
    """x of the midline."""
    inner: float
    """Distance of the lung's medial edge from the midline."""
    outer: float
    """Distance of its lateral edge."""
    top: float
    bottom: float

    @property
    def height(self) -> float:
        """From apex to costophrenic angle."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """From the medial to the lateral edge."""
        return self.outer - self.inner

    @property
    def x0(self) -> float:
        """The image-left edge."""
        return self.axis + min(self.hand * self.inner, self.hand * self.outer)

    @property
    def x1(self) -> float:
        """The image-right edge."""
        return self.axis + max(self.hand * self.inner, self.hand * self.outer)

    def x(self, distance: float) -> float:
        """x at a distance from the midline."""
        return self.axis + self.hand * distance

    def place(self, points: Points | list[tuple[float, float]]) -> Points:
        """Points (distance from the midline, y) as (x, y)."""
        placed: Points = np.asarray(points, dtype=np.float64) * [self.hand, 1.0] + [self.axis, 0.0]
        return placed
