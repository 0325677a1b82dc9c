"""What is trained for a task: an untrained judge, the loss of the next batch, a score on validation rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from diptych.downstream.classifier import Classifier, ClassifierConfig, classification_loss
from diptych.downstream.encoder_config import EncoderConfig
from diptych.downstream.examples import NOT_KNOWN, Examples
from diptych.downstream.segmenter import Segmenter, SegmenterConfig, mean_dice, segmentation_loss
from diptych.downstream.stretches import Course, Draw
from diptych.downstream.tasks import Classes
from diptych.metrics.brier import brier_values
from diptych.metrics.dice import label_mean, per_label


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """What `fit` is given."""

    judge: Segmenter | Classifier
    loss: Callable[[torch.Generator], Tensor]
    """Of the next batch of the course, each time it is called."""
    score: Callable[[nn.Module], float]
    """Of a network on the validation rows; higher is better."""


def prepare(
    learner: str,
    parts: Sequence[Examples],
    held: Examples,
    course: Course,
    *,
    batch: int,
    seed: int,
    encoder: EncoderConfig | None,
) -> Lesson:
    """An untrained learner with its lesson; `parts` belong to the stretches of the course one by one."""
    draws = course.draws(batch, parts)
    if held.task.kind == "segmentation":
        segmenter = _segmenter_config(learner, held, encoder).build(seed)
        return _masks(segmenter, parts, held, draws)
    return _labels(_classifier_config(learner, held, encoder).build(seed), parts, held, draws)


def _segmenter_config(learner: str, held: Examples, encoder: EncoderConfig | None) -> SegmenterConfig:
    return SegmenterConfig(
        body=held.body,
        layer=held.task.layer,
        codes=held.classes.codes,
        twins=held.classes.twins,
        size=held.size,
        head="digits" if held.task.layer == "teeth" else "flat",
        weight=held.task.weight,
        network=learner,
        encoder=encoder,
    )


def _classifier_config(learner: str, held: Examples, encoder: EncoderConfig | None) -> ClassifierConfig:
    return ClassifierConfig(
        body=held.body,
        findings=held.classes.names,
        size=held.size,
        twins=label_twins(held.classes, held.body == "panoramic"),
        network=learner,
        encoder=encoder,
    )


def _masks(judge: Segmenter, parts: Sequence[Examples], held: Examples, draws: Iterator[Draw]) -> Lesson:
    images, masks = _tensors([p.images for p in parts]), _tensors([p.truth for p in parts])

    def step(draw: Draw, chance: torch.Generator) -> Tensor:
        rows, part = draw.rows(chance), draw.part
        return segmentation_loss(judge, images[part][rows], masks[part][rows], draw.augment, chance)

    def score(net: nn.Module) -> float:
        seen = held.counted(Segmenter(judge.config, net)(held.images))
        return mean_dice(seen, held.truth.astype(np.uint8), judge.config.codes)

    return Lesson(judge=judge, loss=lambda chance: step(next(draws), chance), score=score)


def _labels(judge: Classifier, parts: Sequence[Examples], held: Examples, draws: Iterator[Draw]) -> Lesson:
    images, labels = _tensors([p.images for p in parts]), _tensors([_target(p.truth) for p in parts])

    def step(draw: Draw, chance: torch.Generator) -> Tensor:
        rows, part = draw.rows(chance), draw.part
        return classification_loss(judge, images[part][rows], labels[part][rows], draw.augment, chance)

    def score(net: nn.Module) -> float:
        return _trust(Classifier(judge.config, net)(held.images), held)

    return Lesson(judge=judge, loss=lambda chance: step(next(draws), chance), score=score)


def label_twins(classes: Classes, mirrored: bool) -> tuple[int, ...]:
    """Which label each becomes in the mirror, by its place; findings of the whole image stay."""
    if classes.codes:
        return tuple(classes.codes.index(twin) for twin in classes.twins)
    return tuple(range(len(classes.names))) if mirrored else ()


def _trust(probabilities: NDArray[np.float32], held: Examples) -> float:
    """One less the mean Brier score over labels, each over the images where it is known.

    Areas under curves would be averages over labels of which a small validation set has one or two cases.
    """
    values = brier_values(probabilities, held.truth == 1)
    table = np.where(held.truth == NOT_KNOWN, np.nan, values)
    return 1 - float(label_mean(per_label(table)[None])[0])


def _tensors(arrays: Sequence[NDArray[np.generic]]) -> list[Tensor]:
    return [torch.from_numpy(array) for array in arrays]


def _target(truth: NDArray[np.generic]) -> NDArray[np.float32]:
    """Labels as 1 and 0, NaN where nobody looked."""
    return np.where(truth == NOT_KNOWN, np.nan, truth).astype(np.float32)
