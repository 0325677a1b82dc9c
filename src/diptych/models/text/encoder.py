"""A small text encoder: a sentence becomes what it says, site by site.

Two transformer layers read the words; one query a site (a tooth, a lung zone, the image as
a whole, a view, ...) then asks them what is said of it. It is trained from nothing on the
grammar's own sentences by slot prediction: 394 distinct captions are all that QaTa-COV19
holds, so a large language model would add weight and no knowledge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, kw_only=True)
class TextEncoderConfig:
    """`words` counts the vocabulary, `length` the words read of a sentence."""

    words: int
    sites: int
    kinds: int
    length: int = 96
    width: int = 64
    heads: int = 4

    def build(self) -> TextEncoder:
        """An encoder with fresh weights."""
        return TextEncoder(self)


class _Layer(nn.Module):
    """Pre-norm attention and feed-forward; queries may come from elsewhere."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.keys = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor, memory: Tensor, known: Tensor) -> Tensor:
        """x (B, Q, C) reads memory (B, L, C) where `known` (B, L) is true."""

        def split(t: Tensor) -> Tensor:
            return t.reshape(*t.shape[:2], self.heads, -1).transpose(1, 2)

        keys, values = self.keys(memory).chunk(2, -1)
        heard = F.scaled_dot_product_attention(
            split(self.query(self.norm1(x))), split(keys), split(values), attn_mask=known[:, None, None]
        )
        x = x + cast(Tensor, self.out(heard.transpose(1, 2).flatten(2)))
        return x + cast(Tensor, self.feed(self.norm2(x)))


class TextEncoder(nn.Module):
    """Word numbers (B, length), 0 for none, to slot logits (B, sites, kinds)."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        width = config.width
        self.words = nn.Embedding(config.words, width)
        self.places = nn.Parameter(torch.randn(config.length, width) * 0.02)
        self.layers = nn.ModuleList(_Layer(width, config.heads) for _ in range(2))
        self.sites = nn.Parameter(torch.randn(config.sites, width) * 0.5)
        self.asks = nn.ModuleList(_Layer(width, config.heads) for _ in range(2))
        self.norm = nn.LayerNorm(width)
        self.kinds = nn.Linear(width, config.kinds)
        nn.init.constant_(self.kinds.bias, -3.0)

    def forward(self, words: Tensor) -> Tensor:
        """Log-odds that the sentence says each kind of each site."""
        known = words > 0
        x = self.words(words) + self.places[: words.shape[1]]
        for layer in self.layers:
            x = layer(x, x, known)
        asked = self.sites.expand(len(words), -1, -1)
        for layer in self.asks:
            asked = layer(asked, x, known)
        return cast(Tensor, self.kinds(self.norm(asked)))
