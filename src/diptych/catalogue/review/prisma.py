"""The PRISMA 2020 flow diagram (Page et al. 2021, BMJ 372, n71) as SVG, for new reviews and for updates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from diptych.catalogue.review.drawing import (
    INK,
    LEADING,
    PADDING,
    SIZE,
    Box,
    broken,
    draw_arrow,
    draw_band,
    draw_bar,
    draw_box,
    height_of,
    xml,
)
from diptych.catalogue.review.flow import Arm, Count, Flow, check_flow

MAIN, SIDE, BAND, BAR = 232, 248, 30, 44
"""Widths of boxes on the way, of boxes beside it, of the bands, and height of the bars, in pixels."""
GAP, EDGE, BETWEEN = 30, 14, 36
MOST_LINES = 20
"""Sources or reasons that are named; the rest are summed up in one line."""
LONGEST = 120
HEAD, PHASE, BEFORE = "#f6dc94", "#c3d9ec", "#ececec"
"""Light enough for grey print: what a box is, its words say."""


def draw_prisma(flow: Flow) -> str:
    """The diagram as SVG text. Raises `DiptychError` with the sums that do not add up.

    A column for other methods, and one for the previous version of the review, are drawn where the flow
    has them. The template has no box for records of other methods that were removed or excluded before a
    report was sought; it is drawn where there are any, since else the sums could not be followed.
    """
    check_flow(flow)
    return _Chart(flow).svg()


def describe(flow: Flow) -> str:
    """The flow in words, for those who do not see it."""
    parts = [_arm_words("Databases and registers", flow.databases)]
    if _used(flow.others):
        parts.append(_arm_words("Other methods", flow.others))
    if flow.previous_reports:
        parts.append(f"Previous version: {flow.previous_studies} studies in {flow.previous_reports} reports.")
    parts.append(f"Included now: {flow.new_studies} new studies in {flow.new_reports} reports.")
    parts.append(f"In total: {flow.total_studies} studies in {flow.total_reports} reports.")
    return " ".join(parts)


def _arm_words(name: str, arm: Arm) -> str:
    identified = _total((*arm.identified, *arm.registers))
    gone = arm.duplicates + arm.ineligible + arm.removed
    return (
        f"{name}: {identified} records identified, {gone} removed before screening, {arm.screened} screened, "
        f"{arm.excluded} excluded, {arm.sought} reports sought, {arm.missing} not retrieved, {arm.assessed} "
        f"assessed, {_total(arm.ruled_out)} excluded, {arm.included} included."
    )


def _used(arm: Arm) -> bool:
    return bool(arm.identified or arm.registers or arm.screened)


def _total(counts: Iterable[Count]) -> int:
    return sum(count.n for count in counts)


def _n(words: str, n: int) -> str:
    return f"{words} (n\u00a0=\u00a0{n:,})"


def _named(counts: Sequence[Count]) -> tuple[str, ...]:
    """A line a count, the smallest summed up where there are many."""
    first, rest = counts[:MOST_LINES], counts[MOST_LINES:]
    if len(rest) == 1:
        first, rest = counts, ()
    lines = [_n(f"  {_short(count.name)}", count.n) for count in first]
    return (*lines, *([_n(f"  {len(rest)} others", _total(rest))] if rest else []))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A box on the way and the one beside it; "" lines are no box."""

    main: tuple[str, ...] = ()
    side: tuple[str, ...] = ()


def _steps(arm: Arm, template: bool) -> tuple[_Step, ...]:
    """The four steps of a column. Of other methods, the template knows no screening by title."""
    gone = arm.duplicates + arm.ineligible + arm.removed
    removed = (
        "Records removed before screening:",
        _n("  Duplicate records", arm.duplicates),
        _n("  Records marked as ineligible by automation tools", arm.ineligible),
        _n("  Records removed for other reasons", arm.removed),
    )
    screened = _Step(
        main=(_n("Records screened", arm.screened),), side=(_n("Records excluded", arm.excluded),)
    )
    return (
        _Step(main=_identified(arm), side=removed if template or gone else ()),
        screened if template or gone or arm.excluded else _Step(),
        _Step(
            main=(_n("Reports sought for retrieval", arm.sought),),
            side=(_n("Reports not retrieved", arm.missing),),
        ),
        _Step(
            main=(_n("Reports assessed for eligibility", arm.assessed),),
            side=("Reports excluded:", *_named(arm.ruled_out))
            if arm.ruled_out
            else (_n("Reports excluded", 0),),
        ),
    )


def _identified(arm: Arm) -> tuple[str, ...]:
    """Sources by name; where there are registers, under the two headings of the template."""
    if not arm.registers:
        return ("Records identified from:", *(_named(arm.identified) or (_n("  Databases", 0),)))
    databases, registers = _n("  Databases", _total(arm.identified)), _n("  Registers", _total(arm.registers))
    return (
        "Records identified from:",
        databases,
        *(f"  {line}" for line in _named(arm.identified)),
        registers,
        *(f"  {line}" for line in _named(arm.registers)),
    )


