"""Image files in and out: grey 8 or 16 bit, hardened against bad files; deterministic PNG bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.records.sample import Grey, Mask

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 100_000_000
"""Larger images are refused before they are decoded: a few bytes can ask for all memory."""

_MAX_CODE = 255


def image_size(path: Path) -> tuple[int, int]:
    """(H, W) from the header alone. Raises `DiptychError` for files that are no image."""
    with _opened(path) as image:
        return image.height, image.width


def read_grey(path: Path) -> Grey:
    """An image file as (H, W) uint8 or uint16; colour becomes luma, EXIF rotation is applied.

    Raises `DiptychError` for missing, damaged, oversized or floating-point files.
    """
    with _opened(path) as image:
        return _grey(_upright(image), path)


def read_mask(path: Path) -> Mask:
    """A label map as (H, W) uint8 codes; palette images give their indices, not their colours.

    Raises `DiptychError` for missing or damaged files, colour images and codes above 255.
    """
    with _opened(path) as image:
        if image.format == "JPEG":
            raise DiptychError.of(str(path), "JPEG blurs the codes of a mask", "save masks as PNG")
        return _codes(image, path)


def encode_png(pixels: Grey | Mask, text: Mapping[str, str] | None = None) -> bytes:
    """A grey PNG, 8 or 16 bit as the array is, without time stamps: equal input, equal bytes.

    `text` goes into iTXt chunks in the given order (key `XML:com.adobe.xmp` for XMP).
    """
    from PIL.Image import fromarray
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    buffer = io.BytesIO()
    fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", compress_level=6, pnginfo=info)
    return buffer.getvalue()


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """An image file, with every way it can be bad turned into one line."""
    from PIL import Image

    bad = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
    try:
        with warnings.catch_warnings():
            # Pillow warns of what is refused below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(path)
        with opened as image:
            if image.width * image.height > MAX_PIXELS:
                size = f"{image.width} x {image.height} pixels are more than {MAX_PIXELS:,}"
                raise DiptychError.of(str(path), size, "shrink or crop the image")
            yield image
    except FileNotFoundError:
        raise DiptychError.of(str(path), "file is missing", "restore it or drop its row") from None
    except bad as error:
        system = error.strerror.lower() if isinstance(error, OSError) and error.strerror else ""
        reason = system or str(error).partition("\n")[0] or type(error).__name__
        reason = reason.replace(f" {str(path)!r}", "")
        raise DiptychError.of(
            str(path), f"cannot be read as an image ({reason})", "replace the file"
        ) from error


def _upright(image: Image) -> Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(image) if image.getexif().get(0x0112, 1) != 1 else image


def _grey(image: Image, path: Path) -> Grey:
    if image.mode == "L":
        return np.asarray(image)
    if image.mode.startswith("I"):
        return _sixteen(np.asarray(image), path)
    if image.mode == "F":
        raise DiptychError.of(str(path), "floating-point pixels", "convert to 8- or 16-bit grey")
    colour = image.convert("RGB")
    return np.asarray(colour.convert("L"))


def _sixteen(values: NDArray[np.integer], path: Path) -> NDArray[np.uint16]:
    if values.size and (values.min() < 0 or values.max() > np.iinfo(np.uint16).max):
        raise DiptychError.of(str(path), "pixels do not fit into 16 bits", "convert to 8- or 16-bit grey")
    return values.astype(np.uint16)


def _codes(image: Image, path: Path) -> Mask:
    if image.mode in ("L", "P"):
        return np.asarray(image)
    if image.mode == "1":
        return np.asarray(image).astype(np.uint8)
    if image.mode.startswith("I"):
        wide = np.asarray(image)
        if wide.min() < 0 or wide.max() > _MAX_CODE:
            raise DiptychError.of(str(path), f"code {int(wide.max())} is above 255", "renumber the labels")
        return wide.astype(np.uint8)
    planes = np.asarray(image.convert("RGB"))
    if (planes != planes[..., :1]).any():
        raise DiptychError.of(str(path), "mask is a colour image", "save label codes as single-channel PNG")
    return np.ascontiguousarray(planes[..., 0])
