"""How near is an image to the training images, in units of how near real images come to each other?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.base.progress import track
from diptych.metrics.copying import Album, Search, copy_threshold

FOLDS = 6
"""Parts of the training images, each searched among the others."""
MOST = 400
"""Training images that set the threshold: more of them make it hardly surer, and take longer."""
SAME = 0.1
"""Two training images nearer than this are one picture in the cohort twice; the nearest different ones of
real cohorts are 0.35 apart. They say nothing of how near two pictures may come."""


class Nearness:
    """Training images (N, H, W), and the distance below which an image counts as a copy of one.

    That is the copy audit's threshold, a first percentile, but of distances within the training part, from
    each image to the nearest one of another subject, so that the gate looks at no held-out image. Raises
    `DiptychError` when the images are of one subject only, or all the same.
    """

    def __init__(self, known: NDArray[np.uint8], subjects: tuple[str, ...]) -> None:
        search = Search.for_films((known.shape[1], known.shape[2]))
        self._album = Album(known, search)
        some = np.isin(np.arange(len(known)), np.random.default_rng(0).permutation(len(known))[:MOST])
        apart = np.concatenate(
            [
                Album(known[~fold], search).nearest(known[fold & some]).distance
                for fold in track(_folds(subjects), "comparing training images", FOLDS)
                if (fold & some).any()
            ]
        )
        if not (apart > SAME).any():
            what = "its training images are all the same picture"
            raise DiptychError.of("--gate", what, "give a cohort with different images")
        self.threshold = copy_threshold(apart[apart > SAME])

    def __call__(self, image: NDArray[np.uint8]) -> float:
        """Distance of an image (H, W) to its nearest training image, 1 being the threshold.

        Searched alone, so that the result does not depend on company, to the last bit.
        """
        return float(self._album.nearest(image[None]).distance[0]) / self.threshold


def _folds(subjects: tuple[str, ...]) -> list[NDArray[np.bool_]]:
    """Which images are in each fold, by subject, (N,) each."""
    names = sorted(set(subjects))
    if len(names) < 2:
        raise DiptychError.of("--gate", "its training images are of one subject", "give a larger cohort")
    place = {name: i % FOLDS for i, name in enumerate(names)}
    own = np.array([place[subject] for subject in subjects])
    return [own == fold for fold in range(FOLDS)]
