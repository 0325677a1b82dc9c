"""A judge of shapes: images in, masks of one layer out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from diptych.downstream.arrays import Pairs, pairs, to_bytes
from diptych.downstream.augment import AugmentConfig, mirror, photometric, spatial
from diptych.downstream.encoder_config import EncoderConfig
from diptych.downstream.fit import FitConfig, FitResult, fit
from diptych.downstream.learners import OWN, Located, Wanted, network
from diptych.downstream.planes import DigitPlanes, FlatPlanes, Planes
from diptych.downstream.unet import UNet
from diptych.metrics.adherence import LEAST, presence
from diptych.metrics.dice import dice_table, label_mean, per_label
from diptych.records.cohort import Cohort
from diptych.records.pixels import stretch_mask
from diptych.records.splits import carve

ORGANS = ("teeth", "lungs")
"""Layers of which a fragment is no structure. Lesions are as small: half of the caries that dentists drew
fill less than `LEAST` of their image."""

MICRO_BATCH = 8
"""Images go through the network by eights, the last eight padded, so that an image's mask does
not depend on its company."""


@dataclass(frozen=True, kw_only=True)
class SegmenterConfig:
    """What a segmenter sees and says; `build` makes an untrained one."""

    body: Literal["panoramic", "chest"]
    layer: str
    codes: tuple[int, ...]
    twins: tuple[int, ...] = ()
    """What each code becomes in the mirror; empty where images must not be mirrored."""
    size: tuple[int, int]
    """(H, W) that images are stretched to."""
    widths: tuple[int, ...] = (24, 40, 64, 88, 112)
    head: Literal["flat", "digits"] = "flat"
    """`digits` factorises two-digit codes, as FDI numbers are."""
    weight: float = 1.0
    """How many times a pixel with a code counts, of a `flat` head (`FlatPlanes`)."""
    network: str = OWN
    """A segmentation learner by name (`learners.py`), with widths of its own."""
    encoder: EncoderConfig | None = None
    """Of the learner `frozen`: it is not in the judge's own weights, and must lie where it did."""

    def planes(self) -> Planes:
        """The meaning of the network's output."""
        if self.head == "digits":
            return DigitPlanes(self.codes, self.twins)
        return FlatPlanes(self.codes, self.twins, self.weight)

    @property
    def least(self) -> float:
        """Share of the image below which a code of the layer is no answer but a crumb; 0 for lesions."""
        return LEAST if self.layer in ORGANS else 0.0

    def build(self, seed: int = 0) -> Segmenter:
        """An untrained segmenter; the seed fixes its weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return Segmenter(self, self._net())

    def _net(self) -> nn.Module:
        planes = self.planes()
        if self.network == OWN:
            return UNet(planes.fine, planes.coarse, self.widths)
        net = network(
            self.network,
            Wanted(kind="segmentation", outputs=planes.fine + planes.coarse, encoder=self.encoder),
        )
        return Located(net, planes.fine)


class Segmenter:
    """A network with the meaning of its planes; call it on images.

    Where mirrored images are lawful, it looks at both and adds the logits.
    """

    def __init__(self, config: SegmenterConfig, net: nn.Module) -> None:
        self.config = config
        self.net = net.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        self.planes = config.planes()

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Masks (N, H, W), uint8, of grey images (N, H, W) of any one size, 8 or 16 bit.

        Images are stretched to the judge's size, and the masks back to theirs.
        """
        own = np.stack([to_bytes(image, self.config.size) for image in images])
        masks = np.concatenate(
            [self._judge(own[i : i + MICRO_BATCH]) for i in range(0, len(own), MICRO_BATCH)]
        )
        size = (images.shape[1], images.shape[2])
        return masks if size == self.config.size else np.stack([stretch_mask(mask, size) for mask in masks])

    @torch.inference_mode()
    def _judge(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        whole = np.zeros((MICRO_BATCH, *self.config.size), np.uint8)
        whole[: len(images)] = images
        x = standard(unit(torch.from_numpy(whole)))
        fine, coarse = self.net(x)
        if self.config.twins:
            again = self.planes.mirrored(*self.net(x.flip(-1)))
            fine, coarse = fine + again[0], coarse + again[1]
        masks: NDArray[np.uint8] = self.planes.codes(fine, coarse)[: len(images)].numpy()
        return without_crumbs(masks, self.config.least)


def without_crumbs(masks: NDArray[np.uint8], least: float) -> NDArray[np.uint8]:
    """Masks (N, H, W) without the codes that fill less than the share `least` of their image."""
    if not least:
        return masks
    kept = presence(masks, range(256), least)
    return np.where(np.take_along_axis(kept, masks.reshape(len(masks), -1), 1).reshape(masks.shape), masks, 0)


def unit(images: Tensor) -> Tensor:
    """Bytes (N, H, W) as float (N, 1, H, W) in [0, 1]."""
    return images[:, None].float() / 255


def standard(images: Tensor) -> Tensor:
    """Each image (N, 1, H, W) to mean 0 and deviation about 1, so that exposure says nothing."""
    mean, deviation = images.mean((1, 2, 3), keepdim=True), images.std((1, 2, 3), keepdim=True)
    return (images - mean) / (deviation + 0.02)


def fit_segmenter(
    train: Pairs, held: Pairs, config: SegmenterConfig, fit_config: FitConfig
) -> tuple[Segmenter, FitResult]:
    """Train on `train`, keep the weights with the best mean Dice on `held`."""
    judge = config.build(fit_config.seed)
    known = np.where(np.isin(train.masks, config.codes), train.masks, 0)
    images, masks = torch.from_numpy(train.images), torch.from_numpy(known)

    def loss(chance: torch.Generator) -> Tensor:
        rows = torch.randint(len(train), (fit_config.batch,), generator=chance)
        return segmentation_loss(judge, images[rows], masks[rows], fit_config.augment, chance)

    def score(net: nn.Module) -> float:
        return mean_dice(Segmenter(config, net)(held.images), held.masks, config.codes)

    return judge, fit(judge.net, loss, score, fit_config, f"{config.layer} segmenter")


def segmentation_loss(
    judge: Segmenter, images: Tensor, masks: Tensor, augment: AugmentConfig, chance: torch.Generator
) -> Tensor:
    """The loss on images and masks (N, H, W), uint8, changed by chance; mirrored where that is lawful."""
    with torch.autocast("cpu", enabled=False):
        x, y = unit(images), masks
        if judge.config.twins:
            x, y = mirror(x, y, _twin_table(judge.config), chance)
        x, y = spatial(x, y, augment, chance)
        x = standard(photometric(x, augment, chance))
    fine, coarse = judge.net(x)
    return judge.planes.loss(fine, coarse, y)


def mean_dice(seen: NDArray[np.uint8], masks: NDArray[np.uint8], codes: Sequence[int]) -> float:
    """The mean over codes of the mean Dice over the masks (N, H, W) that have them; NaN where none has."""
    return float(label_mean(per_label(dice_table(seen, masks, codes))[None])[0])


def train_segmenter(
    cohort: Cohort, config: SegmenterConfig, fit_config: FitConfig
) -> tuple[Segmenter, FitResult]:
    """Train on the cohort's split `train`; a fold carved by subject stops it early."""
    train, held = (
        pairs(part, config.layer, config.size) for part in folds(cohort, config.layer, fit_config.seed)
    )
    return fit_segmenter(train, held, config, fit_config)


def folds(cohort: Cohort, layer: str, seed: int) -> tuple[Cohort, Cohort]:
    """The rows of split `train` that a judge of the layer learns from, and those that stop it early."""
    part = cohort.select(split="train")
    rest, fold = carve([r for r in part.records if layer in r.layers], seed=seed)
    return part.select(ids=[r.id for r in rest]), part.select(ids=[r.id for r in fold])


def _twin_table(config: SegmenterConfig) -> Tensor:
    table = torch.arange(256)
    if config.twins:
        table[list(config.codes)] = torch.tensor(config.twins)
    return table
