"""A training as stretches: which rows, how many steps, how fast, how strongly augmented."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from diptych.base.errors import Problems
from diptych.downstream.augment import LIGHT, STRONG, AugmentConfig
from diptych.downstream.examples import Examples
from diptych.records.cohort import Cohort


@dataclass(frozen=True, kw_only=True, eq=False)
class Stretch:
    """A part of one training on one set of rows; the phase of a fusion arm, without its manifest."""

    rows: Cohort | Examples
    """To learn from; `Examples` that were loaded once can be used in any number of trainings."""
    steps: float = 1.0
    """Share of the training's optimiser steps, above 0; all stretches' sum is 1."""
    rate: float = 1.0
    """Factor on the learning rate, above 0."""
    augment: Literal["light", "strong"] = "light"
    share: Callable[[float], float | None] | None = None
    """Share of a batch that is not real, at a progress from 0 to 1; None takes rows as they come."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """Stretches laid along the steps of a training."""

    stretches: tuple[Stretch, ...]
    ends: tuple[int, ...]
    """The last step of each."""

    @property
    def last_begins(self) -> int:
        """The number of steps before the last stretch."""
        return self.ends[-2] if len(self.ends) > 1 else 0

    def place(self, step: int) -> tuple[int, float]:
        """The number of the stretch of a step (from 1), and its progress: 0 at the first, 1 at the last."""
        number = next(i for i, end in enumerate(self.ends) if step <= end)
        begin = self.ends[number - 1] if number else 0
        return number, (step - begin - 1) / max(1, self.ends[number] - begin - 1)

    def rate(self, step: int) -> float:
        """The factor on the learning rate at a step."""
        return self.stretches[self.place(step)[0]].rate

    def draws(self, batch: int, parts: Sequence[Examples]) -> Iterator[Draw]:
        """For each step, from which part to draw and how; parts belong to stretches one by one."""
        for step in range(1, self.ends[-1] + 1):
            number, progress = self.place(step)
            stretch = self.stretches[number]
            share = stretch.share(progress) if stretch.share else None
            config = STRONG if stretch.augment == "strong" else LIGHT
            yield Draw(
                part=number,
                real=torch.from_numpy(parts[number].real),
                batch=batch,
                share=share,
                augment=config,
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Draw:
    """One batch to be drawn."""

    part: int
    real: Tensor
    """(N,), which rows are real."""
    batch: int
    share: float | None
    augment: AugmentConfig

    def rows(self, chance: torch.Generator) -> Tensor:
        """Row numbers (batch,), with replacement, so that no arm's batch hangs on the number of its rows."""
        anyone = torch.randint(len(self.real), (self.batch,), generator=chance)
        pools = self.real.nonzero()[:, 0], (~self.real).nonzero()[:, 0]
        if self.share is None or not all(len(pool) for pool in pools):
            return anyone
        drawn = [pool[torch.randint(len(pool), (self.batch,), generator=chance)] for pool in pools]
        return torch.where(torch.rand(self.batch, generator=chance) < self.share, drawn[1], drawn[0])


def lay(stretches: Sequence[Stretch], steps: int) -> Course:
    """Lay stretches along `steps` optimiser steps; every one gets at least one.

    Raises one `DiptychError` for shares that do not sum to 1, and for shares and rates out of range.
    """
    problems = Problems()
    shares = [stretch.steps for stretch in stretches]
    if not stretches or not all(share > 0 for share in shares) or not math.isclose(sum(shares), 1):
        problems.add("stretches", f"steps {shares} do not divide one training", "let them sum to 1")
    for stretch in stretches:
        if not (math.isfinite(stretch.rate) and stretch.rate > 0):
            problems.add("stretches", f"rate {stretch.rate} is no factor", "give a number above 0")
        if stretch.augment not in ("light", "strong"):
            problems.add("stretches", f"augment {stretch.augment!r} is not known", "give light or strong")
    if len(stretches) > steps:
        problems.add("steps", f"{steps} are too few for {len(stretches)} stretches", "give more steps")
    problems.raise_any()
    ends: list[int] = []
    for number in range(len(shares)):
        wanted = round(sum(shares[: number + 1]) * steps)
        ends.append(max(wanted, ends[-1] + 1 if ends else 1))
    # A sliver at the end has pushed its neighbours over: move them back.
    ends = [min(end, steps - (len(ends) - 1 - number)) for number, end in enumerate(ends)]
    return Course(stretches=tuple(stretches), ends=tuple(ends))
