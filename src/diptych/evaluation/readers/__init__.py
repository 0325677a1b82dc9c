"""A blinded reader study: one offline form, a sealed key, and the analysis of what was answered."""

from diptych.evaluation.readers.analysis import ReaderStudy, analyse_kit
from diptych.evaluation.readers.kit import Kit, make_kit

__all__ = ["Kit", "ReaderStudy", "analyse_kit", "make_kit"]
