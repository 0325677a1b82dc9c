"""Which rows come first: an order that depends on the seed and the rows' names alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from fractions import Fraction

from diptych.records.sample import Record


def ranked(records: Iterable[Record], seed: int, purpose: str = "pick") -> tuple[Record, ...]:
    """The records in an order that the seed draws; leaving some out does not change that of the others.

    Taking a prefix of it is drawing without replacement, and a smaller draw lies inside a larger one.
    """
    return tuple(sorted(records, key=lambda record: (address(seed, purpose, record.id), record.id)))


def address(seed: int, *words: str) -> int:
    """64 bits that depend on the seed and the words alone."""
    digest = hashlib.sha256("\0".join([str(seed), *words]).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def exact(ratio: float) -> Fraction:
    """The ratio as it was written: 0.1 is a tenth, so that 0.1 of 30 rows are 3 to the row."""
    return Fraction(repr(ratio))


def times(count: int, ratio: float) -> int:
    """`ratio` times so many rows, to the nearest whole row, halves up."""
    return int(count * exact(ratio) + Fraction(1, 2))
