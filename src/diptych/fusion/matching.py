"""Matched distributions: synthetic rows whose joint label histogram is the real one's, to the row."""

from __future__ import annotations

import math
from collections.abc import Mapping

from diptych.base.errors import DiptychError, Problems
from diptych.fusion.labelling import Cell, Labelling
from diptych.fusion.material import Material
from diptych.fusion.order import address, exact, ranked, times
from diptych.records.sample import Record


def matched(material: Material) -> dict[Cell, tuple[Record, ...]]:
    """For every bin of the real histogram (label combinations x groups) its synthetic rows.

    A bin of n real rows gets ratio x n rows. Where that is no whole number, what is left of the total goes by
    largest remainder (Hamilton's rule): every bin is less than one row off, and the total is right. Findings
    that nobody looked for in some real row have no known distribution and do not count. Raises one
    `DiptychError` with every bin for which the pool is too small, or when no label is left to match by.
    """
    material.wanted()
    _check_known(material)
    arm, labelling = material.arm, material.labelling
    real, pool = labelling.histogram(material.real), labelling.histogram(material.synthetic)
    wanted = quotas(real, arm.ratio, arm.seed, labelling)
    _check_enough(wanted, pool, labelling, _best_ratio(real, pool, arm.seed, labelling))
    rows: dict[Cell, list[Record]] = {cell: [] for cell in wanted}
    for record in ranked(material.synthetic, arm.seed):
        chosen = rows.get(labelling.cell(record), [])
        if len(chosen) < wanted.get(labelling.cell(record), 0):
            chosen.append(record)
    return {cell: tuple(records) for cell, records in rows.items()}


def _check_known(material: Material) -> None:
    """Raise `DiptychError` where real rows do not say of any label how it is distributed."""
    labelling, remedy = material.labelling, "leave those rows out, or choose another strategy"
    if "findings" in labelling.unsure:
        raise DiptychError.of("--real", "nobody looked for findings in some of its rows", remedy)
    if labelling.classes and all(map(labelling.is_unsure, labelling.classes)):
        raise DiptychError.of("--classes", "none was looked for in every real row", remedy)


def quotas(counts: Mapping[Cell, int], ratio: float, seed: int, labelling: Labelling) -> dict[Cell, int]:
    """Rows for each bin: `ratio` x its count, the rest of the total by largest remainder."""
    shares = {cell: count * exact(ratio) for cell, count in counts.items()}
    given = {cell: math.floor(share) for cell, share in shares.items()}
    left = times(sum(counts.values()), ratio) - sum(given.values())

    def first(cell: Cell) -> tuple[object, int]:
        return given[cell] - shares[cell], address(seed, "remainder", labelling.words(cell))

    for cell in sorted(shares, key=first)[:left]:
        given[cell] += 1
    return given


def _best_ratio(real: Mapping[Cell, int], pool: Mapping[Cell, int], seed: int, labelling: Labelling) -> float:
    """A ratio of two digits that the pool is enough for; 0 when a bin is empty."""
    best = min(math.floor(100 * pool.get(cell, 0) / count) / 100 for cell, count in real.items())
    wanted = quotas(real, best, seed, labelling)
    return best if all(count <= pool.get(cell, 0) for cell, count in wanted.items()) else 0.0


def _check_enough(
    wanted: Mapping[Cell, int], pool: Mapping[Cell, int], labelling: Labelling, best: float
) -> None:
    problems = Problems()
    lower = f", or --ratio {best:g}, for which there are enough" if best else ""
    for cell, count in wanted.items():
        have = pool.get(cell, 0)
        if have < count:
            where, what = f"--synthetic, {labelling.words(cell)}", f"has {have} of the {count} rows wanted"
            problems.add(where, what, f"draw {count - have} more{lower}")
    problems.raise_any()
