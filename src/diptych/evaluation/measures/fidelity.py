"""Fidelity: do the images look like real ones, as an extractor sees them?"""

from __future__ import annotations

from diptych.evaluation.candidates import Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures.registry import MEASURES, MeasureCard
from diptych.metrics.coverage import prdc
from diptych.metrics.estimate import Estimate
from diptych.metrics.frechet import frd
from diptych.metrics.frechet import frechet as frechet_of
from diptych.metrics.kid import kid as kid_of
from diptych.metrics.mmd import mmd as mmd_of


@MEASURES.register(
    MeasureCard(
        name="frechet",
        summary="distance of two Gaussians fitted to the features; biased upwards at small n",
        reference="Dowson and Landau 1982; Heusel et al. 2017, arXiv 1706.08500",
        axis="fidelity",
        better="lower",
        bad="blurred",
        needs=("features",),
    )
)
def frechet(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Fréchet distance to the reference."""
    return frechet_of(evidence.features(candidate), evidence.features(evidence.reference))


@MEASURES.register(
    MeasureCard(
        name="kid",
        summary="kernel distance of the features, unbiased at any n",
        reference="Binkowski et al. 2018, arXiv 1801.01401",
        axis="fidelity",
        better="lower",
        bad="blurred",
        needs=("features",),
        interval="too narrow where a mode of the real images is lost (90 % at n = 100)",
    )
)
def kid(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Kernel distance to the reference."""
    return kid_of(evidence.features(candidate), evidence.features(evidence.reference))


@MEASURES.register(
    MeasureCard(
        name="mmd",
        summary="distance by a Gaussian kernel as wide as real images lie apart",
        reference="Gretton et al. 2012; Jayasumana et al. 2024, arXiv 2401.09603",
        axis="fidelity",
        better="lower",
        bad="blurred",
        needs=("features",),
    )
)
def mmd(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Maximum mean discrepancy to the reference."""
    return mmd_of(evidence.features(candidate), evidence.features(evidence.reference))


@MEASURES.register(
    MeasureCard(
        name="frechet-radiomic",
        summary="log Fréchet distance of standardised grey-level statistics and textures",
        reference="Konz, Osuala et al. 2026, arXiv 2412.01496",
        axis="fidelity",
        better="lower",
        bad="noisy",
        needs=("features",),
    )
)
def frechet_radiomic(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Radiomic Fréchet distance to the reference, log form."""
    return frd(evidence.features(candidate), evidence.features(evidence.reference))


@MEASURES.register(
    MeasureCard(
        name="precision",
        summary="share of images that fall among the real ones",
        reference="Kynkäänniemi et al. 2019, arXiv 1904.06991",
        axis="fidelity",
        better="higher",
        bad="blurred",
        needs=("features",),
    )
)
def precision(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Improved precision against the reference."""
    made, real = evidence.features(candidate), evidence.features(evidence.reference)
    return prdc(made, real, evidence.settings.k).precision


@MEASURES.register(
    MeasureCard(
        name="density",
        summary="how many real neighbourhoods an image falls into; about 1 for real ones",
        reference="Naeem et al. 2020, arXiv 2002.09797",
        axis="fidelity",
        better="higher",
        bad="blurred",
        needs=("features",),
    )
)
def density(candidate: Candidate, evidence: Evidence) -> Estimate:
    """Density among the reference."""
    made, real = evidence.features(candidate), evidence.features(evidence.reference)
    return prdc(made, real, evidence.settings.k).density
