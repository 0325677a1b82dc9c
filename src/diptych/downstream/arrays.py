"""What judges learn from: the images of a cohort, stretched to one size, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.records.cohort import Cohort
from diptych.records.pixels import stretch, stretch_mask, to_unit
from diptych.records.sample import Grey
from diptych.records.splits import subject_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Images (N, H, W) with their masks of one layer (N, H, W), both uint8, and subjects (N,)."""

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    subjects: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cases:
    """Images (N, H, W), uint8, with findings that each has or has not (N, names), and subjects."""

    images: NDArray[np.uint8]
    present: NDArray[np.bool_]
    subjects: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


def pairs(cohort: Cohort, layer: str, size: tuple[int, int]) -> Pairs:
    """The samples of the cohort that have this layer, stretched to (H, W)."""
    ids = [record.id for record in cohort.records if layer in record.layers]
    if not ids:
        raise DiptychError.of(str(cohort.path), f"no sample has the layer {layer!r}", "choose another layer")
    samples = cohort.select(ids=ids)
    loaded = [
        (to_bytes(s.image, size), stretch_mask(s.masks[layer], size), subject_of(s.record)) for s in samples
    ]
    images, masks, subjects = zip(*loaded, strict=True)
    return Pairs(images=np.stack(images), masks=np.stack(masks), subjects=subjects)


def cases(cohort: Cohort, names: Sequence[str], size: tuple[int, int]) -> Cases:
    """All samples, with the named findings at whatever site."""
    present = [[any(f.name == name for f in r.findings) for name in names] for r in cohort.records]
    images = np.stack([to_bytes(sample.image, size) for sample in cohort])
    subjects = tuple(subject_of(record) for record in cohort.records)
    return Cases(images=images, present=np.array(present, dtype=bool), subjects=subjects)


def to_bytes(image: Grey, size: tuple[int, int]) -> NDArray[np.uint8]:
    """An 8- or 16-bit image stretched to (H, W), 8 bit."""
    small = stretch(image, size)
    return np.rint(to_unit(small) * 255).astype(np.uint8)
