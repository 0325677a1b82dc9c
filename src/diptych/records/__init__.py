"""The nouns: a sample, its labels and findings, and the cohort that holds many of them."""

from diptych.records.cohort import Cohort
from diptych.records.finding import Finding
from diptych.records.labels import DECIDUOUS, FDI, LABELS, Label, LabelSpace
from diptych.records.pixels import content_hash, stretch, stretch_mask, to_unit
from diptych.records.sample import LAYERS, Body, Grey, Mask, Provenance, Record, Sample
from diptych.records.splits import carve, split, subset
from diptych.records.writing import CohortWriter

__all__ = [
    "DECIDUOUS",
    "FDI",
    "LABELS",
    "LAYERS",
    "Body",
    "Cohort",
    "CohortWriter",
    "Finding",
    "Grey",
    "Label",
    "LabelSpace",
    "Mask",
    "Provenance",
    "Record",
    "Sample",
    "carve",
    "content_hash",
    "split",
    "stretch",
    "stretch_mask",
    "subset",
    "to_unit",
]
