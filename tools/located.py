"""Make the gallery of located findings: radiographs, and the outlines of what `diptych locate` found in them.

    python tools/located.py COHORT assets/located.png

COHORT is one that `diptych locate` made. Of each finding the first rows of the split val that name it are
shown, first those that name neither of the others.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from diptych.locating.places import PLACES, Place
from diptych.records.cohort import Cohort
from diptych.records.labels import LABELS
from diptych.records.sample import Record, Sample

EACH = 2
SIZE = (192, 384)
"""Rows and columns of an image as it is shown."""
GAP, LEFT = 6, 110
FILM, INK = (9, 12, 15), (232, 235, 237)


def main(cohort: str, out: str) -> None:
    """Lay out a row of pairs for each finding."""
    val = Cohort.open(Path(cohort)).select(split="val")
    tall, wide = 2 * SIZE[0] + GAP, SIZE[1] + GAP
    sheet = Image.new("RGB", (LEFT + EACH * wide, len(PLACES) * (tall + 2 * GAP)), FILM)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    for row, place in enumerate(PLACES):
        top = row * (tall + 2 * GAP)
        pen.text((6, top + tall // 2), place.name, INK, font)
        for column, record in enumerate(_naming(val, place)[:EACH]):
            grey, outlined = _pair(val.load(record))
            sheet.paste(Image.fromarray(grey), (LEFT + column * wide, top))
            sheet.paste(Image.fromarray(outlined), (LEFT + column * wide, top + SIZE[0] + GAP))
    sheet.save(out, optimize=True)


def _naming(cohort: Cohort, place: Place) -> list[Record]:
    """The records that name a finding; those that name neither of the others come first."""
    others = {other.name for other in PLACES} - {place.name}
    names = {record.id: {finding.name for finding in record.findings} for record in cohort.records}
    own = [record for record in cohort.records if place.name in names[record.id]]
    return sorted(own, key=lambda record: bool(names[record.id] & others))


def _pair(sample: Sample) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The image (H, W, 3), and with an outline around everything that was found, in its own colour."""
    image, mask = (
        np.asarray(Image.fromarray(plane).resize(SIZE[::-1], how))
        for plane, how in (
            (sample.image, Image.Resampling.LANCZOS),
            (sample.masks["findings"], Image.Resampling.NEAREST),
        )
    )
    grey = np.stack([image] * 3, axis=-1)
    outlined = grey.copy()
    for place in PLACES:
        own = mask == place.code
        colour = LABELS["panoramic", "findings"].of(place.code).colour
        outlined[ndimage.binary_dilation(own) & ~own] = colour
    return grey, outlined


if __name__ == "__main__":
    main(*sys.argv[1:])
