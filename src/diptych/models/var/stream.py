"""One stream: the transformer that predicts the next grid of an image or of a mask.

Attention stays inside a grid: what coarser grids said is in the running latent already, and
Switti, HMAR, MVAR and Markov-VAR all found attention across grids unneeded. So there is no
cache and no mask, and a grid costs the same alone as among the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.tokenizer.quantizer import LEVELS
from diptych.models.var.attention import Attention, rotary_turn, rotate

Grids = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class StreamSizes:
    """What both streams share."""

    width: int
    depth: int
    heads: int
    dropout: float


class StreamBlock(nn.Module):
    """Self-attention within each grid, the sentence, and a feed-forward, modulated by the request."""

    def __init__(self, width: int, heads: int, *, reads_text: bool, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.text = Attention(width, heads) if reads_text else None
        self.text_norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width))
        self.shift = nn.Parameter(torch.zeros(6, width))
        self.drop = nn.Dropout(dropout)

    def look(self, x: Tensor, change: Tensor, lengths: list[int], turn: Tensor) -> Tensor:
        """Self-attention: every grid by itself. `change` is (B, 6, C), `turn` (2, L, D / 2)."""
        scale, shift, gain = (change + self.shift)[:, :3, None].unbind(1)
        h = F.layer_norm(x, x.shape[-1:]) * (1 + scale) + shift
        query = rotate(self.attention.ask(h), turn)
        keys, values = self.attention.offer(h)
        keys = rotate(keys, turn)
        grids = zip(*(torch.split(t, lengths, 2) for t in (query, keys, values)), strict=True)
        heard = torch.cat([self.attention.attend(*parts) for parts in grids], 2)
        return x + (1 + gain) * self.attention.merge(heard)

    def read(self, x: Tensor, text: Tensor) -> Tensor:
        """Attend to what the sentence says of each site, `text` (B, S, C)."""
        if self.text is None:
            return x
        heard = self.text.attend(self.text.ask(self.text_norm(x)), *self.text.offer(text))
        return x + self.text.merge(heard)

    def think(self, x: Tensor, change: Tensor) -> Tensor:
        """The feed-forward."""
        scale, shift, gain = (change + self.shift)[:, 3:, None].unbind(1)
        h = F.layer_norm(x, x.shape[-1:]) * (1 + scale) + shift
        return x + (1 + gain) * cast(Tensor, self.drop(self.feed(h)))


class Stream(nn.Module):
    """Embeddings, blocks and head of one stream over `grids` (the last may repeat for reading only)."""

    def __init__(self, grids: Grids, latent: int, sizes: StreamSizes) -> None:
        super().__init__()
        width, depth, heads = sizes.width, sizes.depth, sizes.heads
        self.grids = grids
        self.latent = latent
        self.embed = nn.Linear(latent, width)
        self.place = nn.Parameter(torch.randn(1, width, *grids[-1]) * 0.02)
        self.level = nn.Parameter(torch.randn(len(grids), width) * 0.02)
        self.change = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(
            StreamBlock(width, heads, reads_text=i % 2 == 0, dropout=sizes.dropout) for i in range(depth)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, latent * len(LEVELS))
        for i, grid in enumerate(grids):
            self.register_buffer(f"turn{i}", rotary_turn(grid, width // heads), persistent=False)
        self._start_small(depth)

    def _start_small(self, depth: int) -> None:
        nn.init.normal_(self.head.weight, std=0.02)
        last = cast(nn.Linear, self.change[1])
        nn.init.normal_(last.weight, std=0.01)
        for module in self.blocks:
            block = cast(StreamBlock, module)
            for out in (block.attention.out, cast(nn.Linear, block.feed[2])):
                nn.init.normal_(out.weight, std=0.02 / (2 * depth) ** 0.5 * 3)

    def turn(self, group: int) -> Tensor:
        """Cosines and sines of a grid."""
        return cast(Tensor, getattr(self, f"turn{group}"))

    def words(self, group: int, history: Tensor) -> Tensor:
        """Tokens (B, h * w, C) of a grid from the history (B, latent, h, w) that it sees."""
        place = F.interpolate(self.place, self.grids[group], mode="area")
        tokens = self.embed(history.flatten(2).transpose(1, 2)) + place.flatten(2).transpose(1, 2)
        return cast(Tensor, tokens + self.level[group])

    def logits(self, x: Tensor) -> Tensor:
        """(B, L, C) to (B, L, latent, levels)."""
        logits = cast(Tensor, self.head(self.norm(x)))
        return logits.reshape(*x.shape[:2], self.latent, len(LEVELS))
