"""Rows as tables of a page: everyone by every measure, groups, costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from diptych.evaluation.compare import Outcome
from diptych.evaluation.grouping import GROUPINGS, SKIPPED, gap_name, plain
from diptych.evaluation.rows import WORDS, Row
from diptych.evaluation.words import title
from diptych.metrics.estimate import Estimate
from diptych.metrics.groups import LEAST
from diptych.reports import Block, Cell, Entry, Fold, Line, Lineup, Prose, Table
from diptych.reports.page import number

BESIDE = ("this cohort", "other real images", "bad reference")
GAPS = (
    "Each group is held against the same group of real images, where these tell it; on fidelity and "
    f"diversity all groups have one n. A group needs {LEAST} subjects on each side. The gap is the greatest "
    "value less the least. It is never quite zero, and small groups differ by chance, so read it with its "
    "interval and beside the gap of the real images."
)


def lineup(rows: Sequence[Row]) -> Lineup:
    """Every candidate by every measure: value, interval, n."""
    asides = tuple(dict.fromkeys(name for row in rows for name, _ in row.others))
    axes = dict.fromkeys(row.axis for row in rows)
    return Lineup(
        caption="Values with 95 % intervals and n. Each picture has its own scale: lines are intervals, "
        "marks are values, drawn as in the heads of the columns.",
        columns=(*BESIDE, *asides),
        groups=tuple(
            (axis.capitalize(), tuple(_line(row, asides) for row in rows if row.axis == axis))
            for axis in axes
        ),
    )


def _line(row: Row, asides: Sequence[str]) -> Line:
    told = dict(row.others)
    beside = (_entry(told[name]) if name in told else None for name in asides)
    best = {"lower": "lower is better", "higher": "higher is better"}.get(
        row.better, "as real images is best"
    )
    return Line(
        name=title(row.metric, row.extractor),
        unit=row.estimate.unit,
        notes=(best,),
        entries=(_entry(row.estimate), _entry(row.floor), _entry(row.bad, row.bad_name), *beside),
    )


def _entry(found: Estimate, note: str = "") -> Entry:
    known = math.isfinite(found.value)
    why = found.notes[0] if found.notes and not known else ""
    return Entry(
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        note="; ".join(filter(None, (note, why))),
    )


def unmeasured(rows: Sequence[Row]) -> str:
    """One line on the measures that nobody could be put through; empty when there is none."""
    said = [f"{title(row.metric, row.extractor)} ({_why(row)})" for row in rows if not measured(row)]
    return f"Not measured: {'; '.join(said)}." if said else ""


def measured(row: Row) -> bool:
    """Whether the measure has a value of anyone at all."""
    return any(math.isfinite(found.value) for found in (row.estimate, row.floor, row.bad))


def _why(row: Row) -> str:
    return row.estimate.notes[0] if row.estimate.notes else "no value"


def group_blocks(outcome: Outcome) -> tuple[Block, ...]:
    """For each grouping a table of the deciding measures, and one an axis of the others."""
    rows = [row for row in outcome.rows if row.group != "all"]
    blocks: list[Block] = [Prose(GAPS)] if rows else []
    for grouping in GROUPINGS:
        mine = [row for row in rows if row.group.startswith((f"{grouping}=", gap_name(grouping)))]
        if mine:
            blocks += _grouping(grouping, mine)
    if outcome.undivided:
        blocks.append(Prose(outcome.undivided))
    if rows:
        why = "; ".join(f"{title(name)} {reason}" for name, reason in SKIPPED.items())
        blocks.append(Prose(f"Not taken by group: {why}."))
    return tuple(blocks) or (Prose("Nothing is told of the images by which they could be divided."),)


def _grouping(grouping: str, rows: Sequence[Row]) -> list[Block]:
    small, large = _small(rows), plain(grouping)
    kept = [row for row in rows if row.group not in small]
    told = "; ".join(f"{group.partition('=')[2]} ({why})" for group, why in small.items())
    blocks: list[Block] = [Prose(f"Not estimable by {large}: {told}.")] if small else []
    if not any("=" in row.group for row in kept):
        return blocks
    first = [row for row in kept if row.primary]
    rest = [row for row in kept if not row.primary]
    more = tuple(
        _group_table(f"By {large}: {axis}", grouping, [row for row in rest if row.axis == axis])
        for axis in dict.fromkeys(row.axis for row in rest)
    )
    if first:
        blocks.insert(0, _group_table(f"By {large}: the deciding measures", grouping, first))
    return [*blocks, Fold(title=f"All other measures by {large}", blocks=more)] if more else blocks


def _small(rows: Sequence[Row]) -> dict[str, str]:
    """Groups without any value, and why: the reason of their first row."""
    named = [row for row in rows if "=" in row.group]
    valued = {row.group for row in named if math.isfinite(row.estimate.value)}
    return {row.group: _reason(row) for row in reversed(named) if row.group not in valued}


def _reason(row: Row) -> str:
    return _why(row).removeprefix("not estimable: ")


def _group_table(caption: str, grouping: str, rows: Sequence[Row]) -> Table:
    """Groups as rows, measures as columns; the gap and the worst group at the foot."""
    measures = tuple(dict.fromkeys((row.metric, row.extractor) for row in rows))
    groups = dict.fromkeys(row.group for row in rows if row.group != gap_name(grouping))
    found = {(row.group, row.metric, row.extractor): row for row in rows}
    gaps = [found[gap_name(grouping), *measure] for measure in measures]
    return Table(
        caption=caption,
        head=(plain(grouping).capitalize(), *(title(*measure) for measure in measures)),
        rows=tuple(
            (group.partition("=")[2], *(_group_cell(found[group, *measure]) for measure in measures))
            for group in groups
        ),
        foot=(
            ("Gap", *(_gap_cell(row) for row in gaps)),
            ("Worst", *(row.worst or "–" for row in gaps)),
        ),
    )


def _group_cell(row: Row) -> Cell:
    found = row.estimate
    if not math.isfinite(found.value):
        return Cell("not estimable", (_reason(row),))
    real = f"real images {number(row.floor.value)}" if math.isfinite(row.floor.value) else "no real images"
    lines = (_interval(found), f"n {found.n}", real, row.verdict if row.verdict in WORDS else "no verdict")
    return Cell(number(found.value), lines)


def _gap_cell(row: Row) -> Cell:
    if not math.isfinite(row.estimate.value):
        return Cell("not estimable")
    known = math.isfinite(row.floor.value)
    real = f"gap of real images {number(row.floor.value)}" if known else "no gap of real images"
    return Cell(number(row.estimate.value), (_interval(row.estimate), real))


def _interval(found: Estimate) -> str:
    known = math.isfinite(found.low) and math.isfinite(found.high)
    return f"{number(found.low)} to {number(found.high)}" if known else "no interval"


def cost_table(rows: Sequence[Row]) -> Block:
    """What the cohort cost; one sentence where nobody told."""
    if not any(math.isfinite(row.estimate.value) for row in rows):
        return Prose(
            f"What the cohort cost is {_why(rows[0])}." if rows else "What the cohort cost is not told."
        )
    return Table(
        caption="What it took to make the cohort, as the machine that made it told",
        head=("Cost", "Value", "95 % interval", "Samples", "Note"),
        rows=tuple(
            (
                title(row.metric),
                _amount(row.estimate),
                _interval(row.estimate),
                f"{row.estimate.n}",
                "; ".join(row.estimate.notes),
            )
            for row in rows
        ),
    )


def _amount(found: Estimate) -> str:
    return f"{number(found.value)} {found.unit}".strip()
