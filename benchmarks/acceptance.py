"""Hold a synthetic cohort against every bound that Diptych sets its checkpoints.

python benchmarks/acceptance.py --synthetic DIR --real DIR --phantoms DIR --segmenter DIR [--classifier DIR]

The real cohort has the splits train and val. Judges are made by benchmarks/judges.py from the
real training rows. Exit code 1 when a bound is missed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import tyro

from diptych.base.errors import DiptychError
from diptych.downstream.store import load_classifier, load_segmenter
from diptych.evaluation import acceptance
from diptych.evaluation.acceptance import Parts
from diptych.evaluation.extractors import EXTRACTORS
from diptych.evaluation.lines import Line
from diptych.evaluation.stacks import heldout_part, training_part
from diptych.records.cohort import Cohort


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Hold a synthetic cohort against real images and print every figure with its bound."""

    synthetic: Path
    """Folder of the synthetic cohort."""
    real: Path
    """Folder of the real cohort, with the splits train and val."""
    segmenter: Path
    """Folder of a segmenter trained on the real training rows."""
    phantoms: Path | None = None
    """Folder of a phantom cohort: a reference for fidelity."""
    classifier: Path | None = None
    """Folder of a classifier of pneumonia: compares images with and without it."""
    extractor: str = "efficientnet-lite0"
    """Feature extractor of fidelity and spread."""

    def lines(self) -> Iterator[Line]:
        """Measure one axis after the other."""
        real = Cohort.open(self.real)
        parts = Parts(
            synthetic=Cohort.open(self.synthetic),
            train=training_part(real),
            val=heldout_part(real),
            phantoms=Cohort.open(self.phantoms) if self.phantoms else None,
        )
        judge, extractor = load_segmenter(self.segmenter), EXTRACTORS[self.extractor]()
        yield from acceptance.agreement_lines(parts, judge)
        yield from acceptance.adherence_lines(parts.synthetic, judge)
        yield from acceptance.fidelity_lines(parts, extractor)
        yield from acceptance.copy_lines(parts)
        yield from acceptance.spread_lines(parts, extractor)
        if self.classifier:
            yield from acceptance.separation_lines(parts, load_classifier(self.classifier))


def main() -> int:
    """Print the lines as they are measured."""
    started, missed = perf_counter(), 0
    try:
        for line in tyro.cli(Acceptance).lines():
            print(line, flush=True)
            missed += line.met is False
    except DiptychError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{missed} bounds missed, {perf_counter() - started:.0f} s")
    return min(missed, 1)


if __name__ == "__main__":
    sys.exit(main())
