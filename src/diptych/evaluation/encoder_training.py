"""Training an encoder without labels: to know an image again after changes that say nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from diptych.base.atomic import new_folder
from diptych.downstream.arrays import to_bytes
from diptych.downstream.augment import AugmentConfig, photometric, spatial
from diptych.downstream.fit import FitConfig, FitResult, fit
from diptych.downstream.recipes import SIZES
from diptych.downstream.segmenter import unit
from diptych.evaluation.extractors.frame import grey_stack
from diptych.evaluation.extractors.own import About, OwnEncoder, fill_folder, image_names
from diptych.evaluation.networks.encoder import Encoder, EncoderConfig, Projector, contrast
from diptych.evaluation.stacks import training_part
from diptych.metrics.checks import enough
from diptych.records.cohort import Cohort
from diptych.records.pixels import content_hash
from diptych.records.sample import Body, Grey
from diptych.records.splits import carve

WARMTH = 0.2
"""Temperature of the loss."""
FEWEST = 50
"""Images from which something is learned that holds for others."""


def encoder_recipe(body: Body) -> tuple[EncoderConfig, FitConfig]:
    """The encoder of a body region: minutes on two cores and a few hundred images.

    Neither blur nor noise is among its lawful changes: an encoder that overlooks them could not
    tell a blurred cohort from a sharp one. Nor are mirrors, since sides matter.
    """
    lawful = AugmentConfig(rotate=8.0, scale=0.15, shift=0.08, warp=0.02, blur=0.0, noise=0.0)
    fitting = FitConfig(
        steps=1500, batch=32, rate=1e-3, check_every=1500, average=0.99, precision="float32", augment=lawful
    )
    return EncoderConfig(size=SIZES[body]), fitting


def make_encoder(cohort: Path, out: Path, steps: int | None = None, seed: int = 0) -> OwnEncoder:
    """Train on a cohort folder by the recipe of its body region and write the folder `out`.

    `steps` as the recipe says unless given. Raises `DiptychError` before any work for a folder that is
    no cohort, for too few images and for an `out` in use.
    """
    rows = training_part(Cohort.open(cohort))
    enough(len(rows), FEWEST, str(cohort))
    config, fitting = encoder_recipe(rows.body)
    steps = steps or fitting.steps
    fitting = replace(fitting, steps=steps, check_every=steps, seed=seed)
    with new_folder(out) as part:
        encoder, _ = train_encoder(rows, config, fitting)
        fill_folder(encoder, part)
    return encoder


def train_encoder(
    cohort: Cohort, config: EncoderConfig, fit_config: FitConfig
) -> tuple[OwnEncoder, FitResult]:
    """Train on the cohort's split `train`, but for a fold carved by subject, on which it is scored.

    A cohort without that split is taken whole.
    """
    part = training_part(cohort)
    rest, fold = carve(part.records, seed=fit_config.seed)
    train, held = (
        np.stack([to_bytes(s.image, config.size) for s in part.select(ids=[r.id for r in records])])
        for records in (rest, fold)
    )
    encoder, result = fit_encoder(train, held, config, fit_config)
    about = replace(encoder.about, cohort=part.name, body=part.body, fingerprint=part.fingerprint())
    return replace(encoder, about=about), result


def fit_encoder(
    train: Grey, held: Grey, config: EncoderConfig, fit_config: FitConfig
) -> tuple[OwnEncoder, FitResult]:
    """Train on images (N, H, W), 8 or 16 bit; score on images (M, H, W) of other subjects.

    Two random views of an image must be more alike than either is to a view of any other image
    (Chen et al. 2020, arXiv 2002.05709). The score is `twins_found` on `held`. The same images, config
    and seed give the same weights on one machine. Raises `DiptychError` for too few images.
    """
    seen, others = (_bytes(images, config.size, name) for images, name in ((train, "train"), (held, "held")))
    net = config.build(fit_config.seed)
    learner = _Learner(net, fit_config.seed)
    pixels = torch.from_numpy(seen)

    def loss(chance: torch.Generator) -> Tensor:
        rows = torch.randperm(len(pixels), generator=chance)[: fit_config.batch]
        clean = unit(pixels[rows])
        twins = torch.cat([_view(clean, fit_config.augment, chance) for _ in range(2)])
        found = learner(centred(twins))
        return contrast(found[: len(rows)], found[len(rows) :], WARMTH)

    def score(trained: nn.Module) -> float:
        assert isinstance(trained, _Learner)
        return twins_found(trained.encoder, others, fit_config.augment)

    result = fit(learner, loss, score, fit_config, "encoder")
    net.settle(_features(net, unit(pixels)))
    about = About(
        rows=content_hash(seen),
        images=len(seen),
        seed=fit_config.seed,
        steps=result.step,
        twins=result.score,
        held=len(others),
        seen=tuple(sorted({*image_names(seen), *image_names(others)})),
    )
    return OwnEncoder(config=config, net=net, about=about), result


@torch.inference_mode()
def twins_found(net: Encoder, images: NDArray[np.uint8], changes: AugmentConfig) -> float:
    """Share of images (N, H, W) whose changed copy is nearest to its original among all N.

    By cosine of features, less the mean of the originals. 1 is best, 1 / N is chance; ties count
    as not found. The changes are always the same.
    """
    clean = unit(torch.from_numpy(images))
    changed = _view(clean, changes, torch.Generator().manual_seed(0))
    plain, moved = (_features(net, both) for both in (clean, changed))
    left, right = (nn.functional.normalize(x - plain.mean(0), dim=1) for x in (moved, plain))
    likeness = left @ right.T
    own = likeness.diagonal().clone()
    likeness.fill_diagonal_(-2)
    return float((own > likeness.max(dim=1).values).float().mean())


def centred(images: Tensor) -> Tensor:
    """Greys in [0, 1] as the network takes them, in [-2, 2]; the extractor's frame does the same."""
    return images * 4 - 2


@torch.inference_mode()
def _features(net: Encoder, images: Tensor) -> Tensor:
    return torch.cat([net(centred(part)) for part in torch.split(images, 32)])


def _view(images: Tensor, changes: AugmentConfig, chance: torch.Generator) -> Tensor:
    moved, _ = spatial(images, torch.zeros(images[:, 0].shape, dtype=torch.uint8), changes, chance)
    return photometric(moved, changes, chance)


class _Learner(nn.Module):
    """The encoder with what only its loss needs."""

    def __init__(self, encoder: Encoder, seed: int) -> None:
        super().__init__()
        self.encoder = encoder
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.projector = Projector(encoder.width)

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, 1, H, W) -> directions (N, 128)."""
        y: Tensor = self.projector(self.encoder(images))
        return y


def _bytes(images: Grey, size: tuple[int, int], name: str) -> NDArray[np.uint8]:
    enough(len(images), 8, name)
    return np.stack([to_bytes(image, size) for image in grey_stack(images)])
