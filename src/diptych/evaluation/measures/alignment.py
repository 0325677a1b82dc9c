"""Alignment: do mask, sentence, label and image agree, as judges see it that never saw the mask?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.evaluation.candidates import DECIDING, Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.registry import MEASURES, MeasureCard
from diptych.metrics import laterality
from diptych.metrics.adherence import balanced_rate, named, presence
from diptych.metrics.agreement import agreement, overlaps
from diptych.metrics.estimate import Estimate
from diptych.metrics.label_agreement import Answers
from diptych.metrics.label_agreement import label_agreement as labels_agree
from diptych.metrics.surfaces import hausdorff, surface_overlaps, surfaces
from diptych.records.labels import FDI, LABELS, LabelSpace

SHUFFLED = "shuffled pairs"
CHANCE = 0.5
"""The area under the ROC curve of a classifier that guesses."""


@MEASURES.register(
    MeasureCard(
        name="mask-agreement",
        summary="Dice of the judge's mask with the pair's, corrected for chance by shuffled pairs",
        reference="Dice 1945; corrected as Cohen 1960",
        axis="alignment",
        better="higher",
        bad=SHUFFLED,
        needs=("masks", "judge"),
        by_subject=True,
    )
)
def mask_agreement(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Agreement of masks and images."""
    judged, masks = evidence.judged(candidate), _masks(candidate)
    return agreement(overlaps(judged, masks, _codes(candidate), candidate.subjects))


@MEASURES.register(
    MeasureCard(
        name="surface-dice",
        summary="outlines within a pixel of the judge's, corrected for chance by shuffled pairs",
        reference="Nikolov et al. 2018, arXiv 1809.04430",
        axis="alignment",
        better="higher",
        bad=SHUFFLED,
        needs=("masks", "judge"),
        by_subject=True,
    )
)
def surface_dice(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Agreement of outlines."""
    judged, masks = evidence.judged(candidate), _masks(candidate)
    return agreement(surface_overlaps(judged, masks, _codes(candidate), candidate.subjects))


@MEASURES.register(
    MeasureCard(
        name="hd95",
        summary="95th percentile of the distance between the pair's outlines and the judge's",
        reference="Maier-Hein et al. 2024, Nat. Methods 21, 195",
        axis="alignment",
        better="lower",
        bad=SHUFFLED,
        needs=("masks", "judge"),
        unit="px",
        by_subject=True,
    )
)
def hd95(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Distance of outlines in pixels."""
    judged, masks = evidence.judged(candidate), _masks(candidate)
    return hausdorff(surfaces(judged, masks, _codes(candidate), candidate.subjects))


@MEASURES.register(
    MeasureCard(
        name="prompt-adherence",
        summary="teeth that are there or absent in the image, as the judge sees it, as the findings say",
        reference="this software",
        axis="alignment",
        better="higher",
        bad=SHUFFLED,
        needs=("judge", "missing"),
        by_subject=True,
    )
)
def prompt_adherence(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Balanced over absent and present teeth; images whose findings were exchanged score about a half."""
    if candidate.body != "panoramic":
        raise DiptychError.of("prompt-adherence", "is about teeth", "use label-agreement for other findings")
    shown = presence(evidence.judged(candidate), FDI)
    asked = named(candidate.findings, FDI)
    return balanced_rate(shown, asked, candidate.subjects, evidence.settings.seed)


@MEASURES.register(
    MeasureCard(
        name="label-agreement",
        summary="area under the ROC of a frozen classifier against the findings that were asked for",
        reference="Ravuri and Vinyals 2019, arXiv 1905.10887 (the idea)",
        axis="alignment",
        better="higher",
        bad=SHUFFLED,
        needs=("scorer",),
        least=20,
        by_subject=True,
    )
)
def label_agreement(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Agreement of findings and images, by the classifier's first finding.

    Raises `DiptychError` where the classifier cannot tell the real images apart: one that learned
    elsewhere may see nothing here, and then says nothing of synthetic ones either.
    """
    made, real = (_answers(side, evidence) for side in (candidate, evidence.reference))
    found = labels_agree(made, real, (evidence.finding,))
    (own,), (ceiling,) = found.made.auc, found.real.auc
    if ceiling.low <= CHANCE:
        what = f"does no better than chance at {evidence.finding} in these real images"
        raise DiptychError.of("classifier", what, "give one trained on such images (--classifier)")
    return replace(own, notes=(f"the classifier's {evidence.finding}", *own.notes))


@MEASURES.register(
    MeasureCard(
        name="left-right",
        summary="pairs whose mask lies on the side where the judge sees it",
        reference="this software",
        axis="alignment",
        better="higher",
        bad="mirrored",
        needs=("masks", "judge"),
        by_subject=True,
    )
)
def left_right(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Share of pairs that are not flipped against their mask."""
    codes = laterality.mirror_codes(_space(candidate))
    judged, masks = evidence.judged(candidate), _masks(candidate)
    return laterality.drawn_side_rate(judged, masks, _codes(candidate), codes, candidate.subjects)


def _answers(side: Candidate, evidence: Evidence) -> Answers:
    asked = np.array([[any(f.name == evidence.finding for f in held)] for held in side.findings])
    scores = evidence.scored(side)[:, :1].astype(np.float64)
    return Answers(scores=scores, asked=asked, subjects=side.subjects)


def _masks(candidate: Candidate) -> NDArray[np.uint8]:
    if candidate.masks is None:
        layer = DECIDING[candidate.body]
        raise DiptychError.of(candidate.name, f"not every image has a mask of the layer {layer}", "add them")
    return candidate.masks


def _space(candidate: Candidate) -> LabelSpace:
    return LABELS[candidate.body, DECIDING[candidate.body]]


def _codes(candidate: Candidate) -> tuple[int, ...]:
    return FDI if candidate.body == "panoramic" else _space(candidate).codes
