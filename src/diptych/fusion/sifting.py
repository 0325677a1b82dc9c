"""Sifting: which synthetic rows pass thresholds on the scores that the gate gave them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from diptych.base.errors import DiptychError, Problems
from diptych.records.gate import GateScores, GateThresholds
from diptych.records.sample import Record

_SCORES = ("agreement", "worst", "confidence")


def sift(pool: Sequence[Record], thresholds: GateThresholds) -> tuple[tuple[Record, ...], str]:
    """The rows that pass, in order, and a sentence on how many did.

    Raises `DiptychError` for rows without scores, for a threshold on a score that no row has, and where
    nothing passes.
    """
    scored = [(record, record.gate) for record in pool if record.gate is not None]
    _check(pool, [scores for _, scores in scored], thresholds)
    reasons = [(record, thresholds.reasons(scores)) for record, scores in scored]
    kept = tuple(record for record, why in reasons if not why)
    failed = Counter(name for _, why in reasons for name in why)
    said = ", ".join(f"{name} {count}" for name, count in sorted(failed.items()))
    if not kept:
        what = f"none of {len(pool)} rows passes the gate's thresholds ({said})"
        raise DiptychError.of("--synthetic", what, "lower them, or draw better images")
    short = f" (fell short: {said})" if said else ""
    return kept, f"gate: {len(kept)} of {len(pool)} synthetic rows pass{short}"


def _check(pool: Sequence[Record], scores: Sequence[GateScores], thresholds: GateThresholds) -> None:
    problems = Problems()
    bare = [record.id for record in pool if record.gate is None]
    if bare:
        what = f"{len(bare)} of {len(pool)} rows have no gate scores, such as {bare[0]}"
        problems.add("--synthetic", what, "draw them with diptych generate --gate, or set no threshold")
    for name in _SCORES if scores else ():
        # A score that was not taken never falls short: the threshold would look kept and do nothing.
        if getattr(thresholds, name) > 0 and all(getattr(score, name) is None for score in scores):
            problems.add(f"--{name}", "the gate took this score of no row", "leave the threshold out")
    problems.raise_any()
