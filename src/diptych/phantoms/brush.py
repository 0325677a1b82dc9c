"""Painting findings: a mouth's image and findings mask, and one tooth of it in its own coordinates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.canvas import Frame, Plane
from diptych.phantoms.tooth import Patches
from diptych.records.sample import Mask

Window = tuple[slice, slice]

CODES = {
    "caries": 1, "deep caries": 2, "periapical lesion": 3, "restoration": 4, "crown": 5, "root canal": 6,
    "implant": 7, "appliance": 8,
}  # fmt: skip
"""Codes of the findings layer."""

METAL = 246.0
"""Grey level of thick metal; the brightest thing in a radiograph."""


def cover_of(distance: Plane) -> Plane:
    """Coverage (0 to 1) from a signed distance in pixels."""
    covered: Plane = np.clip(distance + np.float32(0.5), 0, 1).astype(np.float32)
    return covered


class Mouth:
    """One mouth being painted: (H, W) image, teeth and findings masks, changed in place."""

    def __init__(self, frame: Frame, image: Plane) -> None:
        self.frame, self.image = frame, image
        self.teeth: Mask = np.zeros(frame.shape, np.uint8)
        self.findings: Mask = np.zeros(frame.shape, np.uint8)

    def paint(
        self,
        window: Window,
        cover: Plane,
        grey: float | Plane,
        name: str,
        *,
        within: NDArray[np.bool_] | None = None,
    ) -> None:
        """Blend a grey level into the window as far as `cover` (0 to 1) goes, and mark the finding.

        The mask gets no pixel outside `within`, but never none at all.
        """
        self.image[window] += cover * (grey - self.image[window])
        seen = cover if within is None or not within.any() else np.where(within, cover, -1)
        self.findings[window][(seen > 0.45) | (seen >= seen.max())] = CODES[name]


class Brush:
    """Paints findings on one tooth, in the tooth's coordinates (see `tooth`)."""

    def __init__(self, rng: np.random.Generator, mouth: Mouth, patches: Patches, row: int) -> None:
        self.rng, self.mouth = rng, mouth
        self.fdi = int(patches.fdi[row])
        self.window = patches.window(row)
        planes = (patches.u, patches.v, patches.depth, patches.middle, patches.half)
        self.u, self.v, self.depth, self.middle, self.half = (patches.view(row, plane) for plane in planes)
        self.crown = float(patches.crown[row])
        self.wide, self.long = (float(value) for value in patches.scale[row])

    @property
    def body(self) -> Plane:
        """Coverage of the tooth itself."""
        return cover_of(self.depth)

    @property
    def behind(self) -> Plane:
        """The image in the tooth's window."""
        return self.mouth.image[self.window]

    def number(self, low: float, high: float) -> float:
        """A number drawn between two."""
        return float(self.rng.uniform(low, high))

    @property
    def visible(self) -> NDArray[np.bool_]:
        """Where no other tooth lies over this one."""
        seen: NDArray[np.bool_] = self.mouth.teeth[self.window] == self.fdi
        return seen

    def hand(self) -> float:
        """-1 or 1: one of the crown's two flanks, the other one if a neighbour hides most of it."""
        seen = self.visible & (self.v < self.crown)
        left, right = (int((seen & (self.u * hand > 0.3)).sum()) for hand in (-1, 1))
        hand = float(self.rng.choice([-1.0, 1.0]))
        mine, other = (left, right) if hand < 0 else (right, left)
        return hand if mine > 0.6 * other else -hand

    def spot(self, middle: tuple[float, float], radius: tuple[float, float]) -> Plane:
        """Distance in pixels to an ellipse given in (u, v), inside positive."""
        (u, v), (ru, rv) = middle, radius
        away = np.sqrt(np.square((self.u - u) / ru) + np.square((self.v - v) / rv))
        inside: Plane = (1 - away) * np.float32(min(ru * self.wide, rv * self.long))
        return inside

    def paint(self, cover: Plane, grey: float | Plane, name: str) -> None:
        """Blend into the tooth's window and mark the finding on the visible tooth."""
        self.mouth.paint(self.window, cover, grey, name, within=self.visible)
