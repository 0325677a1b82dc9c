"""A judge of findings: images in, a probability for each finding out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.base.errors import DiptychError
from diptych.downstream.arrays import Cases, cases, to_bytes
from diptych.downstream.augment import AugmentConfig, mirror_labels, photometric, spatial
from diptych.downstream.encoder_config import EncoderConfig
from diptych.downstream.fit import FitConfig, FitResult, fit
from diptych.downstream.learners import OWN, Wanted, network
from diptych.downstream.segmenter import MICRO_BATCH, standard, unit
from diptych.downstream.unet import ConvUnit
from diptych.metrics.auc import auc
from diptych.records.cohort import Cohort
from diptych.records.splits import carve


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig:
    """What a classifier sees and says; `build` makes an untrained one."""

    body: Literal["panoramic", "chest"]
    findings: tuple[str, ...]
    """Names of findings, at whatever site."""
    size: tuple[int, int]
    """(H, W) that images are stretched to."""
    widths: tuple[int, ...] = (24, 48, 72, 96)
    dropout: float = 0.2
    twins: tuple[int, ...] = ()
    """Which finding each becomes in the mirror, by its place; empty where images must not be mirrored."""
    network: str = OWN
    """A classification learner by name (`learners.py`), with widths and dropout of its own."""
    encoder: EncoderConfig | None = None
    """Of the learner `frozen`: it is not in the judge's own weights, and must lie where it did."""

    def build(self, seed: int = 0) -> Classifier:
        """An untrained classifier; the seed fixes its weights."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return Classifier(self, self._net())

    def _net(self) -> nn.Module:
        if self.network == OWN:
            return ClassifierNet(len(self.findings), self.widths, self.dropout)
        return network(
            self.network, Wanted(kind="classification", outputs=len(self.findings), encoder=self.encoder)
        )


class ClassifierNet(nn.Module):
    """Grey images (N, 1, H, W) -> logits (N, findings): space-to-depth, convolutions, mean."""

    def __init__(self, findings: int, widths: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        steps = zip((4, *widths), widths, strict=False)
        self.levels = nn.ModuleList(nn.Sequential(ConvUnit(a, b), ConvUnit(b, b)) for a, b in steps)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(widths[-1], findings))

    def forward(self, images: Tensor) -> Tensor:
        """See the class."""
        x = F.pixel_unshuffle(images, 2).contiguous(memory_format=torch.channels_last)
        for depth, level in enumerate(self.levels):
            x = level(F.max_pool2d(x, 2) if depth else x)
        logits: Tensor = self.head(x.mean((2, 3)))
        return logits


class Classifier:
    """A network with the names of its outputs; call it on images."""

    def __init__(self, config: ClassifierConfig, net: nn.Module) -> None:
        self.config = config
        self.net = net.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        """Probabilities (N, findings) for grey images (N, H, W) of any one size, 8 or 16 bit."""
        own = np.stack([to_bytes(image, self.config.size) for image in images])
        return np.concatenate(
            [self._judge(own[i : i + MICRO_BATCH]) for i in range(0, len(own), MICRO_BATCH)]
        )

    @torch.inference_mode()
    def _judge(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        whole = np.zeros((MICRO_BATCH, *self.config.size), np.uint8)
        whole[: len(images)] = images
        logits: Tensor = self.net(standard(unit(torch.from_numpy(whole))))
        shares: NDArray[np.float32] = logits.sigmoid()[: len(images)].numpy()
        return shares


def fit_classifier(
    train: Cases, held: Cases, config: ClassifierConfig, fit_config: FitConfig
) -> tuple[Classifier, FitResult]:
    """Train on `train`, keep the weights with the best mean AUC on `held`.

    Positives and negatives of the first finding are drawn equally often.
    """
    for name, part in (("training", train), ("validation", held)):
        _both_kinds(part, config, name)
    judge = config.build(fit_config.seed)
    images, target = torch.from_numpy(train.images), torch.from_numpy(train.present).float()
    chances = torch.where(target[:, 0] > 0, 1 / target[:, 0].sum(), 1 / (1 - target[:, 0]).sum())

    def loss(chance: torch.Generator) -> Tensor:
        rows = torch.multinomial(chances, fit_config.batch, replacement=True, generator=chance)
        return classification_loss(judge, images[rows], target[rows], fit_config.augment, chance)

    def score(net: nn.Module) -> float:
        shares = Classifier(config, net)(held.images)
        areas = [auc(shares[:, i], held.present[:, i]).value for i in range(len(config.findings))]
        return float(np.mean(areas))

    return judge, fit(judge.net, loss, score, fit_config, "classifier")


def classification_loss(
    judge: Classifier, images: Tensor, target: Tensor, augment: AugmentConfig, chance: torch.Generator
) -> Tensor:
    """Mean cross entropy of images (N, H, W), uint8, changed by chance, over the labels that are known.

    `target` (N, findings) is 1 or 0, and NaN where nobody looked. Mirrored where that is lawful.
    """
    with torch.autocast("cpu", enabled=False):
        x, y = unit(images), target
        if judge.config.twins:
            x, y = mirror_labels(x, y, judge.config.twins, chance)
        x, _ = spatial(x, images, augment, chance)
        x = standard(photometric(x, augment, chance))
    known = ~y.isnan()
    logits: Tensor = judge.net(x).float()
    values = F.binary_cross_entropy_with_logits(logits, y.nan_to_num(), reduction="none")
    return (values * known).sum() / known.sum().clamp(min=1)


def train_classifier(
    cohort: Cohort, config: ClassifierConfig, fit_config: FitConfig
) -> tuple[Classifier, FitResult]:
    """Train on the cohort's split `train`; a fold carved by subject stops it early."""
    part = cohort.select(split="train")
    rest, fold = carve(part.records, seed=fit_config.seed)
    train, held = (
        cases(part.select(ids=[r.id for r in records]), config.findings, config.size)
        for records in (rest, fold)
    )
    return fit_classifier(train, held, config, fit_config)


def _both_kinds(part: Cases, config: ClassifierConfig, name: str) -> None:
    counts = part.present.sum(axis=0)
    poor = [
        finding for finding, count in zip(config.findings, counts, strict=True) if not 0 < count < len(part)
    ]
    if poor:
        what = f"{', '.join(poor)}: all or none of {len(part)} images"
        raise DiptychError.of(f"{name} rows", what, "give images with and without the finding")
