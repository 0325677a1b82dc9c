"""Are there copies of training images among the synthetic ones?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.downstream.recipes import SIZES
from diptych.evaluation.stacks import image_stack
from diptych.metrics.copying import Nearest, Search, copy_rate, copy_threshold, nearest
from diptych.metrics.estimate import Estimate
from diptych.records.cohort import Cohort
from diptych.records.pixels import stretch
from diptych.records.splits import subject_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Audit:
    """The copy rate, and what it was read from."""

    copies: Estimate
    """Share of synthetic images nearer to a training image than `threshold`."""
    threshold: float
    """First percentile of the distances from held-out to training images."""
    synthetic: Nearest
    """For each synthetic image its distance to, and the index of, the nearest training image."""
    heldout: Nearest
    """The same for each held-out real image."""

    def lines(self) -> tuple[str, ...]:
        """What to print."""
        ours, theirs = np.median(self.synthetic.distance), np.median(self.heldout.distance)
        return (
            f"copy rate {self.copies}; about 0.01 is expected of new real images",
            f"nearest training image, median distance: synthetic {ours:.3f}, held-out {theirs:.3f}, "
            f"threshold {self.threshold:.3f} (0 = the same picture, 1.41 = unrelated)",
        )


def audit(
    synthetic: Cohort | NDArray[np.uint8], train: Cohort, heldout: Cohort, search: Search | None = None
) -> Audit:
    """Search every synthetic image among the training images; held-out images set the scale.

    `synthetic` is a cohort or a stack (N, H, W) of images. All are stretched to the size of
    their body region. Raises `DiptychError` when a subject is in both real parts: a copy
    of it would then set the threshold, and hide the others.
    """
    _check_apart(train, heldout)
    known, fresh = image_stack(train), image_stack(heldout)
    made = image_stack(synthetic) if isinstance(synthetic, Cohort) else _stack(synthetic, SIZES[train.body])
    search = search or Search.for_films((known.shape[1], known.shape[2]))
    ours, theirs = nearest(made, known, search), nearest(fresh, known, search)
    made_of = _subjects(synthetic) if isinstance(synthetic, Cohort) else ()
    return Audit(
        copies=copy_rate(ours.distance, theirs.distance, subjects=(made_of, _subjects(heldout))),
        threshold=copy_threshold(theirs.distance),
        synthetic=ours,
        heldout=theirs,
    )


def _subjects(cohort: Cohort) -> tuple[str, ...]:
    """The subject of every sample."""
    return tuple(subject_of(record) for record in cohort.records)


def _stack(images: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.stack([stretch(image, size) for image in images]).astype(np.uint8)


def _check_apart(train: Cohort, heldout: Cohort) -> None:
    if train.body != heldout.body:
        raise DiptychError.of(
            str(heldout.path), f"shows {heldout.body}, not {train.body}", "choose another cohort"
        )
    shared = {subject_of(r) for r in train.records} & {subject_of(r) for r in heldout.records}
    if shared:
        what = f"{len(shared)} subjects are in the training and in the held-out part, such as {min(shared)!r}"
        raise DiptychError.of(str(heldout.path), what, "split by subject")
