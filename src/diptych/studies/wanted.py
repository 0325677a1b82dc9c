"""Which cells a study asks for, and in which order they are run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from diptych.base.errors import DiptychError
from diptych.studies.cells import DIGITS, KEY, Key
from diptych.studies.design import Family, Study, StudyArm
from diptych.studies.folds import Fold


@dataclass(frozen=True, kw_only=True)
class WantedCell:
    """One training of one learner."""

    arm: StudyArm
    size: float
    learner: str
    seed: int
    family: Family | None = None
    generator_seed: int | None = None

    @property
    def arm_name(self) -> str:
        """As cells have it: the arm, and whose images it trains on."""
        return f"{self.arm.name} ({self.family.name})" if self.family else self.arm.name

    def key(self, study: Study, fold: Fold) -> Key:
        """What names its cell."""
        return (
            study.name,
            study.task,
            self.arm_name,
            round(fold.fraction, DIGITS),
            self.arm.told_ratio,
            self.learner,
            self.generator_seed,
            self.seed,
        )


def wanted_cells(study: Study) -> list[WantedCell]:
    """All cells, the registered comparison at the smallest size first: a study may be stopped early."""
    cells = sorted(_all(study), key=lambda cell: _rank(study, cell))
    return cells


def missing(study: Study, folds: dict[float, Fold], present: Iterable[Key]) -> list[WantedCell]:
    """The cells that are not there yet, in the order in which they are run.

    Raises `DiptychError` where cells of another study are in their place: a file is of one study, so its
    first line tells.
    """
    there = set(present)
    if others := sorted({str(key[KEY.index("study")]) for key in there} - {study.name}):
        what = f"is of the study {others[0]!r}, not of {study.name!r}"
        raise DiptychError.of("cells.jsonl line 1", what, "move the file away, or run that study")
    return [cell for cell in wanted_cells(study) if cell.key(study, folds[cell.size]) not in there]


def _all(study: Study) -> Iterator[WantedCell]:
    for learner in study.learners:
        for size in study.sizes:
            for arm in study.arms:
                for family, drawn in _makers(study, arm):
                    for seed in range(study.seeds):
                        yield WantedCell(
                            arm=arm,
                            size=size,
                            learner=learner,
                            seed=seed,
                            family=family,
                            generator_seed=drawn,
                        )


def _makers(study: Study, arm: StudyArm) -> list[tuple[Family | None, int | None]]:
    if not arm.drawn:
        return [(None, None)]
    return [(family, seed) for family in study.families for seed in range(study.generator_seeds)]


def _rank(study: Study, cell: WantedCell) -> tuple[float, bool, bool, int]:
    registered = cell.arm.name in (study.primary.arm, *study.primary.against)
    other = bool(cell.family) and getattr(cell.family, "name", "") != study.primary.family
    return cell.size if cell.size > 1 else cell.size * 1e6, not registered, other, cell.seed
