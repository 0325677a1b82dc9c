"""The real side of a comparison, and everything that measures may ask about a candidate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.evaluation.candidates import Candidate

T = TypeVar("T")

Judge = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""Images (N, H, W) -> masks (N, H, W): a trained segmenter, or anything that acts like one."""

Scorer = Callable[[NDArray[np.uint8]], NDArray[np.floating]]
"""Images (N, H, W) -> probabilities (N, findings): a trained classifier, or its like."""

Features = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Images (N, H, W) -> features (N, d)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a protocol fixes for its measures; a protocol's file may set each of them."""

    k: int = 5
    """Neighbours of the nearest-neighbour measures."""
    draws: int = 20
    """Subsamples where a measure takes several."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """What a candidate is held against.

    `reference` are real images that no generator saw; `train` those that it may have seen;
    `control` are further real images, in neither of the two, where a measure needs them.
    """

    reference: Candidate
    train: Candidate | None = None
    control: Candidate | None = None
    judge: Judge | None = None
    scorer: Scorer | None = None
    finding: str = ""
    """The finding whose probability stands in the scorer's first column."""
    extract: Features | None = None
    extractor: str = ""
    """The name of `extract`."""
    settings: Settings = Settings()
    kept: dict[tuple[str | int, ...], tuple[object, Any]] = field(default_factory=dict)
    """What was computed already; comparisons of the same candidates may share it."""

    def features(self, candidate: Candidate) -> NDArray[np.generic]:
        """Features (N, d) of a candidate by the extractor of this comparison."""
        extract = _there(self.extract, "extractor", "name one in the protocol")
        return self.once(f"features {self.extractor}", candidate, extract)

    def judged(self, candidate: Candidate) -> NDArray[np.uint8]:
        """The masks (N, H, W) that the judge sees in a candidate's images."""
        judge = _there(self.judge, "judge", "give a trained segmenter")
        return self.once("judged", candidate, judge).astype(np.uint8)

    def scored(self, candidate: Candidate) -> NDArray[np.generic]:
        """Probabilities (N, findings) that the classifier gives a candidate's images."""
        scorer = _there(self.scorer, "classifier", "give a trained classifier")
        return self.once("scored", candidate, scorer)

    def seen_in_training(self) -> Candidate:
        """The training images. Raises `DiptychError` when there are none."""
        return _there(self.train, "training images", "give --train")

    def once(
        self,
        what: str,
        candidate: Candidate,
        work: Callable[[NDArray[np.uint8]], NDArray[np.generic]],
    ) -> NDArray[np.generic]:
        """`work` done on a candidate's images (N, H, W), once only; a part takes its rows of the whole."""
        if candidate.whole is not None:
            return self.once(what, candidate.whole, work)[list(candidate.rows)]
        # Keyed by identity, and the candidate kept with it, so that no other can take its number.
        key = (what, id(candidate))
        if key not in self.kept:
            self.kept[key] = candidate, np.asarray(work(candidate.images))
        found: NDArray[np.generic] = self.kept[key][1]
        return found

    def beside_reference(self, what: str, candidate: Candidate, work: Callable[[], T]) -> T:
        """`work` that compares a candidate's features with the reference's, done once only."""
        key = (what, self.extractor, id(candidate), id(self.reference))
        if key not in self.kept:
            self.kept[key] = (candidate, self.reference), work()
        found: T = self.kept[key][1]
        return found


def _there(value: T | None, what: str, remedy: str) -> T:
    if value is None:
        raise DiptychError.of(what, "is needed for this measure and was not given", remedy)
    return value
