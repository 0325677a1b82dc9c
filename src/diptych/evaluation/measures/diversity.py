"""Diversity: are the images as varied as the real ones, and do they reach all of them?"""

from __future__ import annotations

from functools import partial

from diptych.evaluation.candidates import Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.paired import against_reference, of_prdc, register_all
from diptych.evaluation.measures.registry import MEASURES, MeasureCard
from diptych.metrics.estimate import Estimate
from diptych.metrics.ms_ssim import ms_ssim_diversity
from diptych.metrics.support import beta_recall
from diptych.metrics.vendi import vendi_ratio

_card = partial(MeasureCard, axis="diversity", bad="collapsed", better="higher", needs=("features",))

register_all(
    (
        (
            _card(
                name="recall",
                summary="share of real images that fall among these",
                reference="Kynkäänniemi et al. 2019, arXiv 1904.06991",
            ),
            of_prdc(lambda found: found.recall),
        ),
        (
            _card(
                name="coverage",
                summary="share of real images with one of these in their neighbourhood",
                reference="Naeem et al. 2020, arXiv 2002.09797",
            ),
            of_prdc(lambda found: found.coverage),
        ),
        (
            _card(
                name="beta-recall",
                summary="how much of the real images the densest parts of these hold, over all parts",
                reference="Alaa et al. 2022, arXiv 2102.08921",
                interval="too wide where both sets agree (98.5 % at n = 100)",
            ),
            against_reference(beta_recall),
        ),
        (
            _card(
                name="vendi-ratio",
                summary="effective number of different images, over that of as many real ones",
                reference="Friedman and Dieng 2022, arXiv 2210.02410",
            ),
            against_reference(vendi_ratio),
        ),
    )
)


@MEASURES.register(
    MeasureCard(
        name="ms-ssim",
        summary="mean likeness of two of the images; higher is less varied, noise lowers it",
        reference="Wang et al. 2003; Odena et al. 2017, arXiv 1610.09585",
        axis="diversity",
        better="middle",
        bad="collapsed",
    )
)
def ms_ssim(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Mean multi-scale structural similarity of random pairs."""
    return ms_ssim_diversity(candidate.images, seed=evidence.settings.seed)
