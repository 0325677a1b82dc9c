"""MONAI's diffusion U-Net, told where a pixel is, what is asked for and how noisy its input is.

The request reaches it twice: as one vector beside the time, which every block hears, and as one token a
site, which the coarsest level reads by cross-attention. The vector goes in where MONAI has its class
embedding: that is a table of single classes (`nn.Embedding`), and a mouth has many findings at a time.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

from diptych.base.optional import optional
from diptych.models.var.dual import Request

GROUPS = 8
"""Of every group norm; MONAI's 32 would ask for wider blocks."""
HEAD = 32
"""Channels of an attention head, which divide the last width."""
TOLD = 64
"""Numbers of a token."""
CLOCK = 1000
"""MONAI's sinusoids are made for times up to this."""


def parts() -> Any:
    """MONAI's module; raises `DiptychError` with the extra that brings it."""
    optional("einops", "the flow family")
    return optional("monai.networks.nets.diffusion_model_unet", "the flow family")


class ToldUNet(nn.Module):
    """x (B, C, h, w), time (B,) in [0, 1] and a request to (B, C, h, w)."""

    def __init__(self, channels: int, widths: tuple[int, ...], sites: int, kinds: int) -> None:
        super().__init__()
        self.request = Request(sites, kinds, TOLD)
        self.unet: nn.Module = parts().DiffusionModelUNet(
            spatial_dims=2,
            in_channels=channels + 2,
            out_channels=channels,
            num_res_blocks=1,
            channels=widths,
            attention_levels=(*[False] * (len(widths) - 1), True),
            norm_num_groups=GROUPS,
            num_head_channels=HEAD,
            with_conditioning=True,
            cross_attention_dim=TOLD,
            num_class_embeds=1,
        )
        self.unet.class_embedding = nn.Linear(TOLD, 4 * widths[0])

    def forward(self, x: Tensor, t: Tensor, slots: Tensor, phantom: Tensor, asked: Tensor) -> Tensor:
        """For slots (B, S, K), is-phantom (B,) and is-asked (B,), see `Request`."""
        vector, tokens = self.request(slots, phantom, asked)
        return cast(Tensor, self.unet(_placed(x), CLOCK * t, tokens, vector))


def _placed(x: Tensor) -> Tensor:
    """x with two planes more that say where a pixel is, from -1 to 1: a canine is one by its place."""
    rows, _, height, width = x.shape
    y = torch.linspace(-1, 1, height)[:, None].expand(height, width)
    across = torch.linspace(-1, 1, width).expand(height, width)
    return torch.cat([x, torch.stack([y, across]).expand(rows, -1, -1, -1)], 1)
