"""How large is a gain, on a scale without units? And do most subjects share it?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.bootstrap import interval
from diptych.metrics.checks import alike, enough
from diptych.metrics.clusters import clustered_rate
from diptych.metrics.estimate import Estimate
from diptych.metrics.label_agreement import weighted_auc
from diptych.studies.measures import Array, Better

LEAST = 5


def cliffs_delta(first: Array, second: Array, subjects: Sequence[str] = (), seed: int = 0) -> Estimate:
    """P(X > Y) - P(X < Y) for scores X of `first` and Y of `second`, of any two subjects; both (n,).

    Cliff 1993 (Psychol. Bull. 114, 494), between groups. -1 to 1, 0 where the arms' scores overlap
    wholly; 0.15, 0.33 and 0.47 are called small, medium and large (Romano et al. 2006). It is small
    when subjects differ more than arms do, however sure the gain is: `gain_share` keeps the pairing.
    Bootstrap of subjects, both scores of one drawn together. NaN is left out with its subject.
    """
    x, y, names = _known(first, second, subjects)
    scores, ours = np.concatenate([x, y]), np.arange(2 * len(x)) < len(x)

    def delta(weights: Array) -> Array:
        return 2 * weighted_auc(scores, ours, np.tile(weights, 2)) - 1

    low, high = interval(delta, names, seed)
    value = float(delta(np.ones((1, len(x))))[0])
    return Estimate(value=value, low=low, high=high, n=len(x))


def gain_share(
    first: Array, second: Array, better: Better = "higher", subjects: Sequence[str] = ()
) -> Estimate:
    """Share of subjects whose score is better in `first`, ties counting half; both (n,). 0.5 is chance.

    2 x share - 1 is Cliff's delta within pairs. Wilson's interval. NaN is left out with its subject.
    """
    x, y, names = _known(first, second, subjects)
    gains = np.sign(x - y) if better == "higher" else np.sign(y - x)
    return clustered_rate((gains + 1) / 2, names)


def _known(
    first: NDArray[np.generic], second: NDArray[np.generic], subjects: Sequence[str]
) -> tuple[Array, Array, list[str]]:
    x, y = (np.asarray(scores, dtype=np.float64) for scores in (first, second))
    alike(x, y, "scores")
    names = list(subjects) or [str(i) for i in range(len(x))]
    known = np.isfinite(x) & np.isfinite(y)
    enough(int(known.sum()), LEAST, "subjects with both scores")
    return x[known], y[known], [name for name, kept in zip(names, known, strict=True) if kept]
