"""Learning curves: the score against the number of real images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diptych.base.errors import DiptychError
from diptych.studies.cells import Cell
from diptych.studies.grids import grid
from diptych.studies.measures import Measure
from diptych.studies.two_level import Generators, Resampled, resample


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
