"""Plausibility: is the anatomy lawful, and within the range of real images?"""

from __future__ import annotations

from diptych.base.errors import DiptychError
from diptych.evaluation.candidates import Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.registry import MEASURES, MeasureCard
from diptych.metrics.estimate import Estimate
from diptych.metrics.plausibility_chest import chest_scores
from diptych.metrics.plausibility_panoramic import panoramic_scores
from diptych.metrics.ranges import Scores, plausible_rates

SCORES = {"panoramic": panoramic_scores, "chest": chest_scores}


@MEASURES.register(
    MeasureCard(
        name="plausibility",
        summary="share of images whose every anatomical score lies where those of training images lie, or of "
        "other real ones where none are given",
        reference="this software; scores in metrics/plausibility_panoramic and plausibility_chest",
        axis="plausibility",
        better="higher",
        bad="upside down",
        needs=("masks",),
        least=20,
        by_subject=True,
    )
)
def plausibility(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Share of plausible images; each score's own share is in the notes.

    The range is what could be learned from the training images, or, without any, that of the
    reference. Those images themselves would pass by construction: what other real images reach, the
    floor, is what to compare with.
    """
    known = evidence.train if evidence.train is not None else evidence.reference
    lawful = evidence.beside_reference("anatomy", known, lambda: _scores(known))
    rates = plausible_rates(_scores(candidate), lawful, candidate.subjects)
    whole = rates.pop("every score")
    parts = ", ".join(f"{name} {found.value:.2f}" for name, found in rates.items())
    return Estimate(value=whole.value, low=whole.low, high=whole.high, n=whole.n, notes=(*whole.notes, parts))


def _scores(candidate: Candidate) -> Scores:
    if candidate.masks is None:
        raise DiptychError.of(candidate.name, "has no masks to judge the anatomy by", "add them")
    return SCORES[candidate.body](candidate.images, candidate.masks)
