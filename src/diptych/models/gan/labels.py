"""Label maps as planes: what the generator is shown of each layer.

Teeth are factorised (tooth or not, quadrant, position, as for the tokenizers) with the edges between
them, so that mirrored and neighbouring teeth share what is learned of them; other layers are one plane
a code. A layer that nobody drew is empty, and a plane beside it says so: cohorts that are labelled in
part can be learned from together.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from diptych.models.tokenizer.planes import ToothPlanes

UNKNOWN = 255
"""Value of a layer's map (everywhere) that nobody has drawn."""


@dataclass(frozen=True, kw_only=True)
class LayerConfig:
    """One layer of a label map. Code c of it is shown as kind `kinds[c - 1]`, counted from 1.

    A right and a left structure may be of one kind: they look alike, and an image may be flipped.
    The layer `teeth` holds FDI numbers and has no kinds.
    """

    name: str
    kinds: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many kinds there are."""
        return max(self.kinds, default=0)


class LabelPlanes:
    """A coding of label maps (B, L, H, W) int64 as planes (B, P, H, W), and as one class a pixel."""

    def __init__(self, layers: tuple[LayerConfig, ...]) -> None:
        self.layers = layers
        self.count = sum(14 if layer.name == "teeth" else layer.count for layer in layers) + len(layers)

    def encode(self, maps: Tensor) -> Tensor:
        """Planes in {0, 1}: of every layer its codes, then whether it is known."""
        parts = [self._planes(layer, maps[:, k]) for k, layer in enumerate(self.layers)]
        known = (maps != UNKNOWN).float()
        return torch.cat([*parts, known], 1)

    def _planes(self, layer: LayerConfig, codes: Tensor) -> Tensor:
        if layer.name == "teeth":
            codes = torch.where(codes == UNKNOWN, 0, codes)
            return torch.cat([ToothPlanes().encode(codes), edges(codes)], 1)
        return F.one_hot(kinds_of(layer, codes), layer.count + 1)[..., 1:].movedim(-1, 1).float()

    @property
    def classes(self) -> int:
        """How many classes `render` tells apart, background included."""
        return 1 + sum(16 if layer.name == "teeth" else layer.count for layer in self._rendered)

    @property
    def _rendered(self) -> tuple[LayerConfig, ...]:
        """The layers that the critic names pixel by pixel: anatomy overlaps everything and is left out."""
        return tuple(layer for layer in self.layers if layer.name != "anatomy")

    def render(self, maps: Tensor) -> Tensor:
        """The one class (B, H, W) int64 of each pixel, later layers over earlier ones.

        Teeth become 16 kinds, 8 positions of either jaw: left and right look alike.
        """
        seen, base = torch.zeros_like(maps[:, 0]), 1
        for k, layer in enumerate(self.layers):
            if layer not in self._rendered:
                continue
            kinds = tooth_kinds(maps[:, k]) if layer.name == "teeth" else kinds_of(layer, maps[:, k])
            seen = torch.where(kinds > 0, base - 1 + kinds, seen)
            base += 16 if layer.name == "teeth" else layer.count
        return seen

    def marked(self, maps: Tensor) -> Tensor:
        """Whether a pixel (B, H, W) belongs to a finding, as far as the layer is known."""
        found = torch.zeros_like(maps[:, 0], dtype=torch.bool)
        for k, layer in enumerate(self.layers):
            if layer.name == "findings":
                found |= (maps[:, k] > 0) & (maps[:, k] != UNKNOWN)
        return found


def kinds_of(layer: LayerConfig, codes: Tensor) -> Tensor:
    """Kinds of codes, 0 for background and for what is not known."""
    table = torch.zeros(256, dtype=torch.long)
    table[1 : len(layer.kinds) + 1] = torch.tensor(layer.kinds)
    return table[codes]


def tooth_kinds(codes: Tensor) -> Tensor:
    """Positions 1 to 8 of the upper and 9 to 16 of the lower jaw, 0 for background and what is not known."""
    kinds = codes % 10 + 8 * (codes > 30)
    return torch.where((codes == 0) | (codes == UNKNOWN), 0, kinds)


def edges(codes: Tensor) -> Tensor:
    """1 where the right or lower neighbour has another code: (B, H, W) to (B, 1, H, W)."""
    across = F.pad(codes[:, :, 1:] != codes[:, :, :-1], (0, 1))
    down = F.pad(codes[:, 1:] != codes[:, :-1], (0, 0, 0, 1))
    return (across | down).float().unsqueeze(1)
