"""Privacy: is the training set nearer than it should be? Always beside real images held out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diptych.evaluation.candidates import Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.registry import MEASURES, MeasureCard
from diptych.metrics import authenticity as authentic
from diptych.metrics import copying, membership
from diptych.metrics.data_copying import data_copying as copying_score
from diptych.metrics.dcr import dcr_share as nearer_to_train
from diptych.metrics.estimate import Estimate
from diptych.metrics.nndr import nndr_share

COPIES = "copies of training images"
Rows = NDArray[np.generic]


@MEASURES.register(
    MeasureCard(
        name="dcr-share",
        summary="share of images nearer to a training than to a held-out one; 0.5 copies nothing",
        reference="Platzer and Reutterer 2021, Front. Big Data 4:679939",
        axis="privacy",
        better="lower",
        bad=COPIES,
        needs=("features", "train"),
        least=20,
    )
)
def dcr_share(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Share nearer to the training set."""
    return nearer_to_train(*_features(candidate, evidence))


@MEASURES.register(
    MeasureCard(
        name="nndr",
        summary="share of images beside one training image alone; 0.05 is what new real images score",
        reference="Lowe 2004, IJCV 60, 91",
        axis="privacy",
        better="lower",
        bad=COPIES,
        needs=("features", "train"),
        least=20,
    )
)
def nndr(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Share with a low nearest-neighbour distance ratio."""
    return nndr_share(*_features(candidate, evidence))


@MEASURES.register(
    MeasureCard(
        name="authenticity",
        summary="authentic images, less the share among real held-out ones; 0 is as new as those",
        reference="Alaa et al. 2022, arXiv 2102.08921",
        axis="privacy",
        better="higher",
        bad=COPIES,
        needs=("features", "train"),
        least=20,
    )
)
def authenticity(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Authenticity beyond that of held-out images."""
    return authentic.authenticity_gap(*_features(candidate, evidence))


@MEASURES.register(
    MeasureCard(
        name="data-copying",
        summary="C_T: standard score of distances to the training set, cell by cell; below -3 is copying",
        reference="Meehan et al. 2020, arXiv 2004.05675",
        axis="privacy",
        better="higher",
        bad=COPIES,
        needs=("features", "train"),
        least=20,
    )
)
def data_copying(candidate: Candidate, evidence: Evidence) -> Estimate:
    """The data-copying test."""
    return copying_score(*_features(candidate, evidence), seed=evidence.settings.seed)


@MEASURES.register(
    MeasureCard(
        name="copy-rate",
        summary="share of images nearer to a training image than new ones come, over flips, shifts, turns",
        reference="Dar et al. 2024, arXiv 2402.01054 (threshold from real pairs); this software",
        axis="privacy",
        better="lower",
        bad=COPIES,
        needs=("train",),
        least=20,
    )
)
def copy_rate(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Share of copies in pixels."""
    known = evidence.seen_in_training().images
    found = [
        evidence.once("nearest training image", side, lambda images: copying.nearest(images, known).distance)
        for side in (candidate, evidence.reference)
    ]
    return copying.copy_rate(found[0].astype(float), found[1].astype(float))


@MEASURES.register(
    MeasureCard(
        name="membership",
        summary="area under the ROC of an attack that calls near images members; 0.5 learns nothing",
        reference="Chen et al. 2020, arXiv 1909.03935",
        axis="privacy",
        better="lower",
        bad=COPIES,
        needs=("features", "train"),
        least=20,
    )
)
def membership_attack(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Area under the ROC of the black-box attack; the hit rate at few false alarms is in the note."""
    train = evidence.seen_in_training()
    sides = (train.subjects, evidence.reference.subjects)
    found = membership.membership(
        *_features(candidate, evidence), subjects=sides, seed=evidence.settings.seed
    )
    hits = f"at {found.false_rate:.1%} false alarms the attack finds {found.hits}"
    return replace(found.auc, notes=(*found.auc.notes, hits, *found.hits.notes))


def _features(candidate: Candidate, evidence: Evidence) -> tuple[Rows, Rows, Rows]:
    """Features of the candidate, of the training images and of held-out ones."""
    train = evidence.features(evidence.seen_in_training())
    return evidence.features(candidate), train, evidence.features(evidence.reference)
