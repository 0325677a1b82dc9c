"""What comes out of a generator, whatever its family, before it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from diptych.records.finding import Finding
from diptych.records.sample import Record


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """One synthetic image (H, W) uint8 with its masks by layer, and what was asked for."""

    seed: int
    image: NDArray[np.uint8]
    masks: Mapping[str, NDArray[np.uint8]]
    text: str
    findings: tuple[Finding, ...]
    groups: Mapping[str, str]
    row: Record | None = None
    """The row whose label map was painted; None for what was asked for in words."""


class Artist(Protocol):
    """Draws sample after sample; each depends on its number and its seed only."""

    def draw(self, numbers: Sequence[int], seeds: Sequence[int]) -> Iterator[Drawn]:
        """The samples of these numbers (which request, in turn) and seeds, in order."""
