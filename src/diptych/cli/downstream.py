"""Verbs of downstream tasks: `downstream train` a learner on a cohort, `downstream test` it on real rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import arg

from diptych.base.errors import DiptychError
from diptych.cli.flags import Folder

if TYPE_CHECKING:
    from diptych.downstream.encoder_config import EncoderConfig
    from diptych.downstream.learning import LearnConfig
    from diptych.downstream.stretches import Stretch
    from diptych.records.cohort import Cohort

Size = Annotated[tuple[int, int] | None, arg(metavar="H W", help_behavior_hint="(default: the task's)")]


@dataclass(frozen=True, kw_only=True)
class TrainLearner:
    """Train a network on a cohort, real, synthetic or fused, and stop it by the cohort's real val rows.

    Tasks:
    - teeth: segment 32 teeth by FDI number
    - lungs: segment the right and the left lung
    - findings: segment abnormalities
    - presence: tell which of 32 teeth an image shows
    - dental-findings: tell missing teeth, restorations, appliances and implants
    - pneumonia: tell pneumonia

    Learners, from MONAI (pip install 'diptych[downstream]'): unet and segresnet segment, densenet and
    efficientnet classify. frozen does either: a light head on an encoder that you bring with --encoder.

    Of what `diptych fuse` made, phases are trained as its fusion.json says. Steps, schedule and the rule by
    which training stops are the same whatever the cohort, so that its results can be compared. OUT can be a
    judge: diptych evaluate --judge OUT, or --classifier OUT.

    Example: diptych downstream train --cohort mine --task lungs --learner unet --out unet
    """

    cohort: Folder
    """Rows to learn from in its split train, rows to stop by in its split val."""
    task: Annotated[str, arg(metavar="NAME")]
    """One of the above."""
    learner: Annotated[str, arg(metavar="NAME")]
    """One of the above."""
    out: Folder
    """The checkpoint folder to make; it must not exist yet, or be empty."""
    size: Size = None
    """Height and width that images are stretched to, multiples of 16."""
    steps: int = 600
    """Optimiser steps."""
    batch: int = 8
    """Images a step."""
    rate: float = 3e-3
    """Peak learning rate."""
    patience: int = 8
    """Looks at the val rows without a better score before training stops."""
    check_every: int = 50
    """Steps between two looks."""
    seed: int = 0
    """The same cohort, options and seed give the same weights on one machine with one thread."""

    encoder: Annotated[str, arg(metavar="KIND=FILE", help_behavior_hint="(with --learner frozen)")] = ""
    """An encoder that stays as it is: weights of dinov2-small, dinov2-base or rad-dino, or an onnx file."""
    sha256: Annotated[str, arg(metavar="HEX", help_behavior_hint="(with --encoder)")] = ""
    """SHA-256 of the encoder's file; without it the error names the one that was found."""

    def __call__(self) -> None:
        """Train, write the checkpoint, and say how well it does on the rows that it was stopped by."""
        from diptych.base.atomic import new_folder
        from diptych.downstream.checkpoint import save_learned
        from diptych.downstream.learning import learn

        with new_folder(self.out) as part:
            stretches, val, cohort = _open(self.cohort)
            learned = learn(stretches, val, self.task, self.learner, self._config())
            save_learned(learned, part, [cohort])
        for note in learned.notes:
            print(f"diptych: note: {note}")
        result = learned.result
        print(f"{self.out}: {learned.task.validation} {result.score:.4f} on val, best at step {result.step}")

    def _config(self) -> LearnConfig:
        from diptych.downstream.learning import LearnConfig

        return LearnConfig(
            size=self.size,
            steps=self.steps,
            batch=self.batch,
            rate=self.rate,
            patience=self.patience,
            check_every=self.check_every,
            seed=self.seed,
            encoder=self._encoder(),
        )

    def _encoder(self) -> EncoderConfig | None:
        from diptych.downstream.encoder_config import EncoderConfig
        from diptych.downstream.encoders import ENCODERS

        kind, _, path = self.encoder.partition("=")
        if not self.encoder and not self.sha256:
            return None
        if kind not in ENCODERS or not path:
            known = ", ".join(ENCODERS)
            raise DiptychError.of("--encoder", f"{self.encoder!r} is not KIND=FILE", f"kinds are {known}")
        return EncoderConfig(kind=kind, path=str(Path(path).resolve()), sha256=self.sha256)


@dataclass(frozen=True, kw_only=True)
class ScoreLearner:
    """Score a trained network on real rows that it never saw, and say how sure that is.

    Segmentation: Dice, IoU, NSD at 2 pixels and HD95, for each class and on average over the classes of an
    image. Classification: area under the ROC curve and Brier score. Intervals are 95 %, by resampling
    subjects. OUT/scores.json has every subject's scores.

    Example: diptych downstream test --checkpoint unet --cohort mine --out scores
    """

    checkpoint: Folder
    """What `diptych downstream train` wrote."""
    cohort: Folder
    """The cohort with the rows to test on."""
    split: Annotated[str, arg(metavar="test|val")] = "test"
    """The split to test on. Training was stopped by val, so a score on it is too good."""
    out: Folder
    """The folder to make; it must not exist yet, or be empty."""

    def __call__(self) -> None:
        """Write OUT/scores.json and print the table."""
        from diptych.base.atomic import new_folder, write_json
        from diptych.downstream.checkpoint import open_learned
        from diptych.downstream.summary import as_json, estimates, lines
        from diptych.downstream.testing import test
        from diptych.records.cohort import Cohort

        with new_folder(self.out) as part:
            scores = test(open_learned(self.checkpoint), _held(Cohort.open(self.cohort), self.split))
            found = estimates(scores)
            write_json(part / "scores.json", as_json(scores, found))
        print(*lines(found), sep="\n")
        if self.split == "val":
            print(
                "diptych: note: val rows flatter if they chose the weights, as in training; report test rows"
            )


DOWNSTREAM: dict[str, type] = {"train": TrainLearner, "test": ScoreLearner}


def _open(folder: Path) -> tuple[list[Stretch], Cohort, Cohort]:
    """How to train, the rows to stop by, and the whole cohort, fused or plain."""
    from diptych.downstream.stretches import Stretch
    from diptych.fusion import open_fused
    from diptych.records.cohort import Cohort
    from diptych.studies.jobs import stretches

    if (folder / "fusion.json").exists():
        fused = open_fused(folder)
        return list(stretches(fused)), _val(fused.cohort), fused.cohort
    cohort = Cohort.open(folder)
    return [Stretch(rows=cohort.select(split="train"))], _val(cohort), cohort


def _val(cohort: Cohort) -> Cohort:
    if "val" not in cohort.splits:
        what = f"has no split val to stop the training by; it has {', '.join(cohort.splits)}"
        raise DiptychError.of(f"--cohort {cohort.path}", what, "put some subjects into val")
    return cohort.select(split="val")


def _held(cohort: Cohort, split: str) -> Cohort:
    """The rows to test on."""
    if split not in cohort.splits:
        what = f"has no samples in split {split!r}; it has {', '.join(cohort.splits)}"
        remedy = "put subjects that training never saw into test, or give another --split"
        raise DiptychError.of(f"--cohort {cohort.path}", what, remedy)
    return cohort.select(split=split)
