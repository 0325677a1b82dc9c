"""What the machine does to the picture: contrast, blur, quantum noise, markers."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from diptych.phantoms.canvas import Frame, Plane, soften
from diptych.records.sample import Mask


def expose(
    rng: np.random.Generator, image: Plane, *, gamma: float = 0.10, gain: float = 0.04, shift: float = 4.0
) -> Plane:
    """Vary exposure: gamma, gain and offset drawn with these spreads; grey levels 0 to 255 in and out."""
    power, scale, plus = np.exp(rng.normal(0, gamma)), np.exp(rng.normal(0, gain)), rng.normal(0, shift)
    unit = np.clip(image * np.float32(1 / 255), 0, 1)
    result: Plane = np.power(unit, np.float32(power)) * np.float32(255 * scale) + np.float32(plus)
    return result


def scan(rng: np.random.Generator, image: Plane, frame: Frame, *, blur: float, noise: float) -> Mask:
    """Detector: a blur of `blur` image heights, then quantum noise of `noise` grey levels at mid grey."""
    plane = soften(image, blur * frame.height)
    grain = rng.standard_normal(frame.shape, dtype=np.float32)
    # Photons are counted: bright (dense) parts of a radiograph received the fewest of them.
    plane = plane + grain * np.float32(noise) * (np.float32(0.6) + plane * np.float32(0.4 / 128))
    grey: Mask = np.clip(plane + np.float32(0.5), 0, 255).astype(np.uint8)
    return grey


def sharpen(image: Plane, frame: Frame, amount: float, *, reach: float = 0.014) -> Plane:
    """Edge enhancement, as the machines' own software does it: unsharp masking over `reach` image heights."""
    crisp: Plane = image + np.float32(amount) * (image - soften(image, reach * frame.height))
    return crisp


def letter(
    image: Plane, frame: Frame, text: str, *, at: tuple[float, float], size: float, grey: float
) -> None:
    """Burn a lead marker into the image, in place; `at` (x, y) is its top left corner."""
    height = max(7, round(size * frame.height))
    font = ImageFont.load_default(height)
    plate = Image.new("L", (2 * height * len(text), 2 * height))
    ImageDraw.Draw(plate).text((0, 0), text, fill=255, font=font)
    cover = np.asarray(plate, np.float32) / 255
    top, left = round(at[1] * frame.height), round(at[0] / frame.extent * frame.width)
    window = image[top : top + cover.shape[0], left : left + cover.shape[1]]
    cover = cover[: window.shape[0], : window.shape[1]]
    window += cover * (np.float32(grey) - window)
