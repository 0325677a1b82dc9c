"""Image files: depths, palettes, rotation, and everything that can be wrong with them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.records.images import encode_png, image_size, read_grey, read_mask

RAMP = np.arange(64, dtype=np.uint8).reshape(8, 8)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_depth_is_kept(tmp_path: Path, depth: type, ending: str) -> None:
    values = RAMP.astype(depth) * depth(4 if depth is np.uint8 else 1000)
    path = tmp_path / f"a.{ending}"
    Image.fromarray(values).save(path)
    np.testing.assert_array_equal(read_grey(path), values)
    assert read_grey(path).dtype == depth and image_size(path) == (8, 8)


def test_colour_becomes_luma_and_rotation_is_applied(tmp_path: Path) -> None:
    Image.fromarray(np.stack([RAMP] * 3, -1)).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_grey(tmp_path / "a.png"), RAMP)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RAMP).save(tmp_path / "b.png", exif=exif)
    np.testing.assert_array_equal(read_grey(tmp_path / "b.png"), np.rot90(RAMP, -1))


def test_masks_keep_codes(tmp_path: Path) -> None:
    palette = Image.fromarray(RAMP).convert("P")
    palette.putdata(RAMP.ravel())
    palette.putpalette([value for code in range(256) for value in (255 - code, 7, code)])
    palette.save(tmp_path / "palette.png")
    Image.fromarray(RAMP.astype(np.uint16)).save(tmp_path / "wide.png")
    Image.fromarray(np.stack([RAMP] * 3, -1)).save(tmp_path / "rgb.png")
    Image.fromarray(RAMP > 9).save(tmp_path / "bits.png")
    for name in ("palette", "wide", "rgb"):
        np.testing.assert_array_equal(read_mask(tmp_path / f"{name}.png"), RAMP)
    np.testing.assert_array_equal(read_mask(tmp_path / "bits.png"), (RAMP > 9).astype(np.uint8))


def test_bad_masks(tmp_path: Path) -> None:
    Image.fromarray(RAMP.astype(np.uint16) * 10).save(tmp_path / "wide.png")
    Image.fromarray(np.stack([RAMP, RAMP, RAMP + 1], -1)).save(tmp_path / "colour.png")
    Image.fromarray(RAMP).save(tmp_path / "lossy.jpg")
    for name, words in [
        ("wide.png", "above 255"),
        ("colour.png", "colour image"),
        ("lossy.jpg", "JPEG blurs"),
    ]:
        with pytest.raises(DiptychError, match=words):
            read_mask(tmp_path / name)


def test_bad_files(tmp_path: Path) -> None:
    whole = encode_png(np.random.default_rng(0).integers(0, 255, (99, 99)).astype(np.uint8))
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("hello")
    Image.fromarray(RAMP.astype(np.float32)).save(tmp_path / "float.tif")
    cases = {
        "cut.png": "cannot be read",
        "text.png": "cannot be read",
        "float.tif": "floating",
        "no": "missing",
    }
    for name, words in cases.items():
        with pytest.raises(DiptychError, match=words) as caught:
            read_grey(tmp_path / name)
        assert str(caught.value).startswith(f"{tmp_path / name}: ") and len(caught.value.problems) == 1


def test_decompression_bomb_is_refused_before_decoding(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 11_000, 11_000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(bomb)
    with pytest.raises(DiptychError, match="more than 100,000,000"):
        image_size(tmp_path / "bomb.png")
