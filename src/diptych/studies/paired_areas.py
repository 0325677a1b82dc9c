"""DeLong's test between two arms of a study, one finding at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from diptych.base.errors import DiptychError
from diptych.metrics.delong import delong
from diptych.metrics.difference import Difference
from diptych.studies.cells import Cell
from diptych.studies.grids import pairs
from diptych.studies.measures import answers


def paired_areas(first: Sequence[Cell], second: Sequence[Cell], finding: str) -> Difference:
    """AUROC of `first` less that of `second` for one finding, each the mean over the paired runs.

    DeLong's variance with the placements of each subject averaged over runs: about these trained
    models on other subjects. For other seeds too, see `two_level` with `measures.auroc`, which needs
    no formula. Raises `DiptychError` when the arms were tested on other subjects or another truth.
    """
    runs = [run for row in pairs(first, second) for run in row]
    _, truth, known = answers(runs[0][0], finding)
    for run in runs:
        for cell in run:
            _, other, also = answers(cell, finding)
            if cell.subjects != runs[0][0].subjects or not np.array_equal(truth[known], other[known]):
                what = "was tested on other subjects or another truth"
                raise DiptychError.of(
                    f"cell {cell.arm}, seed {cell.seed}", what, "compare on the same test set"
                )
            known &= also
    ours, theirs = (np.stack([answers(run[side], finding)[0][known] for run in runs]) for side in (0, 1))
    found = delong(ours, theirs, truth[known])
    note = "of these models; says nothing of other seeds"
    return replace(found, estimate=replace(found.estimate, notes=(*found.estimate.notes, note)))
