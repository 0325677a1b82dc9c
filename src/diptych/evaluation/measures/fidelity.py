"""Fidelity: do the images look like real ones, as an extractor sees them?"""

from __future__ import annotations

from functools import partial

from diptych.evaluation.measures.paired import against_reference, of_prdc, register_all
from diptych.evaluation.measures.registry import MeasureCard
from diptych.metrics.frechet import frd, frechet
from diptych.metrics.kid import kid
from diptych.metrics.mmd import mmd

_card = partial(MeasureCard, axis="fidelity", bad="blurred", needs=("features",))

register_all(
    (
        (
            _card(
                name="frechet",
                summary="distance of two Gaussians fitted to the features; biased upwards at small n",
                reference="Dowson and Landau 1982; Heusel et al. 2017, arXiv 1706.08500",
                better="lower",
            ),
            against_reference(frechet),
        ),
        (
            _card(
                name="kid",
                summary="kernel distance of the features, unbiased at any n",
                reference="Binkowski et al. 2018, arXiv 1801.01401",
                better="lower",
                interval="too narrow where a mode of the real images is lost (90 % at n = 100)",
            ),
            against_reference(kid),
        ),
        (
            _card(
                name="mmd",
                summary="distance by a Gaussian kernel as wide as real images lie apart",
                reference="Gretton et al. 2012; Jayasumana et al. 2024, arXiv 2401.09603",
                better="lower",
            ),
            against_reference(mmd),
        ),
        (
            _card(
                name="frechet-radiomic",
                summary="log Fréchet distance of standardised grey-level statistics and textures",
                reference="Konz, Osuala et al. 2026, arXiv 2412.01496",
                better="lower",
                bad="noisy",
                interval="too narrow where features vary in a few real images only (85 to 92 % at n = 51)",
            ),
            against_reference(frd),
        ),
        (
            _card(
                name="precision",
                summary="share of images that fall among the real ones",
                reference="Kynkäänniemi et al. 2019, arXiv 1904.06991",
                better="higher",
            ),
            of_prdc(lambda found: found.precision),
        ),
        (
            _card(
                name="density",
                summary="how many real neighbourhoods an image falls into; about 1 for real ones",
                reference="Naeem et al. 2020, arXiv 2002.09797",
                better="higher",
            ),
            of_prdc(lambda found: found.density),
        ),
    )
)
