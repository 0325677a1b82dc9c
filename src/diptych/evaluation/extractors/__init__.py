"""Feature extractors: grey images in, one row of features each out, with cards."""

from diptych.evaluation.extractors.adapters import ADAPTERS, AdapterCard
from diptych.evaluation.extractors.batched import MICRO_BATCH
from diptych.evaluation.extractors.cache import features_of
from diptych.evaluation.extractors.card import EXTRACTORS, CardedExtractor, Extractor, ExtractorCard
from diptych.evaluation.extractors.foreign import load_extractor
from diptych.evaluation.extractors.frame import Frame
from diptych.evaluation.extractors.imagenet import LITE0, lite0
from diptych.evaluation.extractors.texture import RADIOMICS, radiomics

__all__ = [
    "ADAPTERS",
    "EXTRACTORS",
    "LITE0",
    "MICRO_BATCH",
    "RADIOMICS",
    "AdapterCard",
    "CardedExtractor",
    "Extractor",
    "ExtractorCard",
    "Frame",
    "features_of",
    "lite0",
    "load_extractor",
    "radiomics",
]
