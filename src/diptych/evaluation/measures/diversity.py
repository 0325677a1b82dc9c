"""Diversity: are the images as varied as the real ones, and do they reach all of them?"""

from __future__ import annotations

from diptych.evaluation.candidates import Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.registry import MEASURES, MeasureCard
from diptych.metrics.coverage import prdc
from diptych.metrics.estimate import Estimate
from diptych.metrics.ms_ssim import ms_ssim_diversity
from diptych.metrics.support import beta_recall as beta_recall_of
from diptych.metrics.vendi import vendi_ratio as vendi_ratio_of

COLLAPSED = "collapsed"


@MEASURES.register(
    MeasureCard(
        name="recall",
        summary="share of real images that fall among these",
        reference="Kynkäänniemi et al. 2019, arXiv 1904.06991",
        axis="diversity",
        better="higher",
        bad=COLLAPSED,
        needs=("features",),
    )
)
def recall(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Improved recall of the reference."""
    made, real = evidence.features(candidate), evidence.features(evidence.reference)
    return prdc(made, real, evidence.settings.k).recall


@MEASURES.register(
    MeasureCard(
        name="coverage",
        summary="share of real images with one of these in their neighbourhood",
        reference="Naeem et al. 2020, arXiv 2002.09797",
        axis="diversity",
        better="higher",
        bad=COLLAPSED,
        needs=("features",),
    )
)
def coverage(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Coverage of the reference."""
    made, real = evidence.features(candidate), evidence.features(evidence.reference)
    return prdc(made, real, evidence.settings.k).coverage


@MEASURES.register(
    MeasureCard(
        name="beta-recall",
        summary="how much of the real images the densest parts of these hold, over all parts",
        reference="Alaa et al. 2022, arXiv 2102.08921",
        axis="diversity",
        better="higher",
        bad=COLLAPSED,
        needs=("features",),
        interval="too wide where both sets agree (98.5 % at n = 100)",
    )
)
def beta_recall(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Integrated beta-recall of the reference."""
    return beta_recall_of(evidence.features(candidate), evidence.features(evidence.reference))


@MEASURES.register(
    MeasureCard(
        name="vendi-ratio",
        summary="effective number of different images, over that of as many real ones",
        reference="Friedman and Dieng 2022, arXiv 2210.02410",
        axis="diversity",
        better="higher",
        bad=COLLAPSED,
        needs=("features",),
    )
)
def vendi_ratio(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Vendi score over the reference's."""
    return vendi_ratio_of(evidence.features(candidate), evidence.features(evidence.reference))


@MEASURES.register(
    MeasureCard(
        name="ms-ssim",
        summary="mean likeness of two of the images; higher is less varied, noise lowers it",
        reference="Wang et al. 2003; Odena et al. 2017, arXiv 1610.09585",
        axis="diversity",
        better="middle",
        bad=COLLAPSED,
    )
)
def ms_ssim(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Mean multi-scale structural similarity of random pairs."""
    return ms_ssim_diversity(candidate.images, seed=evidence.settings.seed)
