"""Measures: what a protocol can ask of a candidate. Importing this room registers them all."""

from diptych.evaluation.measures import alignment, diversity, fidelity, plausibility, privacy
from diptych.evaluation.measures.registry import AXES, MEASURES, Axis, MeasureCard

__all__ = [
    "AXES",
    "MEASURES",
    "Axis",
    "MeasureCard",
    "alignment",
    "diversity",
    "fidelity",
    "plausibility",
    "privacy",
]
