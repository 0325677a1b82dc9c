"""The building blocks of a page: plain values, no HTML.

All text is shown as it is written: the template escapes it, so that a sentence from a file cannot become
markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import ClassVar, Literal

from diptych.reports.pictures import Picture

Tone = Literal["real", "synthetic", "phantom", "plain"]


@dataclass(frozen=True)
class Prose:
    """One paragraph."""

    text: str
    kind: ClassVar = "prose"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A boxed remark that must not be missed."""

    title: str
    text: str
    kind: ClassVar = "notice"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Names and values, two columns, as in the head of a report."""

    rows: tuple[tuple[str, str], ...]
    kind: ClassVar = "facts"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A dark frame with one picture, or several of one size laid over each other."""

    layers: tuple[Picture, ...]
    alt: str
    """What the panel shows, for those who do not see it."""
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Panels side by side with a sentence below; the two of a pair share one hinge."""

    panels: tuple[Panel, ...]
    title: str
    text: str = ""
    details: tuple[tuple[str, str], ...] = ()
    """Short names and values, such as the seed."""
    tone: Tone = "plain"
    """Says on the figure whether a patient, a model or the phantom engine made it."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A grid of figures."""

    figures: tuple[Figure, ...]
    columns: int = 2
    """Figures in a row on a wide screen; narrow screens have one."""
    beside: bool = False
    """Whether panels stay side by side on narrow screens too; else they stand one above the other."""
    kind: ClassVar = "figures"


@dataclass(frozen=True, kw_only=True)
class Legend:
    """What the colours of the overlays mean."""

    entries: tuple[tuple[str, tuple[int, int, int]], ...]
    title: str = "Colours"
    kind: ClassVar = "legend"


@dataclass(frozen=True)
class Cell:
    """A word or number with small lines below it."""

    text: str
    small: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """Words and numbers in rows; the first cell of a row is its heading."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    foot: tuple[tuple[str | Cell, ...], ...] = ()
    """Rows that sum up those above."""
    kind: ClassVar = "table"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measured number with its interval."""

    name: str
    value: float
    low: float
    high: float
    n: int
    unit: str = ""
    meaning: str = ""
    """The number in a sentence, for a reader who does not know it."""
    target: float | None = None
    """Drawn as a tick on the track, where a bar was set beforehand."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """A table of measures; each interval is drawn on a track from `start` to `end`."""

    caption: str
    rows: tuple[Measure, ...]
    start: float = 0.0
    end: float = 1.0
    kind: ClassVar = "measures"


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Named amounts as horizontal bars from zero."""

    caption: str
    rows: tuple[tuple[str, float], ...]
    unit: str = ""
    kind: ClassVar = "bars"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One word on one question, with the reason; `tone` colours the word and never replaces it."""

    question: str
    word: str
    reason: str
    tone: Literal["good", "fair", "bad", "open"] = "open"


@dataclass(frozen=True, kw_only=True)
class Judgements:
    """Words at the head of a page, one card each."""

    rows: tuple[Judgement, ...]
    kind: ClassVar = "judgements"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A number between two that are known: a bad one and a good one. NaN where there is none."""

    name: str
    value: float
    low: float
    high: float
    bad: float
    good: float
    n: int
    word: str
    tone: Literal["good", "fair", "bad", "open"] = "open"
    bad_name: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()

    def place(self, value: float) -> float:
        """Percent of the way from bad to good, kept within a margin of 8 on both sides; NaN if unknown."""
        if isnan(value) or isnan(self.bad) or isnan(self.good) or self.bad == self.good:
            return nan
        return min(max(100 * (value - self.bad) / (self.good - self.bad), -8.0), 108.0)


@dataclass(frozen=True, kw_only=True)
class Standings:
    """Numbers of any scale on one track: bad on the left, good on the right."""

    caption: str
    rows: tuple[Standing, ...]
    good_name: str
    kind: ClassVar = "standings"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One of several numbers beside each other; NaN where there is none, `note` says why."""

    value: float
    low: float
    high: float
    n: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """The same measure of everyone, in the order of the columns; None where it is not taken."""

    name: str
    entries: tuple[Entry | None, ...]
    unit: str = ""
    notes: tuple[str, ...] = ()

    def place(self, value: float) -> float:
        """Percent of the way from the least to the greatest number of the line; NaN if unknown."""
        known = [v for e in self.entries if e for v in (e.value, e.low, e.high) if isfinite(v)]
        if not known or not isfinite(value):
            return nan
        return 100 * (value - min(known)) / ((max(known) - min(known)) or 1.0)


@dataclass(frozen=True, kw_only=True)
class Lineup:
    """Everyone by every measure, with dots and intervals on one scale a row."""

    caption: str
    columns: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    """Lines under their headings."""
    kind: ClassVar = "lineup"


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A drawing as SVG text. It is put into the page as it is: only drawings of our own making."""

    svg: str
    alt: str
    caption: str = ""
    kind: ClassVar = "plot"


@dataclass(frozen=True, kw_only=True)
class Plots:
    """Drawings side by side."""

    plots: tuple[Plot, ...]
    kind: ClassVar = "plots"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command line that the reader can copy."""

    text: str
    kind: ClassVar = "command"


@dataclass(frozen=True, kw_only=True)
class Fold:
    """Blocks behind a line that opens them, for what not everyone wants to see; print shows it all."""

    title: str
    blocks: tuple[Block, ...]
    kind: ClassVar = "fold"


Block = (
    Prose
    | Notice
    | Facts
    | Figures
    | Legend
    | Table
    | Measures
    | Bars
    | Command
    | Judgements
    | Standings
    | Plot
    | Plots
    | Lineup
    | Fold
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with the blocks below it; `key` is its anchor."""

    key: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def short(self) -> str:
        """The title up to its colon, for the contents."""
        return self.title.partition(":")[0]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole page."""

    title: str
    subtitle: str
    facts: Facts
    notice: Notice
    sections: tuple[Section, ...]
    colophon: str = ""
    """The last line: who made the page."""
