"""Which outlines a body region is made of: 32 teeth, or two lungs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.layouts.layout import EXTENT, MAIN
from diptych.phantoms.arch import is_upper, side, typical
from diptych.prompts.laterality import mirror_tooth
from diptych.records.labels import FDI
from diptych.records.sample import Body

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """The parts of one layer; arrays are over the parts."""

    body: Body
    codes: tuple[int, ...]
    counts: tuple[int, ...]
    """Landmarks between the corners of an outline; see `outlines.measure`."""
    base: Floats
    """Angle of an upright part: 0, or pi for upper teeth."""
    usual: Floats
    """Its usual angle less `base`, by which round shapes are turned."""
    form: NDArray[np.int64]
    """Parts of one form share their shapes; those of the other side are mirrored."""
    hand: NDArray[np.int64]
    """1, or -1 where u must be mirrored to look like the form."""
    twin: NDArray[np.int64] | None
    """The same part on the other side; None where the sides are not alike."""
    hideable: NDArray[np.int64]
    """Parts that are often buried: third molars."""

    @property
    def layer(self) -> str:
        """The layer of label maps that they are in."""
        return MAIN[self.body]

    @property
    def extent(self) -> float:
        """Width of the image in image heights."""
        return EXTENT[self.body]

    @property
    def landmarks(self) -> int:
        """Landmarks of one outline."""
        return sum(self.counts)


def _teeth() -> Plan:
    upper = np.array([is_upper(fdi) for fdi in FDI])
    sides = np.array([side(fdi) for fdi in FDI])
    return Plan(
        body="panoramic",
        codes=FDI,
        counts=(2, 6, 2, 2, 6, 2),
        base=np.where(upper, np.pi, 0.0),
        usual=-sides * np.radians([typical(fdi).tilt for fdi in FDI]),
        form=np.array([fdi % 10 - 1 + 8 * (fdi >= 30) for fdi in FDI]),
        hand=np.where(upper, -sides, sides),
        twin=np.array([FDI.index(mirror_tooth(fdi)) for fdi in FDI]),
        hideable=np.flatnonzero([fdi % 10 == 8 for fdi in FDI]),
    )


def _lungs() -> Plan:
    return Plan(
        body="chest",
        codes=(1, 2),
        counts=(4, 8, 5, 5, 8, 4),
        base=np.zeros(2),
        usual=np.zeros(2),
        form=np.arange(2),
        hand=np.ones(2, np.int64),
        twin=None,
        hideable=np.zeros(0, np.int64),
    )


PLANS: dict[Body, Plan] = {"panoramic": _teeth(), "chest": _lungs()}
