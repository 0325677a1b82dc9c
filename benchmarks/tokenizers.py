"""What is lost between an image or a mask and its codes, on images that training never saw.

python benchmarks/tokenizers.py --checkpoint chest-nano --cohort DIR [--segmenter DIR]

Prints the round trip of masks (Dice, mean over labels), of images (PSNR), how many of the five
levels each channel uses on each grid, and, with a segmenter, how much of its Dice on real images
it keeps on images that went through both tokenizers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from diptych.downstream.store import load_segmenter
from diptych.evaluation.stacks import heldout_part, image_stack, mask_stack
from diptych.metrics.dice import mean_dice
from diptych.models.pair import Pair
from diptych.models.tokenizer.quantizer import LEVELS
from diptych.records.cohort import Cohort
from diptych.training import checkpoint
from printing import print_lines

CHUNK = 16


@dataclass(frozen=True, kw_only=True)
class Tokenizers:
    """Measure both tokenizers of a checkpoint on the val part of a cohort."""

    checkpoint: str
    """A packaged checkpoint or a checkpoint folder."""
    cohort: Path
    """A real cohort with the split val."""
    segmenter: Path | None = None
    """Folder of a segmenter trained on the real training rows."""

    def lines(self) -> Iterator[str]:
        """Measure one thing after the other."""
        model = checkpoint.load(self.checkpoint).model
        part = heldout_part(Cohort.open(self.cohort))
        layer, size = model.config.layer, model.config.size
        images, masks = image_stack(part, size), mask_stack(part, layer, size)
        labels = [int(code) for code in np.unique(masks) if code]
        back_masks, back_images, mask_codes, image_codes = _round_trips(model, images, masks)
        yield f"mask round trip, Dice {mean_dice(back_masks, masks, labels)}"
        yield f"image round trip, PSNR {_psnr(back_images, images):.2f} dB (mean of n = {len(images)})"
        yield from _usage("mask", mask_codes)
        yield from _usage("image", image_codes)
        if self.segmenter:
            judge = load_segmenter(self.segmenter)
            real, kept = (mean_dice(judge(x), masks, labels) for x in (images, back_images))
            both = mean_dice(judge(back_images), back_masks, labels)
            yield f"judge on real images {real}"
            share, shared = kept.value / real.value, both.value / real.value
            yield f"judge on round-trip images against real masks {kept}, {share:.3f} of real"
            yield f"judge on round-trip pairs {both}, {shared:.3f} of real"


@torch.no_grad()
def _round_trips(
    model: Pair, images: NDArray[np.uint8], masks: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """Masks and images as they come back, and the codes of each grid."""
    parts = []
    for start in range(0, len(images), CHUNK):
        image = torch.from_numpy(images[start : start + CHUNK]).float().div(127.5).sub(1).unsqueeze(1)
        mask = torch.from_numpy(masks[start : start + CHUNK]).long()
        mask_walk = model.mask_tokenizer.quantizer.walk(model.mask_tokenizer.latent(mask))
        image_walk = model.image_tokenizer.quantizer.walk(model.image_tokenizer.latent(image))
        back = model.mask_tokenizer.planes.decode(model.mask_tokenizer.decode(mask_walk.total))
        painted = model.paint(image_walk.total, back)
        parts.append((back.numpy().astype(np.uint8), painted.numpy(), mask_walk.codes, image_walk.codes))
    back_masks, back_images, mask_codes, image_codes = zip(*parts, strict=True)
    grids = [
        [np.concatenate(list(map(np.asarray, c))) for c in zip(*codes, strict=True)]
        for codes in (mask_codes, image_codes)
    ]
    return np.concatenate(back_masks), np.concatenate(back_images), grids[0], grids[1]


def _psnr(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    error = ((first / 255.0 - second / 255.0) ** 2).mean((1, 2))
    return float((-10 * np.log10(error)).mean())


def _usage(name: str, grids: list[NDArray[np.int64]]) -> Iterator[str]:
    """Levels used and their perplexity, mean over channels, grid by grid."""
    for codes in grids:
        counts = np.stack([np.bincount(c.ravel(), minlength=len(LEVELS)) for c in np.moveaxis(codes, 1, 0)])
        share = counts / counts.sum(1, keepdims=True)
        bits = -(share * np.log2(np.where(share > 0, share, 1))).sum(1)
        rows, columns = codes.shape[-2:]
        yield (
            f"{name} grid {rows} x {columns}: a channel uses {(counts > 0).sum(1).mean():.1f} "
            f"of {len(LEVELS)} levels, perplexity {2 ** bits.mean():.2f}"
        )


if __name__ == "__main__":
    sys.exit(print_lines(Tokenizers))
