"""Pictures show what the arrays hold."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from diptych.reports import Picture, overlay, radiograph

RED, BLUE = (200, 30, 20), (20, 40, 220)


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.png))


def test_a_radiograph_is_its_pixels() -> None:
    image = np.arange(48, dtype=np.uint8).reshape(6, 8)
    assert np.array_equal(np.asarray(opened(radiograph(image))), image)
    deep = image.astype(np.uint16) * 257
    assert np.array_equal(np.asarray(opened(radiograph(deep))), image)


def test_an_overlay_has_the_colours_it_was_given() -> None:
    mask = np.zeros((20, 40), dtype=np.uint8)
    mask[4:14, 4:14], mask[4:14, 22:34] = 18, 3
    picture = overlay(mask, {18: RED, 3: BLUE}, fill=90)
    pixels = np.asarray(opened(picture).convert("RGBA"))
    assert pixels.shape == (picture.height, picture.width, 4) == (60, 120, 4)
    assert tuple(pixels[27, 27]) == (*RED, 90)
    assert tuple(pixels[27, 84]) == (*BLUE, 90)
    assert pixels[0, 0, 3] == 0
    contour = pixels[..., 3] > 90
    assert contour[:, 10:45].any() and not contour[20:30, 20:30].any()


def test_a_code_without_a_colour_is_still_drawn() -> None:
    pixels = np.asarray(opened(overlay(np.full((8, 8), 9, dtype=np.uint8), {})).convert("RGBA"))
    assert (pixels[..., 3] > 0).all()


def test_an_empty_mask_is_fully_transparent() -> None:
    pixels = np.asarray(opened(overlay(np.zeros((8, 8), dtype=np.uint8), {1: RED})).convert("RGBA"))
    assert not pixels[..., 3].any()


def test_too_many_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="127"):
        overlay(np.arange(256, dtype=np.uint8).reshape(16, 16), {})


@given(st.data())
def test_the_middle_of_every_large_area_keeps_its_label(data: st.DataObject) -> None:
    mask = np.zeros((24, 24), dtype=np.uint8)
    row, column = (data.draw(st.integers(min_value=0, max_value=16)) for _ in range(2))
    mask[row : row + 8, column : column + 8] = 5
    pixels = np.asarray(opened(overlay(mask, {5: RED})).convert("RGBA"))
    assert tuple(pixels[3 * row + 12, 3 * column + 12, :3]) == RED
    assert abs(int((pixels[..., 3] > 0).sum()) - 9 * 64) <= 9 * 16
