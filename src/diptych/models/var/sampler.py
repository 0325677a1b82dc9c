"""Drawing a pair: K + 1 steps, mask first, each sample with random numbers of its own."""

from __future__ import annotations

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
) -> tuple[Tensor, Tensor]:
    """Latents (B, C, H, W) of image and mask for slots (B, S, K).

    `quantizers` and `copulas` are the image's and the mask's. Row b draws from `generators[b]` only, so
    that a sample does not depend on its neighbours.
    """
    (image_q, mask_q), (image_c, mask_c) = quantizers, copulas
    count, rows = model.count, len(slots)
    asked = torch.cat([torch.ones(rows), torch.zeros(rows)])
    vector, text = model.request(slots.repeat(2, 1, 1), phantom.repeat(2), asked)
    mask = slots.new_zeros(rows, model.mask.latent, *mask_q.grid)
    image = slots.new_zeros(rows, model.image.latent, *image_q.grid)
    for t in range(count + 1):
        seen = mask_q.shrink(min(t, count - 1), mask)
        shown = image_q.shrink(t - 1, image) if t else None
        step = Step(t, seen.repeat(2, 1, 1, 1), None if shown is None else shown.repeat(2, 1, 1, 1))
        mask_logits, image_logits = model([step], vector, text)
        if t < count:
            uniforms = mask_c[t].uniforms(generators)
            codes = _draw(mask_logits[0], config.mask_temperatures[t], t / (count - 1), config, uniforms)
            mask = mask + mask_q.lift(t, _to_grid(codes, mask_q.scales[t]))
        if t:
            k = t - 1
            uniforms = image_c[k].uniforms(generators)
            codes = _draw(image_logits[0], config.image_temperatures[k], k / (count - 1), config, uniforms)
            image = image + image_q.lift(k, _to_grid(codes, image_q.scales[k]))
    return image, mask


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
