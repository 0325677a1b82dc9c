"""Drawing a pair: K + 1 steps, mask first, each sample with random numbers of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from diptych.models.tokenizer.quantizer import LEVELS, ResidualQuantizer
from diptych.models.var.copula import Copula
from diptych.models.var.dual import DualStream, Step


@dataclass(frozen=True, kw_only=True)
class SamplerConfig:
    """How boldly to draw. Temperatures are a grid's, coarse to fine; 0 takes the likeliest code."""

    guidance: float = 1.5
    """Weight of the sentence, ramped up from coarse to fine; 1 is plain sampling (Ho & Salimans 2022)."""
    mask_temperatures: tuple[float, ...]
    image_temperatures: tuple[float, ...]
    top_p: float = 0.95


@torch.no_grad()
def draw_pair(
    model: DualStream,
    quantizers: tuple[ResidualQuantizer, ResidualQuantizer],
    copulas: tuple[Copula, Copula],
    slots: Tensor,
    phantom: Tensor,
    *,
    config: SamplerConfig,
    generators: list[torch.Generator],
    given: tuple[Sequence[Tensor], Sequence[Tensor]] = ((), ()),
) -> tuple[Tensor, Tensor]:
    """Latents (B, C, H, W) of image and mask for slots (B, S, K).

    `quantizers` and `copulas` are the image's and the mask's. Row b draws from `generators[b]` only, so
    that a sample does not depend on its neighbours. `given` are codes (B, C, h_k, w_k) of the image's and
    of the mask's first grids, which then are not drawn.
    """
    count, rows = model.count, len(slots)
    temperatures = (config.image_temperatures, config.mask_temperatures)
    image, mask = (
        _Canvas(q, c, t, g, slots.new_zeros(rows, latent, *q.grid))
        for q, c, t, g, latent in zip(
            quantizers, copulas, temperatures, given, (model.image.latent, model.mask.latent), strict=True
        )
    )
    asked = torch.cat([torch.ones(rows), torch.zeros(rows)])
    vector, text = model.request(slots.repeat(2, 1, 1), phantom.repeat(2), asked)
    for t in range(count + 1):
        # A step of which everything is given need not be computed.
        known = mask.knows(min(t, count - 1)) and image.knows(t - 1)
        mask_logits, image_logits = ([], []) if known else model([_step(t, image, mask)], vector, text)
        if t < count:
            mask.add(t, mask_logits, config, generators)
        if t:
            image.add(t - 1, image_logits, config, generators)
    return image.latent, mask.latent


@dataclass
class _Canvas:
    """A latent (B, C, H, W) as its grids come in, given or drawn."""

    quantizer: ResidualQuantizer
    copula: Copula
    temperatures: tuple[float, ...]
    given: Sequence[Tensor]
    latent: Tensor

    def knows(self, k: int) -> bool:
        """Whether grid k is given."""
        return k < len(self.given)

    def seen(self, k: int) -> Tensor:
        """The latent as grid k sees it, twice: for the rows asked and for those unasked."""
        return self.quantizer.shrink(k, self.latent).repeat(2, 1, 1, 1)

    def add(
        self, k: int, logits: list[Tensor], config: SamplerConfig, generators: list[torch.Generator]
    ) -> None:
        """Add grid k."""
        grid = self.given[k] if self.knows(k) else self._drawn(k, logits[0], config, generators)
        self.latent = self.latent + self.quantizer.lift(k, grid)

    def _drawn(
        self, k: int, logits: Tensor, config: SamplerConfig, generators: list[torch.Generator]
    ) -> Tensor:
        ramp = k / (len(self.quantizer.scales) - 1)
        codes = _draw(logits, self.temperatures[k], ramp, config, self.copula[k].uniforms(generators))
        return _to_grid(codes, self.quantizer.scales[k])


def _step(t: int, image: _Canvas, mask: _Canvas) -> Step:
    last = len(mask.quantizer.scales) - 1
    return Step(t, mask.seen(min(t, last)), image.seen(t - 1) if t else None)


def _draw(logits: Tensor, temperature: float, ramp: float, config: SamplerConfig, uniforms: Tensor) -> Tensor:
    """Codes (B, L, C) from guided logits (2B, L, C, levels), asked rows first, and uniforms (B, L, C)."""
    asked, empty = logits.chunk(2)
    guided = asked + (config.guidance - 1) * ramp * (asked - empty)
    if temperature == 0:
        return guided.argmax(-1)
    chance = _keep_top((guided / temperature).softmax(-1), config.top_p)
    edges = chance.cumsum(-1)
    return (edges < uniforms[..., None] * edges[..., -1:]).sum(-1).clamp_max(len(LEVELS) - 1)


def _keep_top(chance: Tensor, top_p: float) -> Tensor:
    """Zero the least likely codes beyond a mass of `top_p` (nucleus sampling)."""
    ordered, order = chance.sort(-1, descending=True)
    kept = ordered * (ordered.cumsum(-1) - ordered < top_p)
    return torch.zeros_like(chance).scatter(-1, order, kept)


def _to_grid(codes: Tensor, grid: tuple[int, int]) -> Tensor:
    return codes.transpose(1, 2).reshape(len(codes), -1, *grid)
