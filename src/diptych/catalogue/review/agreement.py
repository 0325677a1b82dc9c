"""Do two reviewers agree beyond chance? Cohen's kappa with its interval."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from diptych.base.errors import DiptychError
from diptych.catalogue.review.decisions import JUDGED, Decision, Stage
from diptych.catalogue.review.review import Review
from diptych.catalogue.review.standing import votes

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution."""


@dataclass(frozen=True, kw_only=True)
class Kappa:
    """Agreement of two reviewers on the records that both judged."""

    value: float
    """1 is perfect, 0 is chance; NaN where both gave one and the same answer throughout."""
    low: float
    high: float
    agreed: float
    """Share of the records on which both said the same, 0 to 1."""
    n: int
    table: Mapping[tuple[str, str], int]
    """Records by the words of the first and the second reviewer."""

    def __str__(self) -> str:
        if math.isnan(self.value):
            return f"not defined, both always said the same ({self.n} records)"
        spread = f"[{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f} {spread} (n = {self.n}, {self.agreed:.0%} the same)"


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> Kappa:
    """Cohen's kappa of two raters' words, in the same order, with its 95 % interval.

    Cohen 1960 (Educ. Psychol. Meas. 20, 37); the interval is that of the large-sample standard error of
    Fleiss, Cohen and Everitt 1969 (Psychol. Bull. 72, 323, eq. 13), cut at 1. With few records, or where
    nearly all words are the same, it is too narrow. Raises `DiptychError` for fewer than two records.
    """
    if len(first) != len(second) or len(first) < 2:
        what = f"{min(len(first), len(second))} records are too few"
        raise DiptychError.of("kappa", what, "both must judge at least 2 of the same")
    n, table = len(first), Counter(zip(first, second, strict=True))
    words = sorted({*first, *second})
    share = {(a, b): table[a, b] / n for a in words for b in words}
    rows = {a: sum(share[a, b] for b in words) for a in words}
    columns = {b: sum(share[a, b] for a in words) for b in words}
    agreed = sum(share[a, a] for a in words)
    chance = sum(rows[a] * columns[a] for a in words)
    if chance >= 1:
        return Kappa(value=math.nan, low=math.nan, high=math.nan, agreed=agreed, n=n, table=table)
    value = (agreed - chance) / (1 - chance)
    half = Z95 * _standard_error(share, rows, columns, value, chance, n)
    return Kappa(
        value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), agreed=agreed, n=n, table=table
    )


def _standard_error(
    share: Mapping[tuple[str, str], float],
    rows: Mapping[str, float],
    columns: Mapping[str, float],
    kappa: float,
    chance: float,
    n: int,
) -> float:
    same = sum(share[a, a] * (1 - (rows[a] + columns[a]) * (1 - kappa)) ** 2 for a in rows)
    apart = sum(p * (columns[a] + rows[b]) ** 2 for (a, b), p in share.items() if a != b)
    variance = same + (1 - kappa) ** 2 * apart - (kappa - chance * (1 - kappa)) ** 2
    return math.sqrt(max(variance, 0.0) / n) / (1 - chance)


def agreements(review: Review, stage: Stage, round: int | None = None) -> dict[tuple[str, str], Kappa]:
    """Kappa of every two reviewers who judged at least two records in common, before any consensus.

    Of a round, or of all. Raises `DiptychError` where there are no two such reviewers.
    """
    if stage not in JUDGED:
        raise DiptychError.of("--stage", f"there are no votes at {stage}", f"take {' or '.join(JUDGED)}")
    said = _said([d for d in review.decisions if round in (None, d.round)], stage)
    found = {}
    for one, two in combinations(sorted(said), 2):
        common = sorted(said[one].keys() & said[two].keys())
        if len(common) >= 2:
            words = ([said[who][record] for record in common] for who in (one, two))
            found[one, two] = cohen_kappa(*words)
    if not found:
        what = f"no two reviewers judged the same records at {stage}"
        raise DiptychError.of(str(review.folder), what, "let a second reviewer judge them")
    return found


def _said(decisions: Sequence[Decision], stage: Stage) -> dict[str, dict[str, str]]:
    """Reviewer -> record -> last word."""
    by_record: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_record[decision.record].append(decision)
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for record, taken in by_record.items():
        for reviewer, decision in votes(taken, stage).items():
            said[reviewer][record] = decision.word
    return said
