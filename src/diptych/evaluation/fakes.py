"""Images with a known fault, and fakes that pose as a synthetic cohort: what a protocol must see through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.evaluation.candidates import DECIDING, Candidate, anew, as_bytes
from diptych.metrics.laterality import mirror_codes, mirrored
from diptych.records.labels import LABELS, LabelSpace


def brighter(real: Candidate, seed: int, levels: float = 20.0) -> Candidate:
    """The same images with so many grey levels added."""
    del seed
    return anew(real, "brighter", as_bytes(real.images + levels))


def exposed(real: Candidate, seed: int, gamma: float = 1.4) -> Candidate:
    """The same images under another exposure: a power of the grey level."""
    del seed
    return anew(real, "other exposure", as_bytes(255 * (real.images / 255.0) ** gamma))


def turned_round(real: Candidate, seed: int) -> Candidate:
    """Images and masks mirrored and the sides renamed: patients with their heart on the right."""
    del seed
    masks = None if real.masks is None else mirrored(real.masks, mirror_codes(_space(real)))
    return replace(anew(real, "mirrored patients", real.images[:, :, ::-1].copy()), masks=masks)


def renamed(real: Candidate, seed: int) -> Candidate:
    """The same outlines under other names: codes of the mask exchanged at random, the same in every image."""
    codes = np.array(_space(real).codes)
    table = np.arange(256, dtype=np.uint8)
    table[codes] = codes[::-1] if len(codes) == 2 else np.random.default_rng(seed).permutation(codes)
    masks = None if real.masks is None else table[real.masks]
    return replace(anew(real, "renamed", real.images), masks=masks)


def disguised(train: Candidate, seed: int) -> Candidate:
    """Training images mirrored or not, shifted by a pixel or two, brighter or darker, and noisier."""
    chance = np.random.default_rng(seed)
    return anew(train, "disguised copies", np.stack([_hidden(image, chance) for image in train.images]))


def planted(real: Candidate, train: Candidate, share: float, seed: int) -> Candidate:
    """The same images, this share of them replaced by disguised training images."""
    chance = np.random.default_rng(seed)
    rows = chance.choice(len(real), round(share * len(real)), replace=False)
    copies = disguised(train.part(chance.choice(len(train), len(rows), replace=False)), seed)
    images = real.images.copy()
    images[rows] = copies.images
    return anew(real, "copies among new images", images)


def one_mask(real: Candidate) -> Candidate:
    """Real images, all with the mask of the first."""
    return replace(anew(real, "one mask for all", real.images), masks=_first(real.masks, len(real)))


def mean_image(real: Candidate) -> Candidate:
    """The mean of all images over and over, with the mask of the image that is most like it."""
    images = real.images.astype(np.float64)
    mean = images.mean(axis=0)
    nearest = real.part([int(((images - mean) ** 2).sum(axis=(1, 2)).argmin())])
    repeated = np.repeat(as_bytes(mean)[None], len(real), axis=0)
    return replace(anew(real, "mean image", repeated), masks=_first(nearest.masks, len(real)))


def few_copied(real: Candidate, train: Candidate, kept: int = 4) -> Candidate:
    """The first few training images with their masks, over and over, as if each were of another subject."""
    few = train.part(np.resize(np.arange(kept), len(real)))
    return replace(anew(real, "four training images", few.images), masks=few.masks, findings=few.findings)


def cartoon(real: Candidate) -> Candidate:
    """Real masks, and as images the same masks with an even grey for each code."""
    if real.masks is None:
        raise DiptychError.of(real.name, "has no masks to draw a cartoon from", "give images with masks")
    grey = np.zeros(256, np.uint8)
    codes = np.unique(real.masks)
    grey[codes] = np.linspace(40, 200, len(codes))
    return anew(real, "cartoon", grey[real.masks])


def _space(real: Candidate) -> LabelSpace:
    return LABELS[real.body, DECIDING[real.body]]


def _first(masks: NDArray[np.uint8] | None, count: int) -> NDArray[np.uint8] | None:
    return None if masks is None else np.repeat(masks[:1], count, axis=0)


def _hidden(image: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    moved = np.roll(image, tuple(chance.integers(-2, 3, 2)), axis=(0, 1))
    turned = moved[:, ::-1] if chance.random() < 0.5 else moved
    return as_bytes(turned * chance.uniform(0.95, 1.05) + chance.normal(0, 2, image.shape))
