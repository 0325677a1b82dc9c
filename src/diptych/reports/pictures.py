"""Arrays to pictures inside the page: grey images, and masks as transparent overlays."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.records.pixels import to_unit
from diptych.records.sample import Grey, Mask

Colours = Mapping[int, tuple[int, int, int]]
"""Mask code -> red, green, blue, 0 to 255; the background 0 is never drawn."""

_FILL, _LINE = 84, 235
_SCALE = 3
"""Overlays are drawn this much larger than the mask, so that contours stay thin."""
_MOST = 127
"""Labels that fit into a palette of 256, with two entries each."""


@dataclass(frozen=True)
class Picture:
    """A PNG with its size in pixels."""

    png: bytes
    width: int
    height: int

    @property
    def uri(self) -> str:
        """The picture as a `data:` address, so that the page needs no other file."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


def radiograph(image: Grey) -> Picture:
    """A grey image (H, W), 8 or 16 bit, as it is."""
    return _picture(np.round(255 * to_unit(image)).astype(np.uint8), {})


def overlay(mask: Mask, colours: Colours, fill: int = _FILL) -> Picture:
    """A mask (H, W) as coloured areas with contours on a transparent ground, three times as large.

    Areas are smoothed as the browser smooths the radiograph below. `fill` is the opacity of the areas,
    0 to 255. Codes without a colour are drawn grey, so that nothing is left out.
    """
    codes = [int(code) for code in np.unique(mask) if code]
    if len(codes) > _MOST:
        raise ValueError(f"an overlay shows at most {_MOST} labels, not {len(codes)}")
    ranks = _enlarge(mask, codes)
    inside = np.zeros(ranks.shape, dtype=bool)
    inside[1:-1, 1:-1] = np.logical_and.reduce([ranks[1:-1, 1:-1] == near for near in _neighbours(ranks)])
    # Each label has two palette entries: its area (odd) and its contour (even).
    indices = np.where(ranks == 0, 0, 2 * ranks.astype(np.uint16) - inside).astype(np.uint8)
    tints = [colours.get(code, (160, 160, 160)) for code in codes]
    palette = bytes([0, 0, 0]) + b"".join(bytes(tint) * 2 for tint in tints)
    return _picture(
        indices, {"palette": palette, "transparency": bytes([0]) + bytes([fill, _LINE]) * len(codes)}
    )


def _neighbours(ranks: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [ranks[:-2, 1:-1], ranks[2:, 1:-1], ranks[1:-1, :-2], ranks[1:-1, 2:]]


def _enlarge(mask: Mask, codes: list[int]) -> NDArray[np.uint8]:
    """(H, W) codes to (3H, 3W) ranks: 0 background, 1 for the first code; smooth borders.

    Every label is enlarged by itself, linearly; a pixel goes to the label that fills most of it, if that
    is at least a half.
    """
    from PIL import Image

    height, width = (_SCALE * side for side in mask.shape)
    ranks = np.zeros((height, width), dtype=np.uint8)
    best = np.full((height, width), 127, dtype=np.uint8)
    for rank, code in enumerate(codes, start=1):
        rows, columns = (_reach(mask == code, axis) for axis in (1, 0))
        area = Image.fromarray(np.where(mask[rows, columns] == code, np.uint8(255), np.uint8(0)))
        large = np.asarray(area.resize((_SCALE * area.width, _SCALE * area.height), Image.Resampling.BICUBIC))
        window = (
            slice(_SCALE * rows.start, _SCALE * rows.stop),
            slice(_SCALE * columns.start, _SCALE * columns.stop),
        )
        wins = large > best[window]
        ranks[window][wins] = rank
        best[window][wins] = large[wins]
    return ranks


def _reach(there: NDArray[np.bool_], axis: int) -> slice:
    """Where the label lies along the other axis, with two pixels of margin."""
    places = np.flatnonzero(there.any(axis=axis))
    return slice(max(0, int(places[0]) - 2), min(there.shape[1 - axis], int(places[-1]) + 3))


def _picture(pixels: NDArray[np.uint8], options: Mapping[str, bytes]) -> Picture:
    """Encode grey pixels, or palette indices when `options` holds a palette."""
    from PIL import Image

    image = Image.fromarray(pixels)
    saved = {}
    if options:
        image.putpalette(options["palette"])
        saved = {"transparency": options["transparency"]}
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True, **saved)
    return Picture(buffer.getvalue(), pixels.shape[1], pixels.shape[0])
