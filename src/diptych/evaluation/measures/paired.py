"""Measures of one shape: the features of a candidate against those of the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from diptych.evaluation.candidates import Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.registry import MEASURES, Measure, MeasureCard
from diptych.metrics.coverage import Prdc, prdc
from diptych.metrics.estimate import Estimate

Metric = Callable[[NDArray[np.generic], NDArray[np.generic]], Estimate]
"""Features (N, d) of a candidate and (M, d) of the reference -> how they compare."""


def register_all(table: Iterable[tuple[MeasureCard, Measure]]) -> None:
    """Put measures into the registry under their cards."""
    for card, measure in table:
        MEASURES.register(card)(measure)


def against_reference(metric: Metric) -> Measure:
    """The measure that is this metric of two sets of features."""

    def measure(candidate: Candidate, evidence: Evidence) -> Estimate:
        return metric(evidence.features(candidate), evidence.features(evidence.reference))

    return measure


def of_prdc(share: Callable[[Prdc], Estimate]) -> Measure:
    """One of the four shares of `prdc`, which are computed together, once for each candidate."""

    def measure(candidate: Candidate, evidence: Evidence) -> Estimate:
        k = evidence.settings.k
        features = evidence.features(candidate), evidence.features(evidence.reference)
        return share(evidence.beside_reference(f"prdc {k}", candidate, lambda: prdc(*features, k)))

    return measure
