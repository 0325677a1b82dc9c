"""The scores of a sample: what a judge, a classifier and the training images say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from diptych.downstream.arrays import to_bytes
from diptych.downstream.classifier import Classifier
from diptych.downstream.recipes import SIZES
from diptych.downstream.segmenter import MICRO_BATCH, Segmenter
from diptych.generation.drawn import Drawn
from diptych.generation.gate.nearness import Nearness
from diptych.metrics.dice import dice_table
from diptych.records.finding import Finding
from diptych.records.gate import GateScores, LabelScore
from diptych.records.vocabulary import UNKNOWN

DIGITS = 4
"""Of every score: more say nothing, and would differ from library to library."""


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """Everything that looks at a sample. Scores depend on the sample alone, whatever its company."""

    judge: Segmenter
    classifier: Classifier | None
    nearness: Nearness | None
    """None for training images, which are in it themselves."""

    def __call__(self, drawn: Iterable[Drawn]) -> Iterator[tuple[Drawn, GateScores]]:
        """Every sample with its scores, in order; images are of one size."""
        rest = iter(drawn)
        while block := list(islice(rest, MICRO_BATCH)):
            images = np.stack([sample.image for sample in block])
            masks = self.judge(images)
            chances = [None] * len(block) if self.classifier is None else self.classifier(images)
            for sample, mask, chance in zip(block, masks, chances, strict=True):
                yield sample, self._scores(sample, mask, chance)

    def _scores(
        self, sample: Drawn, seen: NDArray[np.uint8], chance: NDArray[np.float32] | None
    ) -> GateScores:
        config, own = self.judge.config, sample.masks[self.judge.config.layer]
        known = sorted(config.codes)
        labels = label_scores(own, seen, known)
        dice = [label.dice for label in labels]
        there = {label.code for label in labels}
        judged = set(np.unique(seen).tolist()) & set(known)
        return GateScores(
            agreement=_rounded(np.mean(dice)) if dice else None,
            worst=min(dice, default=None),
            unseen=tuple(sorted(there - judged)),
            extra=tuple(sorted(judged - there)),
            nearest=self._nearest(sample),
            confidence=self._confidence(sample, chance),
            labels=labels,
        )

    def _nearest(self, sample: Drawn) -> float | None:
        if self.nearness is None:
            return None
        return _rounded(self.nearness(to_bytes(sample.image, SIZES[self.judge.config.body])))

    def _confidence(self, sample: Drawn, chance: NDArray[np.float32] | None) -> float | None:
        if self.classifier is None or chance is None:
            return None
        names = self.classifier.config.findings
        looked = [
            name for name in names if UNKNOWN not in (sample.groups.get(name), sample.groups.get("findings"))
        ]
        told = {name: float(p) for name, p in zip(names, chance, strict=True) if name in looked}
        return confidence(told, sample.findings) if told else None


def label_scores(
    own: NDArray[np.uint8], seen: NDArray[np.uint8], codes: Sequence[int]
) -> tuple[LabelScore, ...]:
    """Dice of two masks (H, W) for each of the codes that `own` has."""
    table = dice_table(own[None], seen[None], codes)[0]
    there = np.isin(codes, np.unique(own))
    return tuple(
        LabelScore(code=int(code), dice=_rounded(dice))
        for code, dice, has in zip(codes, table, there, strict=True)
        if has
    )


def confidence(chances: Mapping[str, float], findings: Iterable[Finding]) -> float:
    """The lowest probability of what was asked: of a finding that is named, of its absence where it is not.

    `chances` are the classifier's, by the name of the finding.
    """
    asked = {finding.name for finding in findings}
    return _rounded(min(chance if name in asked else 1 - chance for name, chance in chances.items()))


def _rounded(value: float | np.floating) -> float:
    return round(float(value), DIGITS)
