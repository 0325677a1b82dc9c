"""The cells of a study at their places: which size, which arm, whose generator, and what is not there yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from diptych.fusion.arms import STRATEGIES
from diptych.studies.cells import Cell
from diptych.studies.design import Family, Study, StudyArm
from diptych.studies.wanted import wanted_cells


@dataclass(frozen=True, kw_only=True)
class Contender:
    """An arm of a study, with the family of its generator if it has one."""

    arm: StudyArm
    family: Family | None = None
    ratios: bool = False
    """Whether the study has this arm at several ratios."""

    @property
    def name(self) -> str:
        """As cells have it."""
        return f"{self.arm.name} ({self.family.name})" if self.family else self.arm.name

    @property
    def ratio(self) -> float:
        """As cells have it."""
        return self.arm.told_ratio

    @property
    def label(self) -> str:
        """The name, with the ratio where the name alone does not tell arms apart."""
        return f"{self.name}, {self.ratio:g} : 1" if self.ratios else self.name

    @property
    def control(self) -> bool:
        """Whether it holds no synthetic image that could help."""
        return STRATEGIES.card(self.arm.strategy).control


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """What two arms must share to be compared."""

    task: str
    learner: str
    size: float
    """As the study file writes it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """A study with the cells that it has so far."""

    study: Study
    cells: tuple[Cell, ...]

    @cached_property
    def whole(self) -> float:
        """Real training images that there are, as the cells tell; NaN where none saw a real image."""
        told = sorted(cell.images / cell.fraction for cell in self.cells if cell.images)
        return told[len(told) // 2] if told else math.nan

    @cached_property
    def sizes(self) -> dict[float, float]:
        """Fraction -> the size of the study that it is of, where either is the nearest of the other.

        Folds are cut by subject, so they are not equal; a fraction of a size that the study had has none.
        """
        fractions = sorted({cell.fraction for cell in self.cells})
        whole = self.whole
        if math.isnan(whole):
            whole = max(self.study.sizes) / max(fractions, default=1.0)
        shares = {size: size if size <= 1 else size / whole for size in sorted(self.study.sizes)}
        near = {f: min(shares, key=lambda size: abs(math.log(shares[size] / f))) for f in fractions}
        fits = {size: min(fractions, key=lambda f: abs(math.log(shares[size] / f))) for size in near.values()}
        return {fraction: size for fraction, size in near.items() if fits[size] == fraction}

    @cached_property
    def own(self) -> tuple[Cell, ...]:
        """The cells that the study asks for: all that comparisons look at, whatever lies beside them."""
        return tuple(cell for cell in self.cells if self._asked(cell))

    def images(self, size: float) -> float:
        """Real training images of a size; the size itself where no cell tells."""
        fractions = [fraction for fraction, of in self.sizes.items() if of == size]
        told = [cell.images for cell in self.cells if cell.images and cell.fraction in fractions]
        return sum(told) / len(told) if told else size

    def added(self, place: Place, contender: Contender) -> float:
        """Rows that an arm adds: its ratio's, or as many as the gate left, on average over its cells."""
        told = [cell.extra["added"] for cell in self.at(place, contender) if "added" in cell.extra]
        counts = [int(count) for count in told if count.isdecimal()]
        return sum(counts) / len(counts) if counts else contender.ratio * self.images(place.size)

    @cached_property
    def contenders(self) -> tuple[Contender, ...]:
        """Every arm of the study with every family, in the order of the file."""
        return tuple(
            self._contender(arm, family)
            for arm in self.study.arms
            for family in (self.study.families if arm.drawn else (None,))
        )

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where there are cells: the study's own task first, then its first learner, small to large."""
        found = {
            Place(task=cell.task, learner=cell.learner, size=self.sizes[cell.fraction]) for cell in self.own
        }
        learners = {name: at for at, name in enumerate(self.study.learners)}
        return tuple(
            sorted(
                found,
                key=lambda p: (
                    p.task != self.study.task,
                    p.task,
                    learners.get(p.learner, len(learners)),
                    self.images(p.size),
                ),
            )
        )

    @property
    def tasks(self) -> tuple[str, ...]:
        """The study's own task first, then where else its learners were tested."""
        return tuple(dict.fromkeys(place.task for place in self.places))

    def at(self, place: Place, contender: Contender) -> list[Cell]:
        """The cells of one arm at one place."""
        return self._index.get((place, contender.name, contender.ratio), [])

    def find(self, name: str, family: str = "") -> Contender:
        """The arm that the study calls so, with that family where it has one. Its first ratio, if several."""
        arm = self.study.arm(name)
        families = {one.name: one for one in self.study.families}
        return self._contender(arm, families.get(family) if arm.drawn else None)

    @cached_property
    def counts(self) -> tuple[int, int]:
        """Cells of the study's own task that there are, and that it asks for."""
        return sum(cell.task == self.study.task for cell in self.own), len(wanted_cells(self.study))

    @property
    def strays(self) -> tuple[Cell, ...]:
        """Cells that the study no longer asks for, on any test set: no comparison looks at them."""
        return tuple(cell for cell in self.cells if not self._asked(cell))

    @cached_property
    def _arms(self) -> set[tuple[str, float]]:
        return {(one.name, one.ratio) for one in self.contenders}

    def _asked(self, cell: Cell) -> bool:
        study, drawn = self.study, cell.generator_seed or 0
        seeds = cell.seed < study.seeds and drawn < study.generator_seeds
        known = (cell.arm, cell.ratio) in self._arms and cell.learner in study.learners
        return seeds and known and cell.fraction in self.sizes

    def _contender(self, arm: StudyArm, family: Family | None) -> Contender:
        several = sum(one.name == arm.name for one in self.study.arms) > 1
        return Contender(arm=arm, family=family, ratios=several)

    @cached_property
    def _index(self) -> dict[tuple[Place, str, float], list[Cell]]:
        found: dict[tuple[Place, str, float], list[Cell]] = {}
        for cell in self.own:
            place = Place(task=cell.task, learner=cell.learner, size=self.sizes[cell.fraction])
            found.setdefault((place, cell.arm, cell.ratio), []).append(cell)
        return found


def placed(study: Study, cells: Sequence[Cell]) -> Placed:
    """The cells in one order, so that whoever ran them first changes no digit."""
    return Placed(study=study, cells=tuple(sorted(cells, key=lambda cell: tuple(map(str, cell.key)))))
