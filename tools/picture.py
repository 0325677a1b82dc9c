"""Make the picture of the README: pairs from cohorts, captioned with their sentences.

    python tools/picture.py assets/pairs.png panoramic=DIR:INDEX,INDEX chest=DIR:INDEX,INDEX,INDEX

Every row shows samples of one cohort, each as radiograph and as radiograph with its mask.
"""

from __future__ import annotations

import io
import sys
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from diptych.records.cohort import Cohort
from diptych.records.sample import Sample
from diptych.reports import overlay, radiograph

WIDTH, GAP, HINGE, CAPTION = 1600, 24, 3, 62
FILM, INK = (9, 12, 15), (232, 235, 237)
LAYER = {"panoramic": "teeth", "chest": "lungs"}
KIND = {"real": "real", "phantom": "phantom", "model": "synthetic"}


def main(out: str, *rows: str) -> None:
    """Draw the rows one below the other."""
    strips = [_row(*row.partition("=")[2].rpartition(":")[::2]) for row in rows]
    height = sum(strip.height for strip in strips) + GAP * (len(strips) + 1)
    sheet = Image.new("RGB", (WIDTH, height), FILM)
    top = GAP
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height + GAP
    sheet.save(out, optimize=True)


def _row(folder: str, indices: str) -> Image.Image:
    cohort = Cohort.open(Path(folder))
    samples = [cohort.load(int(index)) for index in indices.split(",")]
    width = (WIDTH - GAP * (len(samples) + 1)) // len(samples)
    tiles = [_tile(sample, cohort, width) for sample in samples]
    strip = Image.new("RGB", (WIDTH, max(tile.height for tile in tiles)), FILM)
    for position, tile in enumerate(tiles):
        strip.paste(tile, (GAP + position * (width + GAP), 0))
    return strip


def _tile(sample: Sample, cohort: Cohort, width: int) -> Image.Image:
    layer = LAYER[sample.record.body]
    panel = (width - HINGE) // 2
    height = round(panel * sample.image.shape[0] / sample.image.shape[1])
    film = _opened(radiograph(sample.image).png, (panel, height))
    colours = {label.code: label.colour for label in cohort.spaces[layer].labels}
    marked = Image.alpha_composite(film, _opened(overlay(sample.masks[layer], colours).png, (panel, height)))
    tile = Image.new("RGB", (width, height + CAPTION), FILM)
    tile.paste(film.convert("RGB"), (0, 0))
    tile.paste(marked.convert("RGB"), (panel + HINGE, 0))
    made = sample.record.provenance
    text = f"{KIND[made.kind]}: {made.request or sample.record.text}"
    _write(ImageDraw.Draw(tile), text, height + 8, width)
    return tile


def _opened(png: bytes, size: tuple[int, int]) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGBA").resize(size, Image.Resampling.BICUBIC)


def _write(draw: ImageDraw.ImageDraw, text: str, top: int, width: int) -> None:
    font = ImageFont.load_default(size=19)
    letters = int(width * len(text) / font.getlength(text)) - 2
    for line in textwrap.wrap(text, letters, max_lines=2, placeholder=" …"):
        draw.text((0, top), line, fill=INK, font=font)
        top += 25


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
