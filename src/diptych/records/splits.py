"""Splits and nested low-data subsets: by subject, stratified by findings, deterministic.

All three functions cut one order of the subjects. The order depends on the seed and the
names alone (not on the order of the rows) and spreads every stratum evenly, so any prefix
of it is stratified, and a smaller subset is a prefix of, hence inside, a larger one.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from diptych.base.errors import DiptychError
from diptych.records.sample import Record

_MISSING_STEPS = (0, 4, 14)
"""Missing teeth count as none, few, many or most: exact counts would make strata of one subject."""


def split(
    records: Sequence[Record], fractions: Mapping[str, float], seed: int = 0
) -> dict[str, tuple[Record, ...]]:
    """Divide the records among named parts, no subject in two of them.

    `fractions` maps a name to a share; shares must sum to 1. Parts keep the given order
    of records. Raises `DiptychError` when a share is not in (0, 1] or the sum is off.
    """
    shares = list(fractions.values())
    if any(not 0 < share <= 1 for share in shares) or abs(sum(shares) - 1) > 1e-6:
        raise DiptychError.of(
            "fractions", f"{dict(fractions)} are not shares of a whole", "let them sum to 1"
        )
    order = _order(records, seed, "split")
    bounds, reached = [0], 0.0
    for share in shares:
        reached += share
        bounds.append(_prefix(order, reached * len(records)))
    bounds[-1] = len(order)
    chosen = {
        name: {subject for subject, _ in order[low:high]}
        for name, low, high in zip(fractions, bounds, bounds[1:], strict=False)
    }
    return {name: _of(records, subjects) for name, subjects in chosen.items()}


def carve(
    records: Sequence[Record], fraction: float = 0.15, seed: int = 0
) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
    """(rest, validation): a validation fold of about `fraction` of the records, by subject.

    Both parts hold at least one subject. Raises `DiptychError` for fewer than two subjects.
    """
    _check_fraction(fraction)
    order = _order(records, seed, "carve")
    if len(order) < 2:
        raise DiptychError.of("records", f"{len(order)} subject(s) cannot be divided", "add subjects")
    cut = min(max(_prefix(order, fraction * len(records)), 1), len(order) - 1)
    fold = {subject for subject, _ in order[:cut]}
    rest = {subject for subject, _ in order[cut:]}
    return _of(records, rest), _of(records, fold)


def subset(records: Sequence[Record], fraction: float, seed: int = 0) -> tuple[Record, ...]:
    """About `fraction` of the records, by subject; for one seed, smaller subsets lie inside larger ones."""
    _check_fraction(fraction)
    order = _order(records, seed, "subset")
    cut = max(_prefix(order, fraction * len(records)), min(1, len(order)))
    return _of(records, {subject for subject, _ in order[:cut]})


def subject_of(record: Record) -> str:
    """The subject, or the image's own id where no subject is given: one subject an image."""
    return record.subject or f"image {record.id}"


def signature(records: Iterable[Record]) -> str:
    """What a subject counts as in stratification: its finding names and, coarsely, its missing teeth."""
    names: set[str] = set()
    missing = 0
    for record in records:
        names |= {finding.name for finding in record.findings if finding.name != "missing"}
        missing = max(missing, sum(finding.name == "missing" for finding in record.findings))
    step = sum(missing > bound for bound in _MISSING_STEPS)
    return " ".join([*sorted(names), f"missing:{step}"])


def _order(records: Sequence[Record], seed: int, purpose: str) -> list[tuple[str, int]]:
    """Subjects with their number of records, every stratum spread evenly over the list."""
    by_subject: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_subject[subject_of(record)].append(record)
    strata: dict[str, list[str]] = defaultdict(list)
    for subject, own in by_subject.items():
        strata[signature(own)].append(subject)
    placed: list[tuple[float, str]] = []
    for stratum, subjects in strata.items():
        offset = _uniform(seed, purpose, "stratum", stratum)
        subjects.sort(key=lambda subject: (_uniform(seed, purpose, "subject", subject), subject))
        placed += [((rank + offset) / len(subjects), subject) for rank, subject in enumerate(subjects)]
    return [(subject, len(by_subject[subject])) for _, subject in sorted(placed)]


def _uniform(seed: int, *words: str) -> float:
    """A number in [0, 1) that depends on the seed and the words alone."""
    digest = hashlib.sha256("\0".join([str(seed), *words]).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _prefix(order: list[tuple[str, int]], wanted: float) -> int:
    """The number of leading subjects whose records come nearest to `wanted`."""
    best, count = 0, 0
    nearest = abs(wanted)
    for index, (_, records) in enumerate(order, start=1):
        count += records
        if abs(count - wanted) < nearest:
            best, nearest = index, abs(count - wanted)
    return best


def _of(records: Sequence[Record], subjects: set[str]) -> tuple[Record, ...]:
    return tuple(record for record in records if subject_of(record) in subjects)


def _check_fraction(fraction: float) -> None:
    if not 0 < fraction <= 1:
        raise DiptychError.of("fraction", f"{fraction} is not a share", "give a number above 0 and up to 1")
