"""Slots as a table: one row a site, one column a kind of finding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.prompts.laterality import mirror
from diptych.prompts.slots import SlotSpace
from diptych.records.finding import Finding


@dataclass(frozen=True)
class SlotGrid:
    """The table of a slot space: `missing:18` is row `18`, column `missing`."""

    space: SlotSpace
    sites: tuple[str, ...]
    kinds: tuple[str, ...]
    cells: NDArray[np.int64]
    """The place in the flattened table of every slot, in the order of the space."""

    @classmethod
    def of(cls, body: str) -> SlotGrid:
        """The table of a body region."""
        space = SlotSpace(body)
        pairs = [name.partition(":")[::2] for name in space.names]
        kinds, sites = (tuple(dict.fromkeys(column)) for column in zip(*pairs, strict=True))
        cells = [sites.index(site) * len(kinds) + kinds.index(kind) for kind, site in pairs]
        return cls(space, sites, kinds, np.array(cells))

    def table(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """(..., slots) to (..., sites, kinds)."""
        flat = np.zeros((*vector.shape[:-1], len(self.sites) * len(self.kinds)), np.float32)
        flat[..., self.cells] = vector
        return flat.reshape(*vector.shape[:-1], len(self.sites), len(self.kinds))

    def vector(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """(..., sites, kinds) back to (..., slots)."""
        return table.reshape(*table.shape[:-2], -1)[..., self.cells]

    def mirrored(self) -> NDArray[np.int64]:
        """The slot that each slot becomes when the image is flipped left to right."""
        names = {name: i for i, name in enumerate(self.space.names)}
        return np.array([names[_mirror_name(name)] for name in self.space.names])


def _mirror_name(name: str) -> str:
    kind, _, site = name.partition(":")
    if kind in ("view", "sex", "age_group", "normal"):
        return name
    other = mirror(Finding(kind, site))
    return f"{other.name}:{other.site}"
