"""The dual-stream model: an image and its mask, next grid by next grid, reading each other.

Step t handles grid t of the mask together with grid t - 1 of the image (the mask leads by
one grid). Tokens of one grid are drawn independently, so two streams in step could not agree
about a boundary that both draw at once; staggered, the image grid sees the mask that was
drawn on its own grid, and the factorisation stays exact:

    p(I, M | c) = prod_t p(m_t | m_<t, i_<t-1, c) p(i_t-1 | i_<t-1, m_<=t-1, c)

A last step, in which the mask stream only reads out the finished mask, serves the last image
grid. The streams exchange by bidirectional cross-attention whose gates start at zero: with
closed gates they are two independent streams, to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from diptych.models.var.attention import Attention, rotate
from diptych.models.var.stream import Grids, Stream, StreamBlock


@dataclass(frozen=True, kw_only=True)
class DualStreamConfig:
    """Sizes of the transformer; both streams have the same number of grids."""

    scales: Grids
    image_latent: int
    mask_latent: int
    sites: int
    kinds: int
    width: int = 128
    depth: int = 6
    heads: int = 4
    dropout: float = 0.1

    def build(self) -> DualStream:
        """A model with fresh weights."""
        return DualStream(self)


@dataclass(frozen=True)
class Step:
    """What step `t` sees: the mask's history on grid t, the image's on grid t - 1."""

    t: int
    mask: Tensor
    image: Tensor | None


class Request(nn.Module):
    """What is asked for, as one vector and as one token a site."""

    def __init__(self, sites: int, kinds: int, width: int) -> None:
        super().__init__()
        self.sites = nn.Parameter(torch.randn(sites, width) * 0.5)
        self.kinds = nn.Linear(kinds, width)
        self.whole = nn.Linear(sites * kinds, width)
        self.domain = nn.Embedding(2, width)
        self.nothing = nn.Parameter(torch.zeros(width))

    def forward(self, slots: Tensor, phantom: Tensor, asked: Tensor) -> tuple[Tensor, Tensor]:
        """Slots (B, S, K), is-phantom (B,) and is-asked (B,) to (B, C) and (B, S, C).

        Where `asked` is false the request is empty (for guidance); what kind of image it
        is, phantom or real, stays known.
        """
        said = slots * asked[:, None, None]
        tokens = self.sites + self.kinds(said)
        vector = self.whole(said.flatten(1)) + self.domain(phantom) + (1 - asked)[:, None] * self.nothing
        return vector, tokens


class Exchange(nn.Module):
    """Gated cross-attention in both directions, computed from the same two inputs."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.mask_norm, self.image_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.to_mask = Attention(width, heads, gated=True)
        self.to_image = Attention(width, heads, gated=True)

    def forward(
        self, mask: Tensor, image: Tensor, mask_angles: Tensor, image_angles: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What the mask grid (B, Lm, C) and the image grid (B, Li, C) each learn of the other."""
        m, i = self.mask_norm(mask), self.image_norm(image)
        return (
            _cross(self.to_mask, m, i, mask_angles, image_angles),
            _cross(self.to_image, i, m, image_angles, mask_angles),
        )


class DualStream(nn.Module):
    """Logits of mask and image codes from their histories and a request."""

    def __init__(self, config: DualStreamConfig) -> None:
        super().__init__()
        self.count = len(config.scales)
        sizes = (config.width, config.depth, config.heads, config.dropout)
        self.mask = Stream((*config.scales, config.scales[-1]), config.mask_latent, *sizes)
        self.image = Stream(config.scales, config.image_latent, *sizes)
        self.request = Request(config.sites, config.kinds, config.width)
        self.exchanges = nn.ModuleList(
            Exchange(config.width, config.heads) for _ in range(1, config.depth, 2)
        )

    def forward(
        self, steps: list[Step], vector: Tensor, text: Tensor, coupled: bool = True
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Logits of the mask grids and of the image grids that the steps hold.

        Each is (B, cells, latent, levels); the read-only last mask grid yields none.
        `coupled=False` leaves the exchange out.
        """
        masks = [s.t for s in steps]
        images = [s.t - 1 for s in steps if s.image is not None]
        m = [self.mask.words(s.t, s.mask) for s in steps]
        i = [self.image.words(s.t - 1, s.image) for s in steps if s.image is not None]
        m_out, i_out = self._run(masks, images, m, i, vector, text, coupled)
        drawn = [self.mask.logits(x) for t, x in zip(masks, m_out, strict=True) if t < self.count]
        return drawn, [self.image.logits(x) for x in i_out]

    def _run(
        self, masks: list[int], images: list[int], m: list[Tensor], i: list[Tensor],
        vector: Tensor, text: Tensor, coupled: bool,
    ) -> tuple[list[Tensor], list[Tensor]]:
        sides = [(self.mask, masks, m)] + ([(self.image, images, i)] if images else [])
        states = [torch.cat(tokens, 1) for _, _, tokens in sides]
        lengths = [[t.shape[1] for t in tokens] for _, _, tokens in sides]
        angles = [[stream.angles(g) for g in groups] for stream, groups, _ in sides]
        changes = [stream.change(vector).unflatten(-1, (6, -1)) for stream, _, _ in sides]
        pairs = [(masks.index(g + 1), n) for n, g in enumerate(images)]
        for depth in range(len(self.mask.blocks)):
            blocks = [cast(StreamBlock, stream.blocks[depth]) for stream, _, _ in sides]
            for n, block in enumerate(blocks):
                states[n] = block.look(states[n], changes[n], lengths[n], angles[n])
            if coupled and images and depth % 2:
                states = self._exchange(cast(Exchange, self.exchanges[depth // 2]), states, lengths, angles, pairs)
            for n, block in enumerate(blocks):
                states[n] = block.think(block.read(states[n], text), changes[n])
        parts = [list(state.split(length, 1)) for state, length in zip(states, lengths, strict=True)]
        return parts[0], parts[1] if images else []

    def _exchange(
        self, exchange: Exchange, states: list[Tensor], lengths: list[list[int]],
        angles: list[list[Tensor]], pairs: list[tuple[int, int]],
    ) -> list[Tensor]:
        m, i = (list(s.split(length, 1)) for s, length in zip(states, lengths, strict=True))
        for a, b in pairs:
            to_mask, to_image = exchange(m[a], i[b], angles[0][a], angles[1][b])
            m[a], i[b] = m[a] + to_mask, i[b] + to_image
        return [torch.cat(m, 1), torch.cat(i, 1)]


def _cross(attention: Attention, x: Tensor, memory: Tensor, xa: Tensor, ma: Tensor) -> Tensor:
    query, keys, values = attention.project(x, memory)
    return attention.merge(attention.attend(rotate(query, xa), rotate(keys, ma), values))
