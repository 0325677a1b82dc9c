"""How long would a recipe train here? Every stage for a few steps, times its steps.

python benchmarks/training_time.py chest_nano --cohort DIR

Reading, phantoms, encoding and what is only counted (copulas, styles) are done in full and timed; the first
steps of a stage, which are slower than the others, are left out. Nothing is kept.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import tyro

from diptych.recipes import recipe
from diptych.recipes.train import make_material
from diptych.records.cohort import Cohort
from diptych.training import loop
from diptych.training.run import Training

WARM = 3
"""Steps of a stage that are not counted."""
IN_FULL = ("copula", "prior")
"""Stages that learn nothing by steps."""


@dataclass(frozen=True, kw_only=True)
class TrainingTime:
    """Print minutes a stage and in all."""

    name: tyro.conf.Positional[str] = "chest_nano"
    """A recipe."""
    cohort: Path
    """The cohort to learn from."""
    steps: int = 10
    """Steps of each stage that are timed."""

    def lines(self) -> Iterator[str]:
        """Time every stage."""
        whole = recipe(self.name)
        start = time.perf_counter()
        material = make_material(whole, Cohort.open(self.cohort), adapting=False)
        stepped = [stage for stage in whole.stages if stage.task not in IN_FULL]
        few = tuple(replace(s, steps=WARM + self.steps) if s in stepped else s for s in whole.stages)
        clock = _Clock()
        with tempfile.TemporaryDirectory() as folder:
            Training(whole, few, material, Path(folder)).run()
        passed = time.perf_counter() - start
        inside = sum(sum(times) for times in clock.times)
        total = passed - inside
        threads = torch.get_num_threads()
        yield f"{threads} threads; reading, phantoms, encoding, counting: {total / 60:.1f} min"
        for stage, times in zip(stepped, clock.times, strict=True):
            step = sum(times[WARM:]) / self.steps
            total += step * stage.steps
            yield f"{stage.task}: {stage.steps} steps of {step:.2f} s, {step * stage.steps / 60:.1f} min"
        yield f"in all: {total / 60:.0f} min"


class _Clock:
    """Seconds of every step of every stage, by wrapping the loop's step."""

    def __init__(self) -> None:
        self.times: list[list[float]] = []
        whole = loop._Run.step

        def timed(run: loop._Run, ledger: loop.Ledger, seed: int) -> dict[str, float]:
            if ledger.step == 0:
                self.times.append([])
            start = time.perf_counter()
            figures = whole(run, ledger, seed)
            self.times[-1].append(time.perf_counter() - start)
            return figures

        loop._Run.step = timed  # type: ignore[method-assign]


def main() -> int:
    """Print the lines as they are measured."""
    for line in tyro.cli(TrainingTime).lines():
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
