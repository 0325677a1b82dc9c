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
from diptych.models.var.stream import Grids, Stream, StreamBlock, StreamSizes


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


class Side:
    """One stream's tokens on their way through the blocks: all its grids, one after the other."""

    def __init__(self, stream: Stream, histories: list[tuple[int, Tensor]]) -> None:
        self.stream = stream
        self.groups = [group for group, _ in histories]
        words = [stream.words(group, history) for group, history in histories]
        self.lengths = [w.shape[1] for w in words]
        self.state = torch.cat(words, 1)
        self.turn = torch.cat([stream.turn(group) for group in self.groups], 1)

    def logits(self, count: int) -> list[Tensor]:
        """Logits of the grids below `count`; what lies beyond is only read."""
        parts = torch.split(self.state, self.lengths, 1)
        return [self.stream.logits(x) for group, x in zip(self.groups, parts, strict=True) if group < count]


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

    def forward(self, mask: Side, image: Side, pairs: list[tuple[int, int]]) -> tuple[Tensor, Tensor]:
        """What each side (B, L, C) learns of the other, mask grid a of image grid b for each pair (a, b)."""
        m, i = self.mask_norm(mask.state), self.image_norm(image.state)
        to_mask = _cross(self.to_mask, (m, mask), (i, image), pairs)
        to_image = _cross(self.to_image, (i, image), (m, mask), [(b, a) for a, b in pairs])
        return to_mask, to_image


class DualStream(nn.Module):
    """Logits of mask and image codes from their histories and a request."""

    def __init__(self, config: DualStreamConfig) -> None:
        super().__init__()
        self.count = len(config.scales)
        sizes = StreamSizes(
            width=config.width, depth=config.depth, heads=config.heads, dropout=config.dropout
        )
        self.mask = Stream((*config.scales, config.scales[-1]), config.mask_latent, sizes)
        self.image = Stream(config.scales, config.image_latent, sizes)
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
        mask = Side(self.mask, [(s.t, s.mask) for s in steps])
        shown = [(s.t - 1, s.image) for s in steps if s.image is not None]
        image = Side(self.image, shown) if shown else None
        self._run(mask, image, vector, text, coupled)
        return mask.logits(self.count), image.logits(self.count) if image is not None else []

    def _run(self, mask: Side, image: Side | None, vector: Tensor, text: Tensor, coupled: bool) -> None:
        sides = [side for side in (mask, image) if side is not None]
        changes = [side.stream.change(vector).reshape(len(vector), 6, -1) for side in sides]
        for depth in range(len(self.mask.blocks)):
            blocks = [cast(StreamBlock, side.stream.blocks[depth]) for side in sides]
            for side, block, change in zip(sides, blocks, changes, strict=True):
                side.state = block.look(side.state, change, side.lengths, side.turn)
            if coupled and image is not None and depth % 2:
                pairs = [(mask.groups.index(g + 1), n) for n, g in enumerate(image.groups)]
                to_mask, to_image = self.exchanges[depth // 2](mask, image, pairs)
                mask.state, image.state = mask.state + to_mask, image.state + to_image
            for side, block, change in zip(sides, blocks, changes, strict=True):
                side.state = block.think(block.read(side.state, text), change)


def _cross(
    attention: Attention, asking: tuple[Tensor, Side], told: tuple[Tensor, Side], pairs: list[tuple[int, int]]
) -> Tensor:
    """Every grid of the asking side reads its partner; a grid without one hears nothing."""
    (x, reader), (memory, source) = asking, told
    query = torch.split(rotate(attention.ask(x), reader.turn), reader.lengths, 2)
    keys, values = attention.offer(memory)
    turned = torch.split(rotate(keys, source.turn), source.lengths, 2)
    spoken = torch.split(values, source.lengths, 2)
    partner = dict(pairs)
    heard = [
        attention.attend(q, turned[partner[n]], spoken[partner[n]]) if n in partner else torch.zeros_like(q)
        for n, q in enumerate(query)
    ]
    return attention.merge(torch.cat(heard, 2))
