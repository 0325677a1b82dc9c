"""Which findings can be located, what they are in phantoms, and where in an image they may lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diptych.records.labels import LABELS
from diptych.records.sample import Mask


@dataclass(frozen=True, kw_only=True)
class Place:
    """One finding of the whole image."""

    name: str
    """As records name it, and as the layer `findings` has it."""
    shown: tuple[str, ...]
    """What phantoms call it: a crown is a restoration to whoever names images as a whole."""
    on_teeth: bool
    """Whether it lies on teeth, or where none is."""
    has_tooth: bool = False
    """Whether it belongs to one tooth, so that a record may say which."""

    @property
    def code(self) -> int:
        """Its code in the layer `findings`."""
        return LABELS["panoramic", "findings"].named(self.name).code

    @property
    def codes(self) -> tuple[int, ...]:
        """The codes of `shown`."""
        return tuple(LABELS["panoramic", "findings"].named(name).code for name in self.shown)


PLACES = (
    Place(name="implant", shown=("implant",), on_teeth=False),
    Place(name="restoration", shown=("restoration", "crown"), on_teeth=True, has_tooth=True),
    Place(name="appliance", shown=("appliance",), on_teeth=True),
)
"""From the lowest to the topmost, where two lie over each other."""


def allowed(teeth: Mask, place: Place, slack: int = 1) -> NDArray[np.bool_]:
    """Where (H, W) a finding may lie by the mask of teeth, whose borders are trusted to `slack` pixels."""
    if place.on_teeth:
        near: NDArray[np.bool_] = ndimage.binary_dilation(teeth > 0, iterations=slack)
        return near
    inside: NDArray[np.bool_] = ndimage.binary_erosion(teeth > 0, iterations=slack)
    return ~inside
