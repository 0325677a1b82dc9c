"""Radiomic features: first order, grey-level pairs, grey-level runs, wavelets. Version 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diptych.base.optional import optional
from diptych.downstream.arrays import to_bytes
from diptych.evaluation.extractors.card import EXTRACTORS, CardedExtractor, ExtractorCard
from diptych.evaluation.extractors.first_order import FIRST_ORDER, entropy, first_order, log_kurtosis
from diptych.evaluation.extractors.frame import grey_stack
from diptych.evaluation.extractors.runs import RUNS, run_features
from diptych.records.sample import Grey

SHORTER_SIDE = 128
"""Pixels that images are stretched to, aspect kept: texture only means something at one scale."""
LEVELS = 32
"""Grey levels of pairs and runs."""
DISTANCES = (1, 3)
"""Pixels between the two greys of a pair."""
ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
PAIRS = ("contrast", "dissimilarity", "homogeneity", "ASM", "correlation", "entropy")
WAVELET, DEPTH = "coif1", 2
BANDS = ("smooth2", "rows2", "columns2", "diagonals2", "rows1", "columns1", "diagonals1")
"""The smooth rest and the details of level 2, then those of level 1; `rows` holds edges along rows."""
IN_BANDS = ("log_energy", "log_kurtosis", "entropy", "contrast", "homogeneity", "correlation")
NOISE_FLOOR = 1e-8
"""Added to energies before the logarithm: coefficients below 1e-4 of the full range are silence."""

NAMES = (
    *(f"first_{name}" for name in FIRST_ORDER),
    *(f"pairs{distance}_{name}" for distance in DISTANCES for name in PAIRS),
    *(f"runs_{name}" for name in RUNS),
    *(f"{band}_{name}" for band in BANDS for name in IN_BANDS),
)
"""All features, in the order of the columns."""

RADIOMICS = ExtractorCard(
    name="radiomics-v1",
    summary="first-order, grey-level pair (GLCM), grey-level run (GLRLM) and wavelet features",
    reference="Haralick et al. 1973, doi 10.1109/TSMC.1973.4309314; Galloway 1975, "
    "doi 10.1016/S0146-664X(75)80008-6; Chu et al. 1990, doi 10.1016/0167-8655(90)90112-F",
    features=len(NAMES),
    sha256="",
    preprocessing=f"stretched to a shorter side of {SHORTER_SIDE} (Lanczos, antialiased), 8 bit, greys as "
    f"shares of the full range, {LEVELS} levels of equal width; {WAVELET} wavelets in {DEPTH} levels",
    blind_to="where things are: a jaw upside down has the same first-order features and runs. Not comparable "
    "with PyRadiomics or frd-score, which choose other features, filters and bins",
)


@EXTRACTORS.register(RADIOMICS)
def radiomics() -> CardedExtractor:
    """The radiomic extractor; raises `DiptychError` where scikit-image or PyWavelets is missing."""
    what = f"extractor {RADIOMICS.name}"
    return Radiomics(texture=optional("skimage.feature", what), wavelets=optional("pywt", what))


@dataclass(frozen=True, kw_only=True, eq=False)
class Radiomics:
    """Images (N, H, W), 8 or 16 bit -> features (N, len(NAMES)), float32, each image by itself."""

    texture: Any
    """`skimage.feature`"""
    wavelets: Any
    """`pywt`"""
    card: ExtractorCard = RADIOMICS

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        """See the class. Raises `DiptychError` for other pixels."""
        return np.stack([self._row(image) for image in grey_stack(images)]).astype(np.float32)

    def _row(self, image: Grey) -> NDArray[np.float64]:
        unit = _unit(image)
        levels = np.minimum((unit * LEVELS).astype(np.uint8), LEVELS - 1)
        parts = [
            first_order(unit, LEVELS),
            self._pairs(levels, DISTANCES, PAIRS),
            run_features(levels, LEVELS),
        ]
        deep, *details = self.wavelets.wavedec2(unit, WAVELET, mode="symmetric", level=DEPTH)
        bands = [deep, *(band for level in details for band in level)]
        return np.concatenate([*parts, *(self._band(band) for band in bands)])

    def _pairs(
        self, levels: NDArray[np.uint8], distances: tuple[int, ...], names: tuple[str, ...]
    ) -> NDArray[np.float64]:
        """Properties of the co-occurrence matrix, averaged over four directions."""
        matrix = self.texture.graycomatrix(levels, distances, ANGLES, LEVELS, symmetric=True, normed=True)
        table = np.array([self.texture.graycoprops(matrix, name).mean(axis=1) for name in names])
        whole: NDArray[np.float64] = table.T.ravel()
        return whole

    def _band(self, band: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coefficients, and their texture in levels over three deviations to each side of the mean."""
        deviation = band.std()
        within = np.clip((band - band.mean()) / (6 * deviation) + 0.5, 0, 1) if deviation > 1e-9 else band * 0
        levels = np.minimum((within * LEVELS).astype(np.uint8), LEVELS - 1)
        own = [np.log((band**2).mean() + NOISE_FLOOR), log_kurtosis(band), entropy(within, LEVELS)]
        return np.concatenate([own, self._pairs(levels, (1,), IN_BANDS[3:])])


def _unit(image: Grey) -> NDArray[np.float64]:
    """The image at the working size, in [0, 1], of 256 greys: deeper ones would be texture of their own."""
    height, width = image.shape
    scale = SHORTER_SIDE / min(height, width)
    # Not beyond reason for a strip: every side stays between the shorter one and 16 times it.
    size = tuple(min(round(side * scale), 16 * SHORTER_SIDE) for side in (height, width))
    return to_bytes(image, (size[0], size[1])) / 255.0
