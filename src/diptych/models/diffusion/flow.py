"""The flow family: noise becomes an image and its mask together, by a rectified flow.

Image and mask are channels of one x: the grey levels, and the planes that say which label a pixel has
(`models/tokenizer/planes`), as real numbers (analog bits, Chen et al. 2022, arXiv:2208.04202). So what the
image shows and where the mask says it is are decided by the same steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.diffusion.rectified import euler, velocity
from diptych.models.diffusion.unet import ToldUNet
from diptych.models.tokenizer.planes import Coding, planes_of

PLANE = 0.5
"""A plane is this where its label is and minus this elsewhere: about as loud as grey levels are."""


@dataclass(frozen=True, kw_only=True)
class FlowConfig:
    """Everything that is needed to build the generator and to speak to it."""

    body: Literal["panoramic", "chest"]
    layer: Coding
    size: tuple[int, int]
    """Rows and columns of image and mask, multiples of 16."""
    sites: tuple[str, ...]
    kinds: tuple[str, ...]
    fold: Literal[2, 4] = 2
    """Blocks of this many pixels squared become channels, so that nothing runs at full size."""
    widths: tuple[int, ...] = (32, 64, 96)
    """Channels of the U-Net, fine to coarse, multiples of 8; the last, a multiple of 32."""
    steps: int = 25
    """Steps from noise to data."""
    guidance: float = 2.0
    """Weight of the request; 1 is plain sampling (Ho & Salimans 2022, arXiv:2207.12598)."""
    micro_batch: int = 8

    def build(self) -> Flow:
        """A generator with fresh weights. Raises `DiptychError` where MONAI is not installed."""
        return Flow(self)


class Flow(nn.Module):
    """A table of findings in, an image and its mask out."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        self.planes = planes_of(config.layer)
        channels = (1 + self.planes.count) * config.fold**2
        self.net = ToldUNet(channels, config.widths, len(config.sites), len(config.kinds))

    def packaged(self) -> dict[str, Tensor]:
        """The weights that drawing needs: all of them."""
        return self.state_dict()

    def join(self, image: Tensor, mask: Tensor) -> Tensor:
        """Images (B, 1, H, W) in [-1, 1] and masks (B, H, W) as x (B, C, H / fold, W / fold)."""
        planes = PLANE * (2 * self.planes.encode(mask) - 1)
        return F.pixel_unshuffle(torch.cat([image, planes], 1), self.config.fold)

    def part(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Grey levels (B, 1, H, W) and planes (B, P, H, W) of x."""
        whole = F.pixel_shuffle(x, self.config.fold)
        return whole[:, :1], whole[:, 1:]

    def expected(self, x: Tensor, t: Tensor, slots: Tensor, phantom: Tensor, asked: Tensor) -> Tensor:
        """E[X_1 | X_t = x] for times (B,), slots (B, S, K), is-phantom (B,) and is-asked (B,)."""
        expected: Tensor = self.net(x, t, slots, phantom, asked)
        return expected.float()

    @torch.no_grad()
    def draw(
        self, slots: Tensor, generators: list[torch.Generator], *, phantom: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Images (B, H, W) uint8 and masks (B, H, W) int64 for slots (B, S, K), each row by its generator."""
        height, width = self.config.size
        size = (1 + self.planes.count, height, width)
        noise = torch.stack([torch.randn(size, generator=g) for g in generators])
        domain = torch.full((len(slots),), int(phantom))

        def field(x: Tensor, t: Tensor) -> Tensor:
            return velocity(self._guided(x, t, slots, domain), x, t)

        image, planes = self.part(euler(field, F.pixel_unshuffle(noise, self.config.fold), self.config.steps))
        grey = ((image[:, 0] + 1) * 127.5).round().clamp(0, 255)
        return grey.to(torch.uint8), self.planes.decode(planes)

    def _guided(self, x: Tensor, t: Tensor, slots: Tensor, domain: Tensor) -> Tensor:
        """What is expected with the request, and past that, away from what is expected without."""
        rows = len(x)
        asked = torch.cat([torch.ones(rows), torch.zeros(rows)])
        both = self.expected(
            x.repeat(2, 1, 1, 1), t.repeat(2), slots.repeat(2, 1, 1), domain.repeat(2), asked
        )
        told, untold = both.chunk(2)
        return untold + self.config.guidance * (told - untold)
