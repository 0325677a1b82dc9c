"""Synthetic, training and held-out features: what every question of privacy asks of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.metrics.checks import features
from diptych.metrics.clusters import clustered_rate
from diptych.metrics.estimate import Estimate

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
    ours: NDArray[np.float64],
    theirs: NDArray[np.float64],
    level: float,
    notes: tuple[str, ...] = (),
    subjects: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> Estimate:
    """Share of our values (N,) below the bar under which the share `level` of theirs (m,) lies.

    Values of one distribution come to `level` on average, whatever m; tied values count by the
    part of them that their side has below the bar. With m + 1 < 1 / `level` no value of theirs
    lies so low: their lowest is the bar, under which 1 / (m + 1) of new values lie, and the share
    is taken back to `level` as if ours were copies, far below it, among new values (below 0 is 0);
    of ours that all lie somewhat lower than new values it then says too much.

    The interval has the error of both sides: Wilson's of our share, joined by the square-and-add
    rule (Zou and Donner 2008, Stat. Med. 27, 1693) to what the share is at the ends of the bar's
    own exact interval. Where so few of theirs leave that interval open below, as many of ours as
    new values may have below the lowest bar (its exact 97.5 % bound) are taken off as new. Several
    values of one of the `subjects`, ours and theirs, count as far as they differ.
    """
    from scipy.stats import binom

    if not 0 < level < 1:
        raise DiptychError.of("level", f"{level:g} is not between 0 and 1", "choose a share")
    bars = _one_a_subject(theirs, subjects[1])
    m = len(bars)
    below = _below(ours, bars, level)
    own, shift = clustered_rate(below, subjects[0]), max(level, 1 / (m + 1))
    value, low = (_taken_back(end, shift, level) for end in (own.value, own.low))
    first, last = (int(rank) for rank in binom.ppf([0.025, 0.975], m, level))
    if first > 0:
        least = float(np.mean(ours < bars[first - 1]))
    else:
        least = _taken_back(float(np.mean(ours < bars[0])), 1 - 0.025 ** (1 / m), level)
    most = float(np.mean(ours <= bars[last])) if last < m else 1.0
    low = max(0.0, value - math.hypot(value - low, max(value - least, 0.0)))
    high = min(1.0, value + math.hypot(own.high - value, max(most - value, 0.0)))
    return Estimate(value=value, low=low, high=high, n=len(ours), notes=notes)


def bar_at(theirs: NDArray[np.float64], level: float) -> float:
    """The value under which a new one lies with the chance `level`: rank `level` (m + 1) of theirs (m,).

    Hyndman and Fan 1996 (Am. Stat. 50, 361), definition 6: unbiased, where the usual interpolation
    has (1 + `level` (m - 1)) / (m + 1) of new values below it, three times 1 % at m = 50. The
    lowest of theirs where that rank is below 1.
    """
    return float(np.percentile(theirs, 100 * level, method="weibull"))


def _below(ours: NDArray[np.float64], bars: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """1 for each of ours below the bar; for those on it the part that brings theirs to `level`."""
    bar = bar_at(bars, level)
    tied = float(np.mean(bars == bar))
    part = min(max((level - float(np.mean(bars < bar))) / tied, 0.0), 1.0) if tied else 0.0
    return np.where(ours < bar, 1.0, np.where(ours == bar, part, 0.0))


def _one_a_subject(values: NDArray[np.float64], subjects: Sequence[str]) -> NDArray[np.float64]:
    """Sorted values, as many as there are subjects, at the places of all of them."""
    count = len(set(subjects)) or len(values)
    if count >= len(values):
        return np.sort(values)
    places = 100 * np.arange(1, count + 1) / (count + 1)
    return np.asarray(np.percentile(values, places, method="weibull"))


def _taken_back(share: float, shift: float, level: float) -> float:
    """The share of copies among new values below a bar at `level`, from that below one at `shift`."""
    return max(0.0, 1 - (1 - share) * (1 - level) / (1 - shift))
