"""Make the gallery of composited lesions: radiographs as they were taken, and with lesions painted in.

    python tools/composites.py COHORT assets/composited.png

COHORT is one that `diptych composite` takes. Every 17th row is looked at, and the first that get a lesion are
shown, cut out: as it was, with the lesion, and with the outline of the lesion's mask. None is chosen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from diptych.compositing import LESIONS, composite
from diptych.compositing.writing import seed_of
from diptych.records.cohort import Cohort
from diptych.records.labels import LABELS
from diptych.records.sample import Sample

EACH, APART, SEED = 3, 17, 1
"""Cases of each lesion, rows from one that is looked at to the next, and the seed of the cohort."""
TALL, CUT, GAP = 512, 120, 6
"""Images are shown this tall and twice as wide, and cut out as squares."""
LEFT, TOP = 130, 26
FILM, INK = (9, 12, 15), (232, 235, 237)


def main(cohort: str, out: str) -> None:
    """Composite until every lesion has its cases, and lay them out, one lesion a row."""
    rows = [(name, list(islice(_cases(Cohort.open(Path(cohort)), name), EACH))) for name in LESIONS]
    wide, tall = 3 * CUT + GAP, CUT + GAP
    sheet = Image.new("RGB", (LEFT + EACH * (wide + GAP), TOP + len(rows) * tall), FILM)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    for case in range(EACH):
        for column, title in enumerate(("as taken", "composited", "its mask")):
            pen.text((LEFT + case * (wide + GAP) + column * CUT, 4), title, INK, font)
    for row, (name, strips) in enumerate(rows):
        pen.text((6, TOP + row * tall + CUT // 2 - 9), name, INK, font)
        for case, strip in enumerate(strips):
            sheet.paste(Image.fromarray(strip), (LEFT + case * (wide + GAP), TOP + row * tall))
    sheet.save(out, optimize=True)


def _cases(cohort: Cohort, name: str) -> Iterator[NDArray[np.uint8]]:
    """Strips (CUT, 3 CUT, 3) of the rows whose first lesion of this name can be shown."""
    code = LABELS["panoramic", "findings"].named(name).code
    for record in cohort.records[::APART]:
        sample = cohort.load(record)
        made = composite(sample, seed_of(SEED, sample.record.id))
        pieces, count = ndimage.label(_shown(made.masks["findings"], Image.Resampling.NEAREST) == code)
        if count:
            yield _strip(sample, made, pieces == 1, LABELS["panoramic", "findings"].of(code).colour)


def _strip(
    before: Sample, after: Sample, lesion: NDArray[np.bool_], colour: tuple[int, int, int]
) -> NDArray[np.uint8]:
    y, x = (round(float(value)) for value in ndimage.center_of_mass(lesion))
    top, left = min(max(y - CUT // 2, 0), TALL - CUT), min(max(x - CUT // 2, 0), 2 * TALL - CUT)
    cut = np.s_[top : top + CUT, left : left + CUT]
    planes = [_shown(one.image, Image.Resampling.BICUBIC)[cut] for one in (before, after, after)]
    coloured = [np.stack([plane] * 3, axis=-1) for plane in planes]
    inner, outer = (ndimage.binary_dilation(lesion, iterations=pixels) for pixels in (2, 3))
    coloured[2][(outer & ~inner)[cut]] = colour
    return np.hstack(coloured)


def _shown(plane: NDArray[np.uint8], how: Image.Resampling) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(plane).resize((2 * TALL, TALL), how))


if __name__ == "__main__":
    main(*sys.argv[1:])
