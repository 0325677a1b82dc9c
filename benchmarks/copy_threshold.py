"""What the copy rate says when few real images are held out. Simulated distances with known copies.

python benchmarks/copy_threshold.py [--repeats 400] [--n 136]

Distances of new images to their nearest training image are drawn from one distribution, those of copies
lie far below it. `as before` is the share below the 1st percentile by the usual interpolation.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.copying import copy_rate
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import rate

LEVEL = 0.01


def distances(chance: np.random.Generator, count: int, copies: float) -> NDArray[np.float64]:
    """Of synthetic images, this share of them copies on average."""
    copied = chance.random(count) < copies
    return np.where(copied, 0.1 * chance.random(count), 10 + chance.normal(size=count))


def as_before(made: NDArray[np.float64], heldout: NDArray[np.float64]) -> Estimate:
    """The plain share below the interpolated percentile, the threshold taken for known."""
    return rate(int((made < np.percentile(heldout, 100 * LEVEL)).sum()), len(made))


def line(heldout: int, copies: float, repeats: int, n: int) -> str:
    """Mean value and coverage of both, against the truth."""
    chance, truth = np.random.default_rng(0), copies + (1 - copies) * LEVEL
    found: dict[str, list[Estimate]] = {"before": [], "now": []}
    for _ in range(repeats):
        made, new = distances(chance, n, copies), distances(chance, heldout, 0.0)
        found["before"].append(as_before(made, new))
        found["now"].append(copy_rate(made, new))
    cells = []
    for estimates in found.values():
        mean = np.mean([e.value for e in estimates])
        held = np.mean([e.low - 1e-9 <= truth <= e.high + 1e-9 for e in estimates])
        cells.append(f"{mean:.3f} | {100 * held:.0f} %")
    low = np.mean([e.low for e in found["now"]])
    return f"| {heldout} | {copies:.0%} | {truth:.3f} | {cells[0]} | {cells[1]} | {low:.3f} |"


def main() -> None:
    """A table in Markdown."""
    parser = argparse.ArgumentParser(description="Bias and coverage of the copy rate.")
    parser.add_argument("--repeats", type=int, default=400)
    parser.add_argument("--n", type=int, default=136, help="synthetic images")
    asked = parser.parse_args()
    print("| held out | copies | truth | before: mean | covered | now: mean | covered | lower end |")
    print("|---" * 8 + "|")
    for heldout in (25, 51, 136, 400):
        for copies in (0.0, 0.05, 0.5, 1.0):
            print(line(heldout, copies, asked.repeats, asked.n))


if __name__ == "__main__":
    main()
