"""Do probabilities mean what they say? The Brier score, image by image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import alike


def brier_values(probabilities: NDArray[np.floating], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(p - y)^2 of each image, (N,) or (N, labels); 0 is best, 0.25 is what a constant 0.5 scores.

    Brier 1950 (Mon. Weather Rev. 78, 1), in the form for yes and no. Its mean rewards calibration
    and discrimination together, is unbiased at any n, and is compared subject by subject; binned
    calibration errors are neither, and grow when images are few (Kumar et al. 2019, arXiv 1909.10155).
    """
    alike(np.asarray(probabilities), np.asarray(positive), "probabilities")
    values = np.asarray(probabilities, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise DiptychError.of("probabilities", "are not all from 0 to 1", "give probabilities, not logits")
    scores: NDArray[np.float64] = (values - positive) ** 2
    return scores
