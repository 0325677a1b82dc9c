"""What a strategy chooses from: the rows of the cohorts that an arm may train on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diptych.base.errors import DiptychError, Problems
from diptych.fusion.arm import Arm
from diptych.fusion.labelling import Labelling, not_looked_for, told_by_all
from diptych.fusion.order import ranked, times
from diptych.fusion.plan import Origin
from diptych.fusion.sifting import sift
from diptych.records.cohort import Cohort
from diptych.records.sample import Record
from diptych.records.splits import subset
from diptych.records.vocabulary import UNKNOWN

Cohorts = Mapping[Origin, Cohort]
FLAGS: Mapping[Origin, str] = {"real": "--real", "synthetic": "--synthetic", "phantom": "--phantoms"}


@dataclass(frozen=True, kw_only=True)
class Material:
    """Training rows by where they are from; held-out rows are none of a strategy's business."""

    arm: Arm
    labelling: Labelling
    real: tuple[Record, ...]
    synthetic: tuple[Record, ...] = ()
    phantom: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()

    def pick(self, origin: Origin, count: int) -> tuple[Record, ...]:
        """So many rows of a cohort, drawn by the seed without replacement.

        Raises `DiptychError` when it has fewer.
        """
        rows: tuple[Record, ...] = getattr(self, origin)
        if len(rows) < count:
            what = f"has {len(rows)} of the {count} rows that the arm wants"
            raise DiptychError.of(FLAGS[origin], what, "add rows to it, or lower --ratio")
        return ranked(rows, self.arm.seed)[:count]

    def wanted(self) -> int:
        """How many rows the ratio adds. Raises `DiptychError` for a ratio that is not 0 and adds none."""
        count = times(len(self.real), self.arm.ratio)
        if self.arm.ratio and not count:
            what = f"is less than half a row for {len(self.real)} real rows"
            raise DiptychError.of(f"--ratio {self.arm.ratio:g}", what, "give a larger one, or 0")
        return count


def gather(arm: Arm, cohorts: Cohorts) -> Material:
    """The material of an arm from cohorts that were checked.

    Raises one `DiptychError` for rows without the scores that are asked for, and for classes that the real
    rows do not show.
    """
    problems, notes = Problems(), list[str]()
    parts = {origin: training_part(cohort) for origin, cohort in cohorts.items()}
    pool = parts.get("synthetic", ())
    if arm.gate is not None and pool:
        with problems.collect():
            pool, note = sift(pool, arm.gate)
            notes.append(note)
    real = subset(parts["real"], arm.fraction, arm.seed)
    # What counts does not hang on the fraction, so that all fractions are matched alike.
    labelling = Labelling(
        classes=arm.classes,
        sites=arm.sites,
        groups=told_by_all([*parts["real"], *pool]) if arm.groups is None else arm.groups,
        unsure=not_looked_for(parts["real"]),
    )
    _check_shown(arm, labelling, real, problems)
    _check_told(arm, parts["real"], problems)
    problems.raise_any()
    return Material(
        arm=arm,
        labelling=labelling,
        real=real,
        synthetic=pool,
        phantom=parts.get("phantom", ()),
        notes=tuple(notes),
    )


def _check_told(arm: Arm, real: Sequence[Record], problems: Problems) -> None:
    """Note every attribute that no real training row tells: nothing could be matched by it."""
    told = {name for record in real for name, value in record.groups.items() if value != UNKNOWN}
    for name in arm.groups or ():
        if name not in told:
            remedy = f"choose from {', '.join(sorted(told))}, or leave it out" if told else "leave it out"
            problems.add("--groups", f"none of {len(real)} real training rows tells {name!r}", remedy)


def training_part(cohort: Cohort) -> tuple[Record, ...]:
    """The rows of the split `train`."""
    return tuple(record for record in cohort.records if record.split == "train")


def _check_shown(arm: Arm, labelling: Labelling, real: Sequence[Record], problems: Problems) -> None:
    """Note every class that no real training row of the fraction shows."""
    shown = frozenset[str]().union(*map(labelling.labels, real))
    for label in arm.classes:
        if label not in shown:
            part = f" at --fraction {arm.fraction:g}" if arm.fraction < 1 else ""
            what = f"none of {len(real)} real training rows{part} shows {label!r}"
            problems.add("--classes", what, "take a larger fraction or another seed, or leave the class out")
