"""Blocks of rows of a matrix of all pairs, so that it is never held whole."""

from __future__ import annotations

from collections.abc import Iterator

HELD = 2**23
"""Values held at once: 64 MiB of float64, whatever the number of samples."""

MOST = 512
"""Rows at once: more make a matrix product no faster."""


def row_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Consecutive slices of `rows` rows of `columns` values each."""
    step = min(MOST, max(1, HELD // columns))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
