"""Synthetic, training and held-out features: what every question of privacy asks of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features
from diptych.metrics.estimate import Estimate
from diptych.metrics.rates import rate

LEAST = 20
"""Records of each set below which no share near 5 % can be told from none."""


def check_three(
    synthetic: NDArray[np.generic],
    train: NDArray[np.generic],
    heldout: NDArray[np.generic],
    least: int = LEAST,
) -> None:
    """Refuse features (N, d), (n, d), (m, d) that cannot answer whether training records leak.

    Raises `DiptychError` when a set is too small, not finite or of another width, and when a
    training record is among the held-out ones: that makes copies of it look lawful.
    """
    named = {"synthetic": synthetic, "train": train, "heldout": heldout}
    for name, rows in named.items():
        features(rows, name, least)
    if len({rows.shape[1] for rows in named.values()}) > 1:
        widths = ", ".join(str(rows.shape[1]) for rows in named.values())
        raise DiptychError.of("features", f"widths {widths} differ", "use one extractor")
    known = {hash(row.tobytes()) for row in np.asarray(train, dtype=np.float64)}
    shared = sum(hash(row.tobytes()) in known for row in np.asarray(heldout, dtype=np.float64))
    if shared:
        what = f"{shared} of {len(heldout)} records are training records too"
        raise DiptychError.of("heldout", what, "split by subject, without duplicates")


def share_below(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], level: float, notes: tuple[str, ...] = ()
) -> Estimate:
    """Share of our values (N,) below the bar under which the share `level` of theirs (m,) lies.

    Values of one distribution come to `level`; tied values count by the part of them that
    their side has below the bar. The interval has the error of both sides: Wilson's of our
    share, joined by the square-and-add rule (Zou and Donner 2008, Stat. Med. 27, 1693) to
    what the share is at the ends of the bar's own exact interval.
    """
    from scipy.stats import binom

    if not 0 < level < 1:
        raise DiptychError.of("level", f"{level:g} is not between 0 and 1", "choose a share")
    bars = np.concatenate([[-np.inf], np.sort(theirs), [np.inf]])
    bar = float(np.percentile(theirs, 100 * level, method="weibull"))
    tied = float(np.mean(theirs == bar))
    part = min(max((level - float(np.mean(theirs < bar))) / tied, 0.0), 1.0) if tied else 0.0
    value = float(np.mean(ours < bar) + part * np.mean(ours == bar))
    first, last = (int(rank) for rank in binom.ppf([0.025, 0.975], len(theirs), level))
    least, most = float(np.mean(ours < bars[first])), float(np.mean(ours <= bars[last + 1]))
    own = rate(value * len(ours), len(ours))
    low = max(0.0, value - math.hypot(value - own.low, max(value - least, 0.0)))
    high = min(1.0, value + math.hypot(own.high - value, max(most - value, 0.0)))
    return Estimate(value=value, low=low, high=high, n=len(ours), notes=notes)
