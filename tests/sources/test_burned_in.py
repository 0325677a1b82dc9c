"""Burned-in text: rows of letters near an edge are found, anatomy and side markers are not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from diptych.sources.burned_in import has_text


def radiograph(text: str = "", at: tuple[int, int] = (20, 12), size: int = 18) -> np.ndarray:
    """A smooth bright blob with noise on a dark ground, and some text."""
    rows, columns = np.indices((400, 400))
    glow = 190 * np.exp(-(((rows - 200) / 150) ** 2) - ((columns - 200) / 120) ** 2)
    noise = np.random.default_rng(0).normal(0, 6, glow.shape)
    image = Image.fromarray(np.clip(glow + noise + 12, 0, 255).astype(np.uint8))
    ImageDraw.Draw(image).text(at, text, fill=255, font=ImageFont.load_default(size))
    return np.asarray(image)


@pytest.mark.parametrize("at", [(20, 12), (230, 370), (10, 200)])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_name_is_found(at: tuple[int, int], depth: type) -> None:
    image = radiograph("DOE JOHN 1970", at).astype(depth)
    assert has_text(image if depth is np.uint8 else image * np.uint16(257))


@pytest.mark.parametrize("text", ["", "R", "AP"])
def test_markers_are_not_text(text: str) -> None:
    assert not has_text(radiograph(text))


def test_odd_images() -> None:
    assert not has_text(np.zeros((50, 50), np.uint8))
    assert not has_text(np.full((50, 50), 255, np.uint8))
    assert not has_text(np.random.default_rng(0).integers(0, 255, (200, 200)).astype(np.uint8))
    assert not has_text(np.ones((1, 1), np.uint8))
