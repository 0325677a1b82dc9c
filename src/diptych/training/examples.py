"""Examples: a cohort as arrays of the recipe's size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError, Problems
from diptych.records.labels import DECIDUOUS
from diptych.records.pixels import stretch, stretch_mask, to_unit
from diptych.records.sample import Mask, Record, Sample
from diptych.records.vocabulary import UNKNOWN
from diptych.training.slotgrid import SlotGrid

UNDRAWN = 255
"""Value all over a layer that nobody drew."""
GROUP_KINDS = ("view", "sex", "age_group")
WHOLE_IMAGE = ("restoration", "implant")
"""Findings that the whole image has as soon as one tooth has them."""


@dataclass(frozen=True)
class Examples:
    """N pairs with what is asked of them.

    `images` and `masks` are (N, H, W) uint8, `slots` (N, slots) float32 in [0, 1], where
    0.5 stands for not known; `phantom` is (N,) bool. `others` are (N, L, H, W) uint8, further layers,
    255 all over where nobody drew one.
    """

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    slots: NDArray[np.float32]
    phantom: NDArray[np.bool_]
    others: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.images)

    def __add__(self, other: Examples) -> Examples:
        columns = ("images", "masks", "slots", "phantom", "others")
        return Examples(*(np.concatenate([getattr(self, c), getattr(other, c)]) for c in columns))


def gather(
    samples: Iterable[Sample],
    layers: tuple[str, ...],
    size: tuple[int, int],
    grid: SlotGrid,
    *,
    phantom: bool = False,
) -> Examples:
    """Stretch samples to `size` and lay them out as arrays. Every sample has the first of the layers.

    `phantom` marks samples that were drawn only to teach anatomy: the look of the others is
    the one that the model is to learn, whatever their provenance.

    Raises one `DiptychError`, a line a sample, for those that lack the mask layer or have milk teeth, and
    one when there is no sample at all.
    """
    problems, rows = Problems(), []
    for sample in samples:
        with problems.collect():
            rows.append(_example(sample, layers, size, grid))
    problems.raise_any()
    if not rows:
        raise DiptychError.of("cohort", "has no sample to train on", "import images first, with split=train")
    images, masks, slots, others = (np.stack(column) for column in zip(*rows, strict=True))
    return Examples(images, masks, slots, np.full(len(rows), phantom), others)


def slots_of(record: Record, grid: SlotGrid) -> NDArray[np.float32]:
    """The slot vector of a record; what its source does not say becomes 0.5."""
    vector = grid.space.encode(record.findings, record.groups)
    for name in WHOLE_IMAGE:
        if f"{name}:" in grid.space.names and any(f.name == name for f in record.findings):
            vector[grid.space.index(f"{name}:")] = 1
    for name, value in record.groups.items():
        if value == UNKNOWN:
            vector[[i for i, slot in enumerate(grid.space.names) if _is_about(slot, name)]] = 0.5
    return vector


def _is_about(slot: str, group: str) -> bool:
    kind = slot.partition(":")[0]
    return slot == f"{group}:" or (group == "findings" and kind not in GROUP_KINDS)


def _example(
    sample: Sample, layers: tuple[str, ...], size: tuple[int, int], grid: SlotGrid
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    layer, *others = layers
    if layer not in sample.masks:
        remedy = f"import it with a {layer} mask, or leave it out"
        raise DiptychError.of(f"sample {sample.record.id}", f"has no {layer} mask", remedy)
    if "teeth" in layers:
        check_permanent(sample.masks["teeth"], f"sample {sample.record.id}, layer teeth")
    image = np.round(to_unit(stretch(sample.image, size)) * 255).astype(np.uint8)
    mask = stretch_mask(sample.masks[layer], size)
    further = [_layer(sample, name, size) for name in others]
    return image, mask, slots_of(sample.record, grid), np.array(further, np.uint8).reshape(-1, *size)


def check_permanent(teeth: Mask, where: str) -> None:
    """Raise `DiptychError` for milk teeth in a mask (H, W): generators have no place for their numbers."""
    there = np.bincount(teeth.ravel(), minlength=256)
    milk = [code for code in DECIDUOUS if there[code]]
    if milk:
        what = f"has milk teeth ({', '.join(map(str, milk))}), which generators do not draw"
        raise DiptychError.of(where, what, "set their pixels to 0, or leave the row out")


def _layer(sample: Sample, name: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    if name in sample.masks:
        return stretch_mask(sample.masks[name], size)
    return np.full(size, UNDRAWN, np.uint8)
