"""Learning curves: the score against the number of real images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diptych.base.errors import DiptychError
from diptych.metrics.estimate import Estimate
from diptych.studies.cells import Cell
from diptych.studies.grids import grid
from diptych.studies.measures import Measure
from diptych.studies.two_level import Generators, Resampled, estimate, resample


@dataclass(frozen=True, kw_only=True)
class Point:
    """One fraction of a curve."""

    fraction: float
    images: float
    """Real training images; the mean over runs where a fraction by subject gives them different numbers."""
    score: Estimate


def learning_curve(
    cells: Sequence[Cell], measure: Measure, generators: Generators = "these", seed: int = 0
) -> tuple[Point, ...]:
    """The score of one arm at each fraction, with two-level intervals, from few images to many.

    The intervals are of each score by itself. Those of two arms overlap more than the paired
    difference tells: compare arms by `paired_grid`, never by eye.
    """
    found = resampled_curve(cells, measure, generators, seed)
    return tuple(
        Point(fraction=part[0].fraction, images=_images(part), score=estimate(score))
        for part, score in zip(by_fraction(cells).values(), found.values(), strict=True)
    )


def resampled_curve(
    cells: Sequence[Cell], measure: Measure, generators: Generators = "these", seed: int = 0
) -> Mapping[float, Resampled]:
    """Number of real images -> the score with its draws; all fractions under the same draws of subjects."""
    curve = {}
    for place, part in enumerate(by_fraction(cells).values()):
        images = _images(part)
        if images in curve:
            raise DiptychError.of(
                f"cells of {part[0].arm}", f"two fractions have {images:g} images", "drop one"
            )
        # Seeds of the t terms differ, since the runs of two fractions are independent.
        curve[images] = resample(grid(part, measure, seed), generators, seed + 1 + place)
    return curve


def by_fraction(cells: Sequence[Cell]) -> dict[float, list[Cell]]:
    """Fraction -> its cells, smallest first."""
    return {
        fraction: [cell for cell in cells if cell.fraction == fraction]
        for fraction in sorted({cell.fraction for cell in cells})
    }


def _images(cells: Sequence[Cell]) -> float:
    return sum(cell.images for cell in cells) / len(cells)