class _Chart:
    """Columns of boxes on common rows."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.parts: list[str] = []
        self.update = flow.previous_reports > 0
        left = EDGE + BAND + EDGE
        self.before = left if self.update else None
        self.main = left + (MAIN + BETWEEN if self.update else 0)
        self.other = self.main + MAIN + GAP + SIDE + BETWEEN if _used(flow.others) else None
        self.width = (self.other or self.main) + MAIN + GAP + SIDE + EDGE
        self.top = EDGE + LEADING + GAP / 2

    def svg(self) -> str:
        """The drawing."""
        bottom = self._draw()
        name = xml(_short(self.flow.title))
        title, words = f"PRISMA 2020 flow diagram: {name}", xml(describe(self.flow))
        key = hashlib.sha256(f"{title}{words}".encode()).hexdigest()[:8]
        heading = f'<text x="{EDGE}" y="{EDGE + SIZE}" font-weight="bold">{name}</text>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {bottom:g}" '
            f'width="{self.width:g}" height="{bottom:g}" role="img" aria-labelledby="t{key} d{key}" '
            f'font-family="Arial, Helvetica, sans-serif" font-size="{SIZE}" fill="{INK}">'
            f'<title id="t{key}">{title}</title><desc id="d{key}">{words}</desc>'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{heading}{"".join(self.parts)}</svg>\n'
        )

    def _draw(self) -> float:
        self._bars()
        columns = {self.main: _steps(self.flow.databases, True)}
        if self.other is not None:
            columns[self.other] = _steps(self.flow.others, False)
        rows, levels = [], [self.top + BAR + GAP]
        for n in range(4):
            row = {x: self._row(steps[n], x, levels[-1]) for x, steps in columns.items()}
            levels.append(levels[-1] + max(b.height for pair in row.values() for b in pair if b) + GAP)
            rows.append(row)
        included = self._box(self.main, levels[-1], MAIN, self._new_words())
        self.parts.append(draw_box(included))
        end = self._total_box(included)
        for x in columns:
            self._arrows([row[x][0] for row in rows], included)
        self._bands(levels[0], levels[1], levels[-1], end)
        return end + EDGE

    def _bars(self) -> None:
        new = "new " if self.update else ""
        words = f"Identification of {new}studies via databases and registers"
        self.parts.append(draw_bar(self.main, self.top, MAIN + GAP + SIDE, BAR, HEAD, words))
        if self.other is not None:
            words = f"Identification of {new}studies via other methods"
            self.parts.append(draw_bar(self.other, self.top, MAIN + GAP + SIDE, BAR, HEAD, words))
        if self.before is not None:
            self.parts.append(draw_bar(self.before, self.top, MAIN, BAR, HEAD, "Previous studies"))

    def _row(self, step: _Step, x: float, y: float) -> tuple[Box | None, Box | None]:
        """Draw a step and the arrow from its box to the one beside it."""
        main = self._box(x, y, MAIN, step.main) if step.main else None
        side = self._box(x + MAIN + GAP, y, SIDE, step.side) if step.side else None
        self.parts += [draw_box(box) for box in (main, side) if box]
        if main and side:
            level = min(main.middle, side.middle)
            self.parts.append(draw_arrow((main.right, level), (side.x, level)))
        return main, side

    def _box(self, x: float, y: float, width: float, words: tuple[str, ...], fill: str = "#ffffff") -> Box:
        lines = broken(words, width)
        return Box(x=x, y=y, width=width, lines=lines, height=height_of(lines), fill=fill)

    def _new_words(self) -> tuple[str, ...]:
        if self.update:
            return (
                _n("New studies included in review", self.flow.new_studies),
                _n("Reports of new included studies", self.flow.new_reports),
            )
        return (
            _n("Studies included in review", self.flow.total_studies),
            _n("Reports of included studies", self.flow.total_reports),
        )

    def _total_box(self, included: Box) -> float:
        """The previous version and the sum with it; the lower edge of all."""
        if self.before is None:
            return included.bottom
        words = (
            _n("Studies included in previous version of review", self.flow.previous_studies),
            _n("Reports of studies included in previous version of review", self.flow.previous_reports),
        )
        before = self._box(self.before, self.top + BAR + GAP, MAIN, words, BEFORE)
        words = (
            _n("Total studies included in review", self.flow.total_studies),
            _n("Reports of total included studies", self.flow.total_reports),
        )
        total = self._box(self.main, included.bottom + GAP, MAIN, words)
        x, centre = before.x + MAIN / 2, included.x + MAIN / 2
        self.parts += [draw_box(before), draw_box(total)]
        self.parts.append(draw_arrow((x, before.bottom), (x, total.middle), (total.x, total.middle)))
        self.parts.append(draw_arrow((centre, included.bottom), (centre, total.y)))
        return total.bottom

    def _arrows(self, column: Sequence[Box | None], included: Box) -> None:
        """From each box to the next below, and from the last to what is included."""
        boxes = [box for box in column if box]
        x = boxes[0].x + MAIN / 2
        for one, two in pairwise(boxes):
            self.parts.append(draw_arrow((x, one.bottom), (x, two.y)))
        if boxes[0].x == included.x:
            self.parts.append(draw_arrow((x, boxes[-1].bottom), (x, included.y)))
        else:
            level = included.middle
            self.parts.append(draw_arrow((x, boxes[-1].bottom), (x, level), (included.right, level)))

    def _bands(self, first: float, screening: float, included: float, end: float) -> None:
        gap = GAP / 2
        for words, start, stop in (
            ("Identification", first, screening - gap),
            ("Screening", screening, included - gap),
            ("Included", included, end),
        ):
            height = max(stop - start - (gap if words != "Included" else 0), 4 * PADDING)
            self.parts.append(draw_band(EDGE, start, BAND, height, PHASE, words))
