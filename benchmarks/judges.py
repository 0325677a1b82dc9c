"""Train one of the small judges on a real cohort and report it on the validation rows.

python benchmarks/judges.py teeth --cohort DIR --out DIR
python benchmarks/judges.py lungs --cohort DIR --out DIR
python benchmarks/judges.py pneumonia --cohort DIR --out DIR
python benchmarks/judges.py restoration --cohort DIR --out DIR
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any, Literal

import numpy as np
import tyro
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from diptych.base.config import encode
from diptych.base.errors import DiptychError
from diptych.downstream.arrays import Cases, Pairs, cases, pairs
from diptych.downstream.classifier import Classifier, train_classifier
from diptych.downstream.fit import FitConfig
from diptych.downstream.recipes import findings_classifier, lungs_segmenter, teeth_segmenter
from diptych.downstream.segmenter import Segmenter, train_segmenter
from diptych.downstream.store import save_judge
from diptych.evaluation.acceptance import LAYERS
from diptych.evaluation.stacks import heldout_part
from diptych.metrics.auc import auc
from diptych.metrics.dice import mean_dice
from diptych.metrics.estimate import Estimate
from diptych.records.cohort import Cohort
from diptych.records.sample import Body

FINDINGS: dict[str, tuple[Body, tuple[str, ...]]] = {
    "pneumonia": ("chest", ("pneumonia",)),
    "restoration": ("panoramic", ("restoration", "appliance", "implant")),
}
"""What the classifiers tell, by which the first finding is scored, and on which body region."""
GROWN = 4
"""Pixels by which a layer is grown before it is filled."""


@dataclass(frozen=True, kw_only=True)
class Judges:
    """Train a judge, store it, and print its score on the validation rows."""

    kind: tyro.conf.Positional[Literal["teeth", "lungs", "pneumonia", "restoration"]]
    """What it judges."""
    cohort: Path
    """Folder of a real cohort with the splits train and val."""
    out: Path
    """New folder of the judge."""
    steps: int | None = None
    """Steps, instead of the recipe's."""
    seed: int = 0

    def train(self) -> Estimate:
        """Train on split train; the score is that on split val."""
        cohort, started = Cohort.open(self.cohort), process_time()
        fit_config: FitConfig
        judge: Segmenter | Classifier
        control: dict[str, Any] = {}
        if self.kind in FINDINGS:
            config, fit_config = findings_classifier(*FINDINGS[self.kind])
            fit_config = self._changed(fit_config)
            judge, result = train_classifier(cohort, config, fit_config)
            val = cases(heldout_part(cohort), config.findings, config.size)
            without = filled(val, pairs(heldout_part(cohort), LAYERS[cohort.body][0], config.size))
            found, blind = (areas(config.findings, judge(stack), val) for stack in (val.images, without))
            score = next(iter(found.values()))
            control = {"validation_by_finding": encode(found), "layer_filled": encode(blind)}
        else:
            recipe = {"teeth": teeth_segmenter, "lungs": lungs_segmenter}[self.kind]
            shape, fit_config = recipe()
            fit_config = self._changed(fit_config)
            judge, result = train_segmenter(cohort, shape, fit_config)
            fold = pairs(heldout_part(cohort), shape.layer, shape.size)
            score = mean_dice(judge(fold.images), fold.masks, shape.codes, fold.subjects)
        about: dict[str, Any] = {
            "cohort": cohort.fingerprint(),
            "fit": encode(fit_config),
            "result": encode(result),
            "validation": encode(score),
            **control,
            "cpu_seconds": round(process_time() - started),
        }
        save_judge(judge, self.out, about)
        return score

    def _changed(self, config: FitConfig) -> FitConfig:
        return replace(config, seed=self.seed, steps=self.steps or config.steps)


def areas(findings: Sequence[str], scores: NDArray[np.float32], val: Cases) -> dict[str, Estimate]:
    """The area under the ROC curve of each finding."""
    return {
        name: auc(column, present)
        for name, column, present in zip(findings, scores.T, val.present.T, strict=True)
    }


def filled(val: Cases, drawn: Pairs) -> NDArray[np.uint8]:
    """The images with everything in and near the layer at its mean grey: a control.

    Only the layer's outline is left of it. What a classifier still tells, it sees elsewhere.
    """
    images = val.images.copy()
    for image, mask in zip(images, drawn.masks, strict=True):
        inside = binary_dilation(mask > 0, iterations=GROWN)
        image[inside] = round(float(image[inside].mean()))
    return images


def main() -> int:
    """Train and print one line."""
    request, started = tyro.cli(Judges), process_time()
    try:
        score = request.train()
    except DiptychError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{request.kind}: validation {score}, {process_time() - started:.0f} CPU s, {request.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
