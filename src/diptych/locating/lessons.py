"""What a locator learns from: phantoms, whose findings are drawn, and real images, whose are only named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.locating.places import Place, allowed
from diptych.records.pixels import stretch, stretch_mask
from diptych.records.sample import Sample


@dataclass(frozen=True, eq=False)
class Named:
    """N real images with their teeth as planes (N, 2, H, W); of P places, where each may lie (N, P, H, W).

    `named` (N, P) says whether the record names it.
    """

    planes: NDArray[np.float32]
    area: NDArray[np.bool_]
    named: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Drawn:
    """N phantoms with their teeth as planes (N, 2, H, W), and where each of P places lies (N, P, H, W)."""

    planes: NDArray[np.float32]
    where: NDArray[np.bool_]


def named(samples: Iterable[Sample], places: Sequence[Place], size: tuple[int, int]) -> Named:
    """Real images at (H, W), with the findings that their records name."""
    rows = [_row(sample, places, size) for sample in samples]
    shown, areas, names = (np.stack(column) for column in zip(*rows, strict=True))
    return Named(shown, areas, names)


def drawn(samples: Iterable[Sample], places: Sequence[Place], size: tuple[int, int]) -> Drawn:
    """Phantoms at (H, W), with the findings that their masks show."""
    kept = list(samples)
    masks = np.stack([stretch_mask(sample.masks["findings"], size) for sample in kept])
    where = np.stack([np.isin(masks, place.codes) for place in places], 1)
    return Drawn(np.stack([planes(sample, size) for sample in kept]), where)


def planes(sample: Sample, size: tuple[int, int]) -> NDArray[np.float32]:
    """The image at (H, W), of mean 0 and deviation 1 on its teeth, and where teeth are: (2, H, W)."""
    teeth = stretch_mask(sample.masks["teeth"], size) > 0
    image = stretch(sample.image, size).astype(np.float32)
    own = image[teeth] if teeth.any() else image.ravel()
    return np.stack([(image - own.mean()) / (own.std() + 1e-3), teeth]).astype(np.float32)


def _row(
    sample: Sample, places: Sequence[Place], size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    teeth = stretch_mask(sample.masks["teeth"], size)
    return planes(sample, size), np.stack([allowed(teeth, p) for p in places]), names_of(sample, places)


def names_of(sample: Sample, places: Sequence[Place]) -> NDArray[np.bool_]:
    """Which places (P,) a record names, at whatever site."""
    return np.array([any(f.name == place.name for f in sample.record.findings) for place in places])
