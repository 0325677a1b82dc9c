"""Train one of the small judges on a real cohort and report it on the validation rows.

python benchmarks/judges.py teeth --cohort DIR --out DIR
python benchmarks/judges.py lungs --cohort DIR --out DIR
python benchmarks/judges.py pneumonia --cohort DIR --out DIR
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any, Literal

import tyro

from diptych.base.config import encode
from diptych.base.errors import DiptychError
from diptych.downstream.arrays import cases, pairs
from diptych.downstream.classifier import Classifier, train_classifier
from diptych.downstream.fit import FitConfig
from diptych.downstream.recipes import findings_classifier, lungs_segmenter, teeth_segmenter
from diptych.downstream.segmenter import Segmenter, train_segmenter
from diptych.downstream.store import save_judge
from diptych.evaluation.stacks import heldout_part
from diptych.metrics.auc import auc
from diptych.metrics.dice import mean_dice
from diptych.metrics.estimate import Estimate
from diptych.records.cohort import Cohort


@dataclass(frozen=True, kw_only=True)
class Judges:
    """Train a judge, store it, and print its score on the validation rows."""

    kind: tyro.conf.Positional[Literal["teeth", "lungs", "pneumonia"]]
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
        if self.kind == "pneumonia":
            config, fit_config = findings_classifier("chest", ("pneumonia",))
            fit_config = self._changed(fit_config)
            judge, result = train_classifier(cohort, config, fit_config)
            val = cases(heldout_part(cohort), config.findings, config.size)
            score = auc(judge(val.images)[:, 0], val.present[:, 0])
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
            "cpu_seconds": round(process_time() - started),
        }
        save_judge(judge, self.out, about)
        return score

    def _changed(self, config: FitConfig) -> FitConfig:
        return replace(config, seed=self.seed, steps=self.steps or config.steps)


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
