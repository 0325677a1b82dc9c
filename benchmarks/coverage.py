"""Do 95 % intervals hold the truth 95 times in 100? Simulated cohorts, every metric on features.

python benchmarks/coverage.py [--repeats 400] [--n 100] [--wide 16] [--only NAME ...]

The truth is the expectation at the same n: the mean over all repeats. A share between 92 and 98 %
passes; outside, the line says which side misses (the truth below or above the interval) and how
wide the interval is beside the right one (its mean half width over 1.96 standard deviations).
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.authenticity import authenticity, authenticity_gap
from diptych.metrics.coverage import prdc
from diptych.metrics.data_copying import data_copying
from diptych.metrics.dcr import dcr_share
from diptych.metrics.estimate import Estimate
from diptych.metrics.frechet import frd, frechet, frechet_infinite
from diptych.metrics.kid import kid
from diptych.metrics.membership import membership
from diptych.metrics.mmd import mmd
from diptych.metrics.nndr import nndr_share
from diptych.metrics.spread import mean_distance, spread_ratio
from diptych.metrics.support import alpha_precision, beta_recall
from diptych.metrics.vendi import vendi, vendi_ratio

Features = NDArray[np.float64]
LAWFUL = 0.92, 0.98


@dataclass(frozen=True)
class Draw:
    """One simulated study: a synthetic cohort, the real one it is held against, and held-out rows."""

    synthetic: Features
    real: Features
    heldout: Features


@dataclass(frozen=True)
class World:
    """How synthetic rows differ: moved, less varied, without one mode, or copies of real ones."""

    name: str
    shift: float = 0.0
    scale: float = 1.0
    modes: int = 3
    copies: float = 0.0

    def draw(self, chance: np.random.Generator, n: int, wide: int) -> Draw:
        """Rectified mixtures of six hidden causes and three modes, as the features of a network are."""
        mix = np.random.default_rng(5).normal(size=(9, wide)) / 3

        def rows(shift: float, scale: float, modes: int) -> Features:
            causes = shift + scale * chance.normal(size=(n, 6))
            mode = 1.5 * np.eye(3)[chance.integers(modes, size=n)]
            return np.maximum(np.hstack([causes, mode]) @ mix + 0.1 * chance.normal(size=(n, wide)), 0)

        real, heldout = rows(0, 1, 3), rows(0, 1, 3)
        synthetic = rows(self.shift, self.scale, self.modes)
        copied = chance.random(n) < self.copies
        synthetic[copied] = real[chance.integers(n, size=int(copied.sum()))] + 1e-3
        return Draw(synthetic, real, heldout)


WORLDS = (
    World("the same distribution"),
    World("moved by a third", shift=0.33),
    World("less varied, a mode lost", scale=0.8, modes=2),
)
LEAKY = (World("the same distribution"), World("a tenth are copies", copies=0.1))

Metric = Callable[[Draw], dict[str, Estimate]]


def alone(metric: Callable[[Features, Features], Estimate]) -> Metric:
    """A metric of two sets, under its own name."""
    return lambda draw: {metric.__name__: metric(draw.synthetic, draw.real)}


def single(metric: Callable[[Features], Estimate]) -> Metric:
    """A metric of the synthetic set."""
    return lambda draw: {metric.__name__: metric(draw.synthetic)}


def private(metric: Callable[[Features, Features, Features], Estimate]) -> Metric:
    """A metric of three sets; the real one is the training set."""
    return lambda draw: {metric.__name__: metric(draw.synthetic, draw.real, draw.heldout)}


def shares(draw: Draw) -> dict[str, Estimate]:
    """The four of `prdc`."""
    return dict(vars(prdc(draw.synthetic, draw.real)))


def attacks(draw: Draw) -> dict[str, Estimate]:
    """The estimates of `membership`."""
    found = vars(membership(draw.synthetic, draw.real, draw.heldout))
    return {f"membership {name}": value for name, value in found.items() if isinstance(value, Estimate)}


PAIRED: dict[str, Metric] = {
    **{metric.__name__: alone(metric) for metric in (frechet, frechet_infinite, frd, kid, mmd)},
    "prdc": shares,
    **{
        metric.__name__: alone(metric) for metric in (alpha_precision, beta_recall, vendi_ratio, spread_ratio)
    },
    **{metric.__name__: single(metric) for metric in (vendi, mean_distance)},
}
PRIVATE: dict[str, Metric] = {
    **{
        metric.__name__: private(metric)
        for metric in (dcr_share, nndr_share, authenticity, authenticity_gap, data_copying)
    },
    "membership": attacks,
}


def line(name: str, found: list[Estimate]) -> str:
    """One row of the table."""
    values, low, high = (np.array([getattr(one, end) for one in found]) for end in ("value", "low", "high"))
    truth, spread = float(values.mean()), float(values.std(ddof=1))
    known = np.isfinite(low) & np.isfinite(high)
    below, above = float((truth < low[known]).mean()), float((truth > high[known]).mean())
    share, width = 1 - below - above, float((high - low)[known].mean()) / 3.92 / max(spread, 1e-300)
    verdict = "  too narrow" if share < LAWFUL[0] - 1e-9 else "  too wide" if share > LAWFUL[1] + 1e-9 else ""
    gaps = "" if known.all() else f"  {int((~known).sum())} without interval"
    return (
        f"{name:<22} {truth:10.4g} {spread:10.3g} {100 * share:7.1f} %  {100 * below:5.1f} {100 * above:6.1f}"
        f" {width:8.2f}{verdict}{gaps}"
    )


def table(world: World, metrics: dict[str, Metric], repeats: int, n: int, wide: int) -> None:
    """All metrics in one world; every repeat is drawn afresh from its own seed."""
    error = 100 * math.sqrt(0.05 * 0.95 / repeats)
    print(f"\n{world.name}: n = {n}, d = {wide}, {repeats} repeats, standard error of a share {error:.1f} %")
    print(f"{'':<22} {'truth':>10} {'sd':>10} {'covered':>9}  {'below':>5} {'above':>6} {'width':>8}")
    found: dict[str, list[Estimate]] = {}
    for seed in range(repeats):
        draw = world.draw(np.random.default_rng(seed), n, wide)
        for metric in metrics.values():
            for name, estimate in metric(draw).items():
                found.setdefault(name, []).append(estimate)
    for name, estimates in found.items():
        print(line(name, estimates), flush=True)


def main() -> None:
    """A table for each world."""
    parser = argparse.ArgumentParser(description="Share of 95 % intervals that hold the truth.")
    parser.add_argument("--repeats", type=int, default=400, help="simulated studies a world")
    parser.add_argument("--n", type=int, default=100, help="samples a set")
    parser.add_argument("--wide", type=int, default=16, help="features")
    parser.add_argument("--only", nargs="*", default=[], help="names of the metrics to run")
    asked, start = parser.parse_args(), time.perf_counter()
    for worlds, metrics in ((WORLDS, PAIRED), (LEAKY, PRIVATE)):
        chosen = {name: metric for name, metric in metrics.items() if not asked.only or name in asked.only}
        for world in worlds if chosen else ():
            table(world, chosen, asked.repeats, asked.n, asked.wide)
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
