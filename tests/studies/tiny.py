"""A study that runs in seconds, and images for it: phantoms that pass for patients."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diptych.phantoms import draw_many
from diptych.records.cohort import CohortWriter
from diptych.records.sample import Provenance, Sample
from diptych.studies.design import Learning, Primary, Study, StudyArm


def patients(
    out: Path,
    train: int = 12,
    held: int = 6,
    first_seed: int = 500,
    *,
    healthy: bool = False,
    name: str = "patient",
) -> Path:
    """A cohort that says of phantoms that they are patients, two images each."""
    with CohortWriter(out, body="chest", name="patients") as writer:
        for number, sample in enumerate(draw_many("chest", train + held, first_seed, (64, 64))):
            record = replace(
                sample.record,
                id=f"film-{number:03}",
                subject=f"{name}-{number // 2:03}",
                split="train" if number < train else "val",
                findings=() if healthy else sample.record.findings,
                provenance=Provenance(kind="real"),
            )
            writer.add(Sample(record=record, image=sample.image, masks={"lungs": sample.masks["lungs"]}))
    return out


def tiny_study(**changes: Any) -> Study:
    """Two arms without a generator, two seeds."""
    study = Study(
        name="tiny",
        task="lungs",
        learning=Learning(size=(32, 32), steps=4, batch=2, check_every=2),
        sizes=(4,),
        arms=(StudyArm(strategy="real-only"), StudyArm(strategy="duplicate-real")),
        primary=Primary(arm="duplicate-real", family="", against=("real-only",)),
        learners=("unet",),
        seeds=2,
        validation=0.25,
    )
    return replace(study, **changes)


@dataclass(frozen=True)
class Mortal:
    """A job whose worker dies the first time that it is begun."""

    job: Callable[[], Any]
    mark: Path

    def __call__(self) -> Any:
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self.job()
