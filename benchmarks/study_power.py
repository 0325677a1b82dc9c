"""How often does a study find a gain that is not there, and how often one that is? Simulated studies.

python benchmarks/study_power.py [--studies 500]

Scores of a control and an arm on the same subjects: a subject's difficulty, the gain, what a subject
gains more or less than others (subject effect), what a seed gains more or less (seed effect), and
noise of every subject and seed. Type I error is the share of studies without a gain in which the 95 %
interval leaves out 0; 3 to 7 % is right. Power is the share of those with a gain. Five methods: the
two-level bootstrap, a bootstrap of subjects after averaging seeds ("images alone"), Wilcoxon on the same
averages, and the same bootstrap with every image of every seed counted as a subject ("pooled"). "Any
generator" is the two-level bootstrap with a t term for generators as well. A gain that some generators
have and others do not is none on average: the truth is that of all generators, not of those drawn. All
studies of a world are resampled by the same draws of subjects; their data are not the same.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.bootstrap import percentile_interval
from diptych.metrics.rates import Z95
from diptych.studies.cells import Cell
from diptych.studies.grids import paired_grid
from diptych.studies.measures import subject_mean
from diptych.studies.signed_rank import signed_rank
from diptych.studies.two_level import difference, resample

GAINS = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04)
DIFFICULTY = 0.1
METHODS = ("two-level", "any generator", "images alone", "Wilcoxon", "pooled")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Standard deviations of a paired difference, in points of Dice / 100, and the size of a study."""

    name: str
    subjects: int = 60
    seeds: int = 5
    subject: float = 0.04
    seed: float = 0.01
    noise: float = 0.04
    generators: int = 1
    generator: float = 0.0

    def draw(self, chance: np.random.Generator) -> tuple[Array, Array]:
        """Scores without a gain: control (seeds, subjects), arm (generators, seeds, subjects)."""
        size = (self.seeds, self.subjects)
        control = 0.7 + chance.normal(0, DIFFICULTY, self.subjects) + chance.normal(0, self.noise, size)
        gains = chance.normal(0, self.subject, self.subjects) + chance.normal(0, self.seed, (self.seeds, 1))
        made = chance.normal(0, self.generator, (self.generators, 1, 1))
        return control, control + gains + made + chance.normal(0, self.noise, (self.generators, *size))


WORLDS = (
    World("usual"),
    World("seeds do not differ", seed=0.0),
    World("seeds differ much", seed=0.025),
    World("subjects all gain alike", subject=0.0),
    World("20 subjects", subjects=20),
    World("3 seeds", seeds=3),
    World("2 seeds", seeds=2),
    World("10 seeds", seeds=10),
    World("2 generators alike", generators=2),
    World("2 generators that differ", generators=2, generator=0.01),
    World("3 generators that differ", generators=3, generator=0.01),
)


def cells(table: Array, arm: str, generator: int | None = None) -> list[Cell]:
    """One cell a seed, from scores (seeds, subjects)."""
    subjects = tuple(f"{i:04}" for i in range(table.shape[1]))
    facts = {"study": "simulated", "task": "t", "arm": arm, "fraction": 1.0, "ratio": 0.0, "learner": "l"}
    return [
        Cell(
            **facts,
            generator_seed=generator,
            seed=seed,
            images=30,
            subjects=subjects,
            scores={"points": {"all": tuple(row)}},
        )
        for seed, row in enumerate(table)
    ]


def intervals(world: World, study: int) -> dict[str, tuple[float, float]]:
    """The 95 % interval of every method for one study without a gain; a gain moves both ends by itself."""
    control, arm = world.draw(np.random.default_rng(study))
    ours = [cell for made, table in enumerate(arm) for cell in cells(table, "arm", made)]
    runs = paired_grid(ours, cells(control, "control"), subject_mean("points"))
    found, wide = (difference(resample(runs, which, study)).estimate for which in ("these", "any"))
    pooled = (arm - control).ravel()
    half = Z95 * float(pooled.std()) / math.sqrt(len(pooled))
    alone = runs.draws.mean(axis=(1, 2))
    return {
        "two-level": (found.low, found.high),
        "any generator": (wide.low, wide.high),
        "images alone": percentile_interval(alone),
        # What a bootstrap of so many comes to.
        "pooled": (float(pooled.mean()) - half, float(pooled.mean()) + half),
    }


def rank_test(world: World, study: int) -> bool:
    """Whether Wilcoxon finds a gain where there is none."""
    control, arm = world.draw(np.random.default_rng(study))
    return signed_rank(arm.mean(axis=(0, 1)), control.mean(axis=0)).value < 0.05


def shares(world: World, studies: int) -> dict[str, Array]:
    """Method -> the share of studies that find each gain."""
    ends = [intervals(world, study) for study in range(studies)]
    found = {}
    for name in ends[0]:
        low, high = np.array([end[name] for end in ends]).T
        found[name] = np.array([((low + gain > 0) | (high + gain < 0)).mean() for gain in GAINS])
    found["Wilcoxon"] = np.mean([[rank_test(world, study)] for study in range(studies)], axis=0)
    return found


def main() -> None:
    """A table of type I errors, and the power curve of the two-level bootstrap."""
    parser = argparse.ArgumentParser(description="Type I error and power of simulated studies.")
    parser.add_argument("--studies", type=int, default=500, help="simulated studies a world")
    asked, start = parser.parse_args(), time.perf_counter()
    error = 100 * math.sqrt(0.05 * 0.95 / asked.studies)
    print(f"{asked.studies} studies a world, standard error at 5 %: {error:.1f} points\n")
    print(f"| world | {' | '.join(METHODS)} |\n|---|---|---|---|---|---|", flush=True)
    curves = dict[str, Array]()
    for world in WORLDS:
        found = shares(world, asked.studies)
        curves[world.name] = found["two-level"]
        if world.generators > 1:
            curves[f"{world.name}, any"] = found["any generator"]
        row = " | ".join(f"{100 * found[name][0]:.1f}" for name in METHODS)
        print(f"| {world.name} | {row} |", flush=True)
    print(f"\n| world, power | {' | '.join(f'{gain:g}' for gain in GAINS)} |\n|---|{'---|' * len(GAINS)}")
    for name, curve in curves.items():
        print(f"| {name} | {' | '.join(f'{100 * share:.0f}' for share in curve)} |")
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
