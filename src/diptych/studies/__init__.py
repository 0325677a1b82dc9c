"""Studies: does synthetic data help? Cells of a grid, and what may be said of them."""

from diptych.studies.arms import ArmRow, Setting, against
from diptych.studies.breakdown import by_class, by_subject_group
from diptych.studies.cell_files import append_cell, mend_cells, read_cells
from diptych.studies.cells import Cell, subject_means
from diptych.studies.grids import grid, paired_grid
from diptych.studies.measures import Measure, auprc, auroc, brier, class_mean, f1, subject_mean
from diptych.studies.paired_areas import paired_areas
from diptych.studies.two_level import difference, estimate, noninferiority, resample
from diptych.studies.worth import Worth, worth

__all__ = [
    "ArmRow",
    "Cell",
    "Measure",
    "Setting",
    "Worth",
    "against",
    "append_cell",
    "auprc",
    "auroc",
    "brier",
    "by_class",
    "by_subject_group",
    "class_mean",
    "difference",
    "estimate",
    "f1",
    "grid",
    "mend_cells",
    "noninferiority",
    "paired_areas",
    "paired_grid",
    "read_cells",
    "resample",
    "subject_mean",
    "subject_means",
    "worth",
]
