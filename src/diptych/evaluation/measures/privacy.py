"""Privacy: is the training set nearer than it should be? Always beside real images held out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from diptych.evaluation.candidates import COPIES, Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.paired import register_all
from diptych.evaluation.measures.registry import MEASURES, Measure, MeasureCard
from diptych.metrics import copying, membership
from diptych.metrics.authenticity import authenticity_gap
from diptych.metrics.data_copying import CELLS, data_copying
from diptych.metrics.dcr import dcr_share
from diptych.metrics.estimate import Estimate
from diptych.metrics.nndr import nndr_share

CELL = 40
"""Images a cell of the data-copying test, twice what it needs to be judged."""

Rows = NDArray[np.generic]
_card = partial(MeasureCard, axis="privacy", bad=COPIES, least=20)


def _against_training(metric: Callable[[Rows, Rows, Rows], Estimate]) -> Measure:
    """The measure that is this metric of synthetic, training and held-out features."""
    return lambda candidate, evidence: metric(*_features(candidate, evidence))


def _features(candidate: Candidate, evidence: Evidence) -> tuple[Rows, Rows, Rows]:
    """Features of the candidate, of the training images and of held-out ones."""
    train = evidence.features(evidence.seen_in_training())
    return evidence.features(candidate), train, evidence.features(evidence.reference)


register_all(
    (
        (
            _card(
                name="dcr-share",
                summary="share of images nearer to a training than to a held-out one, at as many of both; "
                "0.5 copies nothing; sees little where training images are many more",
                reference="Platzer and Reutterer 2021, Front. Big Data 4:679939",
                better="lower",
                needs=("features", "train"),
            ),
            _against_training(dcr_share),
        ),
        (
            _card(
                name="nndr",
                summary="share of images beside one training image alone; 0.05 is what new real images score",
                reference="Lowe 2004, IJCV 60, 91",
                better="lower",
                needs=("features", "train"),
                interval="too wide where nothing was copied (98.5 % at n = 100)",
            ),
            _against_training(nndr_share),
        ),
        (
            _card(
                name="authenticity",
                summary="authentic images, less the share among real held-out ones; 0 is as new as those",
                reference="Alaa et al. 2022, arXiv 2102.08921",
                better="higher",
                needs=("features", "train"),
            ),
            _against_training(authenticity_gap),
        ),
    )
)


@MEASURES.register(
    _card(
        name="data-copying",
        summary="C_T: standard score of distances to the training set, cell by cell; below -3 is copying",
        reference="Meehan et al. 2020, arXiv 2004.05675",
        better="higher",
        needs=("features", "train"),
    )
)
def data_copying_test(candidate: Candidate, evidence: Evidence) -> Estimate:
    """The data-copying test, in as many cells as the images fill."""
    cells = min(CELLS, max(1, len(candidate) // CELL))
    return data_copying(*_features(candidate, evidence), cells=cells, seed=evidence.settings.seed)


@MEASURES.register(
    _card(
        name="copy-rate",
        summary="share of images nearer to a training image than new ones come, over flips, shifts, turns; "
        "0.01 is what new real images score",
        reference="Dar et al. 2024, arXiv 2402.01054 (threshold from real pairs); this software",
        better="lower",
        needs=("train",),
        by_subject=True,
    )
)
def copy_rate(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Share of copies in pixels, shifted by up to a 21st of the short side and turned by up to 5 degrees."""
    known = evidence.seen_in_training().images
    search = copying.Search.for_films((known.shape[1], known.shape[2]))
    ours, theirs = (
        evidence.once("nearest training image", side, lambda x: copying.nearest(x, known, search).distance)
        for side in (candidate, evidence.reference)
    )
    sides = candidate.subjects, evidence.reference.subjects
    return copying.copy_rate(ours.astype(float), theirs.astype(float), subjects=sides)


@MEASURES.register(
    _card(
        name="membership",
        summary="area under the ROC of an attack that calls near images members; 0.5 learns nothing",
        reference="Chen et al. 2020, arXiv 1909.03935",
        better="lower",
        needs=("features", "train"),
        by_subject=True,
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
