"""Verbs that prepare a comparison: `fuse`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import arg

from diptych.cli.flags import Folder

if TYPE_CHECKING:
    from diptych.records.gate import GateThresholds

Optional = Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(where the strategy needs it)")]
Score = Annotated[float | None, arg(metavar="F", help_behavior_hint="(default: all pass)")]


@dataclass(frozen=True, kw_only=True)
class Fuse:
    """Make a training cohort of real and synthetic images, or one of its controls.

    N is the number of real training rows, R the ratio. Strategies:
    - real-only: the real training rows
    - matched-distribution: R x N synthetic rows with the real joint histogram of labels and groups
    - class-balancing: synthetic rows that fill rare findings up to --target, and raise none above it
    - synthetic-only: R x N synthetic rows, and no real one
    - pretrain-then-finetune: R x N synthetic rows first, then the real ones
    - curriculum: R x N synthetic rows, whose share of a batch falls to 0

    Controls, which a gain must beat:
    - duplicate-real: R x N repeats of real rows
    - augmented-real: the real rows under strong classical augmentation
    - phantom-pretrain-then-finetune: R x N phantoms first, then the real rows
    - phantom-only: R x N phantoms, and no real row
    - shuffled-pairs: R x N synthetic images that wear each other's masks and labels

    Rows of val and test are always the real cohort's, as they are. A subject of theirs in training, real or
    named by a synthetic row, is refused. OUT/manifest.jsonl says of every row why it is there,
    OUT/fusion.json how the phases are trained.

    Example: diptych fuse --real mine --synthetic pairs --strategy matched-distribution --ratio 1 --out fused
    """

    real: Folder
    """The real cohort, with held-out rows in its split val or test."""
    synthetic: Optional = None
    """The pool of synthetic rows."""
    phantoms: Optional = None
    """A cohort of phantoms."""
    strategy: Annotated[str, arg(metavar="NAME")]
    """One of the above."""
    ratio: float = 1.0
    """R: rows to add for each real training row."""
    seed: int = 0
    """The same seed draws the same rows."""
    fraction: float = 1.0
    """Use this share of the real training rows, by subject and stratified."""
    target: Annotated[str, arg(metavar="max|median|N", help_behavior_hint="(default: max)")] = ""
    """Rows that class-balancing wants of every class."""
    classes: Annotated[tuple[str, ...], arg(metavar="FINDING ...", help_behavior_hint="(default: all)")] = ()
    """Findings that count as labels, such as implant or "missing 36"."""
    sites: bool = False
    """Count findings at each site as a label of its own."""
    groups: Annotated[
        tuple[str, ...] | None,
        arg(metavar="NAME ...", help_behavior_hint="(default: of view, sex, age_group what all rows tell)"),
    ] = None
    """Attributes to match beside the labels."""
    agreement: Score = None
    """Least agreement that the gate found between the judge's mask and the row's."""
    confidence: Score = None
    """Least confidence that the gate's classifier had in the row's findings."""
    nearest: Score = None
    """Least distance to a training image, by the gate; nearer than 1 is a copy, and 1 is the value where
    another threshold is given."""
    augment: Literal["light", "strong"] = "light"
    """How strongly the training is to augment, for arms on top of augmented-real."""
    out: Folder
    """The cohort folder to make; it must not exist yet, or be empty."""

    def __call__(self) -> None:
        """Write the cohort, and say what is in it."""
        from diptych.fusion import Arm, fuse

        arm = Arm(
            strategy=self.strategy,
            ratio=self.ratio,
            seed=self.seed,
            fraction=self.fraction,
            target=self.target,
            classes=self.classes,
            sites=self.sites,
            groups=self.groups,
            gate=self._gate(),
            augment=self.augment,
        )
        fused = fuse(arm, real=self.real, synthetic=self.synthetic, phantoms=self.phantoms, out=self.out)
        print(f"{self.out}: {fused.plan.summary()}")

    def _gate(self) -> GateThresholds | None:
        from diptych.records.gate import GateThresholds

        if self.agreement is None and self.confidence is None and self.nearest is None:
            return None
        return GateThresholds(
            agreement=self.agreement or 0.0,
            confidence=self.confidence or 0.0,
            nearest=1.0 if self.nearest is None else self.nearest,
        )
