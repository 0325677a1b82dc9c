"""A simple test for text burned into a radiograph, such as a name along its edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from diptych.records.sample import Grey

BORDER = 0.2
"""Text is looked for in this outer share of the height and of the width."""
BRIGHT = 0.9
"""Glyphs are drawn at least this bright, as a share of the image's largest value."""
CONTRAST = 0.3
"""What surrounds a glyph is darker than the largest value by at least this share."""
LETTERS = 4
"""Fewer glyphs in a line are a side marker or the name of a view, not identity."""
TALL = (0.008, 0.06)
"""Height of a glyph as a share of the image's height; at least four pixels."""


@dataclass(frozen=True)
class Glyph:
    """A small bright shape by its box in pixels."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top


def has_text(image: Grey) -> bool:
    """Whether `LETTERS` or more glyphs of like height stand in one line near an edge.

    A heuristic that warns and never blocks: it misses dim or dark text, and takes a row of
    small bright clips for text.
    """
    glyphs = find_glyphs(image)
    return any(_letters_in_line(glyph, glyphs) >= LETTERS for glyph in glyphs)


def find_glyphs(image: Grey) -> list[Glyph]:
    """Small bright shapes near the edges of (H, W) that stand out from what surrounds them."""
    from scipy import ndimage

    peak = float(image.max())
    bright = image >= BRIGHT * peak
    if peak == 0 or bright.mean() > 0.5:
        return []
    shapes, _ = ndimage.label(bright, structure=np.ones((3, 3)))
    low, high = max(4.0, TALL[0] * image.shape[0]), TALL[1] * image.shape[0]
    boxes = [
        Glyph(rows.start, rows.stop, columns.start, columns.stop)
        for rows, columns in ndimage.find_objects(shapes)
    ]
    sized = (glyph for glyph in boxes if low <= glyph.height <= high)
    shaped = (glyph for glyph in sized if glyph.right - glyph.left <= 1.5 * glyph.height)
    near = (glyph for glyph in shaped if _near_edge(glyph, image.shape))
    return [glyph for glyph in near if _stands_out(image, bright, glyph, peak)]


def _near_edge(glyph: Glyph, shape: tuple[int, ...]) -> bool:
    height, width = shape
    across = glyph.bottom <= BORDER * height or glyph.top >= (1 - BORDER) * height
    return across or glyph.right <= BORDER * width or glyph.left >= (1 - BORDER) * width


def _stands_out(image: Grey, bright: NDArray[np.bool_], glyph: Glyph, peak: float) -> bool:
    """Whether the dark pixels in and around the glyph's box are clearly dark: text has hard edges."""
    margin = max(2, glyph.height // 3)
    rows = slice(max(glyph.top - margin, 0), glyph.bottom + margin)
    columns = slice(max(glyph.left - margin, 0), glyph.right + margin)
    around = image[rows, columns][~bright[rows, columns]]
    return around.size > 0 and float(np.median(around)) <= (1 - CONTRAST) * peak


def _letters_in_line(first: Glyph, glyphs: list[Glyph]) -> int:
    """Glyphs of like height on the same base line, each less than two heights from the last."""
    line = sorted((glyph for glyph in glyphs if _alike(first, glyph)), key=lambda glyph: glyph.left)
    best = count = 0
    end = -np.inf
    for glyph in line:
        count = count + 1 if glyph.left - end <= 2 * first.height else 1
        best, end = max(best, count), glyph.right
    return best


def _alike(first: Glyph, other: Glyph) -> bool:
    same_line = abs(other.bottom - first.bottom) <= 0.3 * first.height
    return same_line and 0.6 <= other.height / first.height <= 1.6
