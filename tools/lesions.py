"""Make the gallery of findings: what phantoms show, and what a label-map checkpoint paints of the same maps.

    python tools/lesions.py panoramic-gan assets/lesions.png

For each finding three phantoms that no training drew, cut out around the finding: the phantom, its map
painted as a phantom, its map painted as a radiograph. The first phantoms that have the finding are taken;
none is chosen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import center_of_mass, label

from diptych.models.gan.gan import Gan
from diptych.phantoms import draw
from diptych.records.labels import LABELS
from diptych.records.sample import Sample
from diptych.training import checkpoint
from diptych.training.examples import gather
from diptych.training.loop import address
from diptych.training.slotgrid import SlotGrid

SEED, EACH, MOST = 43_500_000, 3, 400
"""First phantom, cases of each finding, and phantoms that are looked at."""
CUT, TIMES, GAP = 48, 3, 6
LEFT, TOP = 170, 30
FILM, INK = (9, 12, 15), (232, 235, 237)
COLUMNS = ("phantom", "painted as one", "as a radiograph")


@dataclass(frozen=True)
class Case:
    """A phantom with a finding, and where it lies."""

    sample: Sample
    place: tuple[int, int]


def main(name: str, out: str) -> None:
    """Find the cases, paint them, and lay them out, one finding a row."""
    model = checkpoint.load(name).model
    if not isinstance(model, Gan):
        raise SystemExit(f"{name} paints no label maps")
    kinds = [*(item.name for item in LABELS["panoramic", "findings"].labels), "impacted"]
    rows = [(kind, [_strip(model, case) for case in _cases(kind, model.config.size)]) for kind in kinds]
    strip = rows[0][1][0]
    sheet = Image.new(
        "RGB", (LEFT + EACH * (strip.width + 3 * GAP), TOP + len(rows) * (strip.height + GAP)), FILM
    )
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=17)
    for case in range(EACH):
        for column, words in enumerate(COLUMNS):
            pen.text(
                (LEFT + case * (strip.width + 3 * GAP) + column * (CUT * TIMES + GAP), 6), words, INK, font
            )
    for number, (kind, strips) in enumerate(rows):
        top = TOP + number * (strip.height + GAP)
        pen.text((8, top + strip.height // 2 - 10), kind, INK, font)
        for case, one in enumerate(strips):
            sheet.paste(one, (LEFT + case * (strip.width + 3 * GAP), top))
    sheet.convert("L").save(out, optimize=True)


def _cases(kind: str, size: tuple[int, int]) -> list[Case]:
    found = list(islice(_search(kind, size), EACH))
    if len(found) < EACH:
        raise SystemExit(f"{MOST} phantoms show {kind} only {len(found)} times")
    return found


def _search(kind: str, size: tuple[int, int]) -> Iterator[Case]:
    for seed in range(SEED, SEED + MOST):
        sample = draw("panoramic", seed, size)
        where = _where(sample, kind)
        if where is not None:
            yield Case(sample, _middle(where))


def _where(sample: Sample, kind: str) -> NDArray[np.bool_] | None:
    sites = [finding.site for finding in sample.record.findings if finding.name == kind]
    if not sites:
        return None
    if kind == "impacted":
        where = sample.masks["teeth"] == int(sites[0])
    else:
        code = LABELS["panoramic", "findings"].named(kind).code
        where = sample.masks["findings"] == code
    return where if where.any() else None


def _middle(where: NDArray[np.bool_]) -> tuple[int, int]:
    """The centre of the largest piece, moved so that the cut lies inside the image."""
    pieces, _ = label(where)
    largest = int(np.bincount(pieces.ravel())[1:].argmax()) + 1
    centre = center_of_mass(pieces == largest)
    rows, columns = (
        int(min(max(at, CUT // 2), side - CUT // 2)) for at, side in zip(centre, where.shape, strict=True)
    )
    return rows, columns


def _strip(model: Gan, case: Case) -> Image.Image:
    painted = [_painted(model, case.sample, phantom) for phantom in (True, False)]
    row, column = case.place
    part = slice(row - CUT // 2, row + CUT // 2), slice(column - CUT // 2, column + CUT // 2)
    side = CUT * TIMES
    strip = Image.new("RGB", (len(COLUMNS) * side + 2 * GAP, side), FILM)
    for number, image in enumerate([case.sample.image, *painted]):
        tile = Image.fromarray(image[part]).resize((side, side), Image.Resampling.BICUBIC)
        strip.paste(tile, (number * (side + GAP), 0))
    return strip


def _painted(model: Gan, sample: Sample, phantom: bool) -> NDArray[np.uint8]:
    layers = tuple(layer.name for layer in model.config.layers)
    rows = gather([sample], layers, model.config.size, SlotGrid.of("panoramic"))
    maps = torch.from_numpy(np.concatenate([rows.masks[:, None], rows.others], 1)).long()
    chance = torch.Generator().manual_seed(address("lesions", sample.record.id))
    image: NDArray[np.uint8] = model.paint(
        maps, torch.from_numpy(rows.slots).float(), [chance], phantom=phantom
    )[0].numpy()
    return image


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
