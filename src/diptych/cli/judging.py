"""Verbs that measure: `audit` a checkpoint, `evaluate` a cohort."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import arg

from diptych.base.errors import DiptychError
from diptych.cli.flags import MOST, Checkpoint, Folder, at_least, at_most


@dataclass(frozen=True, kw_only=True)
class Audit:
    """Measure how much a checkpoint copies its training images.

    Prints the share of samples (0 to 1) that lie nearer to a training image than held-out images of the same
    kind do, with its 95 % interval.

    Example: diptych audit --checkpoint panoramic-nano --train cohort --heldout cohort
    """

    checkpoint: Checkpoint
    """A packaged checkpoint or a checkpoint folder."""
    train: Folder
    """The cohort that the checkpoint learned from; of a cohort with splits, its train part."""
    heldout: Folder
    """A cohort of the same kind that it never saw; of a cohort with splits, its val or test part."""
    count: int = 256
    """How many samples to draw."""
    seed: int = 0
    """Seed of the first sample."""

    def __post_init__(self) -> None:
        at_least(1, count=self.count)
        at_most(MOST, count=self.count)
        at_least(0, seed=self.seed)

    def __call__(self) -> None:
        """Print the copy rate."""
        from diptych.generation.auditing import audit_checkpoint

        found = audit_checkpoint(self.checkpoint, self.train, self.heldout, self.count, self.seed)
        print(*found.lines(), sep="\n")


@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """Put a synthetic cohort through the protocol: every number beside other real images and a bad one.

    Writes OUT/report.html to read, OUT/report.json with every number, and OUT/about.json with the protocol,
    the cohorts' fingerprints, the versions and the command. Real images are read from their val or test
    part, training images from their train part; with --train, privacy is measured too, and must be. Cohorts
    may differ in number and size of images: equal numbers are drawn from each, at one size in pixels. 100
    images a side and more give useful intervals. Extractors that you add stand beside the protocol's and
    decide nothing.

    Example: diptych evaluate --real mine --train mine --synthetic pairs --out report
    """

    real: Folder
    """Real images that no generator saw."""
    synthetic: Folder
    """The cohort to judge, whoever made it."""
    out: Folder
    """The folder to make."""
    train: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: no privacy measures)")] = (
        None
    )
    """The real images that the generator was trained on."""
    protocol: Annotated[str, arg(metavar="NAME|FILE")] = "radiograph-2d-v1"
    """What is measured, and how."""
    judge: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: the packaged one)")] = None
    """A segmenter trained on real images, to hold masks against."""
    classifier: Annotated[
        Path | None, arg(metavar="DIR", help_behavior_hint="(default: the packaged one)")
    ] = None
    """A classifier trained on real images, to hold findings against: its first finding is asked for."""
    encoder: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: none)")] = None
    """An encoder of your own training images, from `diptych encoder`: adds rows by it."""
    extractor: Annotated[str, arg(metavar="KIND=FILE", help_behavior_hint="(default: none)")] = ""
    """Weights that you bring for a ready adapter, such as rad-dino=model.safetensors: adds rows by it."""
    sha256: Annotated[str, arg(metavar="HEX", help_behavior_hint="(with --extractor)")] = ""
    """The SHA-256 of that file, as its publisher states it."""

    def __post_init__(self) -> None:
        if self.sha256 and not self.extractor:
            raise DiptychError.of("--sha256", "belongs to --extractor", "give both or none")

    def __call__(self) -> None:
        """Measure, and say where the report is."""
        from diptych.evaluation.evaluate import EvaluateRequest, evaluate

        evaluate(
            EvaluateRequest(
                real=self.real,
                synthetic=self.synthetic,
                out=self.out,
                train=self.train,
                protocol=self.protocol,
                judge=self.judge,
                classifier=self.classifier,
                encoder=self.encoder,
                extractor=self.extractor,
                sha256=self.sha256,
            )
        )
        print(f"The report is {self.out / 'report.html'}")
