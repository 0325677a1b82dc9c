"""The vision transformer of DINOv2, in the sizes S/14 and B/14."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.filling import filled

PATCH, GRID, DEPTH = 14, 37, 12
"""Pixels of a patch; patches along a side of the 518 x 518 images of the last training steps; blocks."""

_TWINS = (
    # How Hugging Face's files and DINOv2's own name one thing.
    (r"embeddings\.cls_token", "cls_token"),
    (r"embeddings\.mask_token", "mask_token"),
    (r"embeddings\.position_embeddings", "pos_embed"),
    (r"embeddings\.patch_embeddings\.projection", "patch_embed.proj"),
    (r"encoder\.layer\.(\d+)", r"blocks.\1"),
    (r"attention\.output\.dense", "attn.proj"),
    (r"layer_scale([12])\.lambda1", r"ls\1.gamma"),
    (r"^layernorm\.", "norm."),
)


class Scale(nn.Module):
    """Each channel times a learned number (Touvron et al. 2021, arXiv 2103.17239)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) -> the same shape."""
        return x * self.gamma


class Attention(nn.Module):
    """Every token looks at every token; heads of 64 channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = width // 64
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(N, tokens, width) -> the same shape."""
        count, tokens, width = x.shape
        query, key, value = self.qkv(x).view(count, tokens, 3, self.heads, 64).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value)
        y: Tensor = self.proj(seen.transpose(1, 2).reshape(count, tokens, width))
        return y


class Feed(nn.Module):
    """Each token by itself through a wider layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(N, tokens, width) -> the same shape."""
        y: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return y


class Block(nn.Module):
    """Attention and feed-forward, each normed before and scaled after."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.attn, self.ls1 = nn.LayerNorm(width, 1e-6), Attention(width), Scale(width)
        self.norm2, self.mlp, self.ls2 = nn.LayerNorm(width, 1e-6), Feed(width), Scale(width)

    def forward(self, x: Tensor) -> Tensor:
        """(N, tokens, width) -> the same shape."""
        x = x + self.ls1(self.attn(self.norm1(x)))
        y: Tensor = x + self.ls2(self.mlp(self.norm2(x)))
        return y


class Patches(nn.Module):
    """Images cut into patches of 14 x 14 pixels, each a token."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, PATCH, PATCH)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, 14 H, 14 W) -> (N, H W, width)."""
        y: Tensor = self.proj(x).flatten(2).transpose(1, 2)
        return y


class ViT(nn.Module):
    """RGB images (N, 3, H, W), H and W multiples of 14 -> class tokens (N, width) after the last norm.

    Dosovitskiy et al. 2021 (arXiv 2010.11929) as trained by Oquab et al. 2023 (arXiv 2304.07193),
    without registers. Positions are resampled from 37 x 37 (bicubic) where the image is smaller.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + GRID * GRID, width))
        self.patch_embed = Patches(width)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(DEPTH)))
        self.norm = nn.LayerNorm(width, 1e-6)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        return self.tokens(x)[:, 0]

    def tokens(self, x: Tensor) -> Tensor:
        """The class token and one token a patch, row by row, after the last norm: (N, 1 + patches, width)."""
        grid = (x.shape[2] // PATCH, x.shape[3] // PATCH)
        tokens = torch.cat([self.cls_token.expand(len(x), -1, -1), self.patch_embed(x)], dim=1)
        y: Tensor = self.norm(self.blocks(tokens + self._positions(grid)))
        return y

    def _positions(self, grid: tuple[int, int]) -> Tensor:
        if grid == (GRID, GRID):
            return self.pos_embed
        plane = self.pos_embed[:, 1:].view(1, GRID, GRID, -1).permute(0, 3, 1, 2)
        fitted = F.interpolate(plane, grid, mode="bicubic", align_corners=False)
        return torch.cat([self.pos_embed[:, :1], fitted.flatten(2).transpose(1, 2)], dim=1)


def load_vit(state: Mapping[str, Tensor], width: int) -> ViT:
    """The network with a state dictionary of DINOv2's own names or of Hugging Face's."""
    return filled(partial(ViT, width), own_names(state), f"ViT of width {width}", beside=("mask_token",))


def own_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """DINOv2's names; query, key and value, which Hugging Face keeps apart, in one matrix."""
    found = {_own_name(name): value for name, value in state.items()}
    for name in [name for name in found if ".attention.attention.query." in name]:
        parts = [name.replace("query", part) for part in ("query", "key", "value")]
        if all(part in found for part in parts):
            joined = torch.cat([found.pop(part) for part in parts])
            found[name.replace("attention.attention.query", "attn.qkv")] = joined
    return found


def _own_name(name: str) -> str:
    for theirs, own in _TWINS:
        name = re.sub(theirs, own, name)
    return name
