"""How grey images become the input of a network: one antialiased resize, one linear map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import images as check_images
from diptych.records.pixels import stretch, to_unit
from diptych.records.sample import Grey

LARGEST_SIDE = 4096
"""Of an input; a larger one is a slip or an attack on memory."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Size and range of a network's input: each channel is (grey - offset) / scale.

    Greys count from 0 to 255 whatever the depth of the image. As many channels as offsets,
    all of the same picture.
    """

    size: tuple[int, int]
    """(H, W) that images are stretched to (Lanczos, antialiased)."""
    offset: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (255.0,)

    def __post_init__(self) -> None:
        sides = all(1 <= side <= LARGEST_SIDE for side in self.size)
        if not sides or len(self.size) != 2:
            raise DiptychError.of(
                "frame.size", f"{self.size} is no size", f"give (H, W) up to {LARGEST_SIDE}"
            )
        if not self.offset or len(self.offset) != len(self.scale):
            raise DiptychError.of("frame", "offset and scale differ in length", "give one of each a channel")
        if not np.isfinite([*self.offset, *self.scale]).all() or 0 in self.scale:
            raise DiptychError.of("frame", "offset or scale is not finite, or a scale is 0", "correct it")

    @classmethod
    def standard(cls, size: tuple[int, int], mean: Sequence[float], deviation: Sequence[float]) -> Frame:
        """The usual notation: `mean` and `deviation` of channels whose greys count from 0 to 1."""
        offset, scale = tuple(255 * m for m in mean), tuple(255 * d for d in deviation)
        return cls(size=size, offset=offset, scale=scale)

    def __call__(self, images: Grey) -> NDArray[np.float32]:
        """Grey images (N, H, W) as input (N, channels, *size), float32."""
        greys = np.stack([to_unit(stretch(image, self.size)) for image in images]) * 255
        planes = [(greys - offset) / scale for offset, scale in zip(self.offset, self.scale, strict=True)]
        return np.stack(planes, axis=1).astype(np.float32)

    def __str__(self) -> str:
        height, width = self.size
        maps = [f"(grey - {o:g}) / {s:g}" for o, s in zip(self.offset, self.scale, strict=True)]
        same = f"{maps[0]} in {len(maps)} channel{'s'[: len(maps) > 1]}"
        words = same if len(set(maps)) == 1 else ", ".join(maps)
        return f"stretched to {height} x {width} (Lanczos, antialiased), {words}"


def grey_stack(images: NDArray[np.generic]) -> Grey:
    """Images (N, H, W) if they are 8 or 16 bit, else a `DiptychError` that says what they are."""
    check_images(images, "images")
    if 0 in images.shape:
        raise DiptychError.of("images", f"have shape {images.shape}", "give images with pixels")
    if images.dtype in (np.uint8, np.uint16):
        return images  # type: ignore[return-value]
    what = f"pixels of type {images.dtype}"
    if np.issubdtype(images.dtype, np.floating) and not np.isfinite(images).all():
        what = "some pixels are no numbers (NaN or infinite)"
    raise DiptychError.of("images", what, "give uint8 or uint16 greys")
