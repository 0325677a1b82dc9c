"""The whole generator: text encoder, two tokenizers and the dual-stream transformer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from diptych.models.text.encoder import TextEncoder, TextEncoderConfig
from diptych.models.tokenizer.critic import PairCritic
from diptych.models.tokenizer.image import ImageTokenizer, ImageTokenizerConfig
from diptych.models.tokenizer.mask import MaskTokenizer, MaskTokenizerConfig
from diptych.models.tokenizer.planes import Coding, planes_of
from diptych.models.var.copula import Copula
from diptych.models.var.dual import DualStream, DualStreamConfig
from diptych.models.var.sampler import SamplerConfig, draw_pair


@dataclass(frozen=True, kw_only=True)
class PairConfig:
    """Everything that is needed to build the generator and to speak to it."""

    body: Literal["panoramic", "chest"]
    layer: Coding
    size: tuple[int, int]
    """Rows and columns of image and mask, multiples of 16."""
    scales: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    """The words that the text encoder knows; numbers 0 and 1 stand before them (padding, unknown)."""
    sites: tuple[str, ...]
    kinds: tuple[str, ...]
    sampler: SamplerConfig
    image_latent: int = 16
    mask_latent: int = 12
    decoder_deeper: int = 0
    """See `ImageTokenizerConfig.deeper`."""
    width: int = 128
    depth: int = 6
    copula_rank: int = 256
    """Common factors, at most, that the codes of one grid are drawn from."""
    micro_batch: int = 8
    """Samples are always computed in batches of this one size, so that a sample's last bit
    never depends on how many were asked for."""

    def build(self) -> Pair:
        """A generator with fresh weights."""
        return Pair(self)


class Pair(nn.Module):
    """A sentence in, an image and its mask out."""

    def __init__(self, config: PairConfig) -> None:
        super().__init__()
        self.config = config
        planes = planes_of(config.layer).count
        sites, kinds = len(config.sites), len(config.kinds)
        self.text: TextEncoder = TextEncoderConfig(
            words=len(config.words) + 2, sites=sites, kinds=kinds
        ).build()
        self.mask_tokenizer: MaskTokenizer = MaskTokenizerConfig(
            coding=config.layer, scales=config.scales, latent=config.mask_latent
        ).build()
        self.image_tokenizer: ImageTokenizer = ImageTokenizerConfig(
            scales=config.scales, planes=planes, latent=config.image_latent, deeper=config.decoder_deeper
        ).build()
        self.streams: DualStream = DualStreamConfig(
            scales=config.scales,
            image_latent=config.image_latent,
            mask_latent=config.mask_latent,
            sites=sites,
            kinds=kinds,
            width=config.width,
            depth=config.depth,
        ).build()
        self.image_copula = Copula(config.scales, config.image_latent, config.copula_rank)
        self.mask_copula = Copula(config.scales, config.mask_latent, config.copula_rank)
        self.critic: PairCritic | None = None

    def add_critic(self) -> PairCritic:
        """Put a fresh critic beside the image decoder."""
        self.critic = PairCritic(self.mask_tokenizer.planes.count)
        return self.critic

    def take_over(self, trained: Pair) -> None:
        """Begin as a trained generator of the same shape; a critic stays as it is."""
        for name, part in trained.named_children():
            if name != "critic":
                self.get_submodule(name).load_state_dict(part.state_dict())

    def packaged(self) -> dict[str, Tensor]:
        """The weights that drawing needs: all but the critic's."""
        return {name: value for name, value in self.state_dict().items() if not name.startswith("critic.")}

    @torch.no_grad()
    def draw(
        self, slots: Tensor, generators: list[torch.Generator], *, phantom: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Image latents (B, C, h, w) and masks (B, H, W) for slots (B, sites, kinds)."""
        latent, mask_latent = self._drawn(slots, torch.full((len(slots),), int(phantom)), generators)
        return latent, self.mask_tokenizer.planes.decode(self.mask_tokenizer.decode(mask_latent))

    @torch.no_grad()
    def redraw(
        self,
        image: Tensor,
        mask: Tensor,
        slots: Tensor,
        phantom: Tensor,
        generators: list[torch.Generator],
    ) -> Tensor:
        """Latents (B, C, h, w) of images (B, 1, H, W) on masks (B, H, W), the finest grid drawn anew."""
        walks = (
            self.image_tokenizer.quantizer.walk(self.image_tokenizer.latent(image)),
            self.mask_tokenizer.quantizer.walk(self.mask_tokenizer.latent(mask)),
        )
        given = (walks[0].codes[:-1], walks[1].codes)
        return self._drawn(slots, phantom, generators, given)[0]

    def _drawn(
        self,
        slots: Tensor,
        phantom: Tensor,
        generators: list[torch.Generator],
        given: tuple[Sequence[Tensor], Sequence[Tensor]] = ((), ()),
    ) -> tuple[Tensor, Tensor]:
        return draw_pair(
            self.streams,
            (self.image_tokenizer.quantizer, self.mask_tokenizer.quantizer),
            (self.image_copula, self.mask_copula),
            slots,
            phantom,
            config=self.config.sampler,
            generators=generators,
            given=given,
        )

    @torch.no_grad()
    def paint(self, latent: Tensor, mask: Tensor, generators: list[torch.Generator] | None = None) -> Tensor:
        """Images (B, H, W) uint8 of latents, on their masks; with generators, each with its own grain."""
        planes = self.mask_tokenizer.planes.encode(mask)
        grain = None
        if generators is not None:
            grain = torch.stack([torch.randn(1, *self.config.size, generator=g) for g in generators])
        image = self.image_tokenizer.decode(latent, planes, grain)[:, 0]
        return ((image + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
