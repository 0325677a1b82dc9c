"""Learning the streams: codes of the next grid from the codes before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from diptych.base.progress import track
from diptych.models.pair import Pair
from diptych.models.tokenizer.quantizer import ResidualQuantizer, Walk
from diptych.models.var.dual import Step
from diptych.training.augment import Batch, augmented, plain
from diptych.training.examples import GROUP_KINDS
from diptych.training.loop import Assignment, address
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material, smooth_cross_entropy

CHUNK = 32
UNASKED = 0.1
"""Share of examples whose request is withheld, so that guidance has something to compare with."""
UNSAID = 0.3
"""Share of examples whose view, sex or age the request leaves open."""


@dataclass(frozen=True)
class Latents:
    """Latents of image and mask (N, C, h, w), slot tables (N, S, K), phantom (N,)."""

    image: Tensor
    mask: Tensor
    slots: Tensor
    phantom: Tensor


@torch.no_grad()
def encode_all(model: Pair, material: Material, variants: int, seed: int) -> Latents:
    """Latents of every phantom, and of `variants` augmented versions of every real image."""
    model.eval()
    jobs: list[tuple[int, NDArray[np.int64]]] = []
    for v in range(variants):
        jobs += [
            (v, rows)
            for rows in np.array_split(np.arange(len(material.real)), -(-len(material.real) // CHUNK))
        ]
    count = len(material.phantoms)
    if count:
        jobs += [(-1, rows) for rows in np.array_split(np.arange(count), -(-count // CHUNK))]
    parts = [_encode(model, material, v, rows, seed) for v, rows in track(jobs, "encoding", len(jobs))]
    return Latents(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _encode(
    model: Pair, material: Material, variant: int, rows: NDArray[np.int64], seed: int
) -> tuple[Tensor, ...]:
    if variant < 0:
        batch = plain(material.phantoms, rows)
    else:
        rng = np.random.default_rng(address(seed, "variant", variant, int(rows[0])))
        batch = augmented(material.real, rows, material.augment, material.grid.mirrored(), rng)
    with torch.autocast("cpu", torch.bfloat16):
        image, mask = model.image_tokenizer.latent(batch.image), model.mask_tokenizer.latent(batch.mask)
    return image.float(), mask.float(), slot_tables(batch, material), batch.phantom


def slot_tables(batch: Batch, material: Material) -> Tensor:
    """Slot vectors of a batch as tables (B, sites, kinds)."""
    return torch.from_numpy(material.grid.table(batch.slots.numpy()))


def learn_streams(model: Pair, material: Material, latents: Latents, config: StageConfig) -> Assignment:
    """Next-grid prediction for both streams: alone, coupling only, or jointly."""
    streams = model.streams
    real = np.flatnonzero(latents.phantom.numpy() == 0)
    phantom = np.flatnonzero(latents.phantom.numpy() == 1)
    optional = open_kinds(model.config.kinds)

    def loss(seed: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(seed)
        count = int(rng.binomial(config.batch, config.real)) if len(phantom) else config.batch
        rows = np.concatenate([rng.choice(real, count), rng.choice(phantom, config.batch - count)]).astype(
            np.int64
        )
        slots = latents.slots[rows] * said(optional, len(rows), rng)
        asked = torch.from_numpy(rng.random(len(rows)) > UNASKED).float()
        quantizers = (model.image_tokenizer.quantizer, model.mask_tokenizer.quantizer)
        walks = _walk(quantizers, latents.image[rows], latents.mask[rows], config)
        with torch.autocast("cpu", torch.bfloat16):
            vector, text = streams.request(slots, latents.phantom[rows], asked)
            masks, images = streams(teacher_steps(quantizers, *walks), vector, text, config.task != "streams")
        m, i = (_over_grids(out, walk) for out, walk in zip((masks, images), reversed(walks), strict=True))
        return m + i, {"mask": float(m.detach()), "image": float(i.detach())}

    learners: dict[str, nn.Module] = {"streams": streams}
    if config.task == "coupling":
        learners = {"exchanges": streams.exchanges}
    return Assignment(learners, loss, orthogonal=("blocks.", "exchanges."))


@torch.no_grad()
def _walk(
    quantizers: tuple[ResidualQuantizer, ResidualQuantizer], image: Tensor, mask: Tensor, config: StageConfig
) -> tuple[Walk, Walk]:
    grids = len(quantizers[0].scales)
    slips = [config.slips * torch.rand(len(image), 1).expand(-1, grids) for _ in range(2)]
    return quantizers[0].walk(image, slips[0]), quantizers[1].walk(mask, slips[1])


def teacher_steps(
    quantizers: tuple[ResidualQuantizer, ResidualQuantizer], image: Walk, mask: Walk
) -> list[Step]:
    """All K + 1 steps of known walks, each with the history that it may see."""
    image_q, mask_q = quantizers
    count = len(mask_q.scales)
    histories = [*mask.before, mask.total]
    return [
        Step(
            t,
            mask_q.shrink(min(t, count - 1), histories[t]),
            image_q.shrink(t - 1, image.before[t - 1]) if t else None,
        )
        for t in range(count + 1)
    ]


def _over_grids(logits: list[Tensor], walk: Walk) -> Tensor:
    """Cross-entropy a code, grids weighted by their side length."""
    weights = torch.tensor([float(c.shape[-2] * c.shape[-1]) ** 0.5 for c in walk.codes])
    terms = [
        smooth_cross_entropy(out.float(), codes.flatten(2).transpose(1, 2))
        for out, codes in zip(logits, walk.codes, strict=True)
    ]
    return (torch.stack(terms) * weights / weights.sum()).sum()


def open_kinds(kinds: tuple[str, ...]) -> Tensor:
    """1 for the kinds (K,) that a request may leave open (view, sex, age group), 0 for the others."""
    return torch.tensor([kind in GROUP_KINDS for kind in kinds]).float()


def said(optional: Tensor, rows: int, rng: np.random.Generator) -> Tensor:
    """1 for what is said of each kind (B, 1, K), 0 where a request of a training row leaves it open."""
    left_open = torch.from_numpy(rng.random((rows, 1, len(optional))) < UNSAID).float()
    return 1 - left_open * optional
