"""Pixels in the ranges and sizes that the rooms above ask for; numpy in, numpy out."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from diptych.records.sample import Grey, Mask


def to_unit(image: Grey) -> NDArray[np.float32]:
    """An 8- or 16-bit image (H, W) as float32 in [0, 1]."""
    return image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)


def stretch(image: Grey, size: tuple[int, int]) -> Grey:
    """The image at (H, W) = `size`, each axis scaled on its own, same bit depth.

    Lanczos with a support that grows with the reduction, so shrinking does not alias.
    """
    if image.shape == size:
        return image
    from PIL import Image

    plane = Image.fromarray(image.astype(np.float32))
    resized = np.asarray(plane.resize(size[::-1], Image.Resampling.LANCZOS))
    rounded: Grey = np.clip(np.rint(resized), 0, np.iinfo(image.dtype).max).astype(image.dtype)
    return rounded


def stretch_mask(mask: Mask, size: tuple[int, int]) -> Mask:
    """The label map at (H, W) = `size`: each pixel takes the code that covers most of it.

    No code appears that was not there before. Ties go to the lower code.
    """
    if mask.shape == size:
        return mask
    from PIL import Image

    codes = np.unique(mask)
    shrinking = size[0] < mask.shape[0] or size[1] < mask.shape[1]
    if not shrinking or len(codes) == 1:
        return np.asarray(Image.fromarray(mask).resize(size[::-1], Image.Resampling.NEAREST))
    best = np.zeros(size, np.uint8)
    winner = np.full(size, codes[0], np.uint8)
    for code in codes:
        plane = Image.fromarray(np.where(mask == code, np.uint8(255), np.uint8(0)))
        cover = np.asarray(plane.resize(size[::-1], Image.Resampling.BOX))
        ahead = cover > best
        best[ahead], winner[ahead] = cover[ahead], code
    return winner


def content_hash(*arrays: NDArray[np.generic]) -> str:
    """SHA-256 over dtypes, shapes and values; equal pixels give equal hashes on any machine."""
    digest = hashlib.sha256()
    for array in arrays:
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{little.dtype.str}{little.shape}".encode())
        digest.update(little.tobytes())
    return digest.hexdigest()
