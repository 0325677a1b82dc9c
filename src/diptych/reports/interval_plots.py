"""Plots of numbers with intervals: a forest, learning curves, and a plane of two costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from diptych.reports.blocks import Plot
from diptych.reports.page import signed
from diptych.reports.plots import INKS, SHAPES, STROKES, plot, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUIET = "#58636c"
WIDTH = 4.4
"""Inches: narrow, so that words can still be read on a telephone."""
_PAPER: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
"""Behind words, so that no line runs through them."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A named number with its interval; NaN where there is none."""

    name: str
    value: float
    low: float
    high: float
    mark: Literal["chosen", "usual", "control"] = "usual"
    """The one that was chosen beforehand, and those that hold nothing new, look different."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A named point of a plane; the way it went is told by its shape."""

    name: str
    x: float
    y: float
    way: Literal["up", "down", "level", "open"] = "open"


def forest(
    groups: Mapping[str, Sequence[Interval]],
    *,
    title: str,
    axis: str,
    alt: str,
    span: tuple[float, float] | None = None,
    caption: str = "",
) -> Plot:
    """Numbers with intervals under each other, in groups, beside a line at zero.

    Names stand above their intervals, so that the drawing stays narrow, and numbers right of the axis.
    `span` are the ends of the axis, for several drawings on one scale.
    """
    rows = [(heading, row) for heading, some in groups.items() for row in (None, *some)]

    def draw(axes: Axes) -> None:
        axes.set_xlim(*(span or span_of([row for _, row in rows if row])))
        axes.set_ylim(len(rows) - 0.2, -0.5)
        axes.axvline(0, color="#1b2126", lw=1)
        for at, (heading, row) in enumerate(rows):
            if row:
                _interval(axes, row, at)
            else:
                axes.text(
                    0,
                    at + 0.35,
                    printable(heading),
                    transform=_beside(axes),
                    fontsize=9,
                    color=QUIET,
                    bbox=_PAPER,
                )
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(axis)

    return plot(draw, title, alt, caption, size=(WIDTH, 0.9 + 0.37 * len(rows)))


def span_of(rows: Sequence[Interval]) -> tuple[float, float]:
    """Ends of an axis on which all of these and zero have room."""
    known = [v for row in rows for v in (row.value, row.low, row.high) if math.isfinite(v)]
    low, high = min([0.0, *known]), max([0.0, *known])
    margin = 0.06 * ((high - low) or 1.0)
    return low - margin, high + margin


def curves(
    lines: Mapping[str, Sequence[tuple[float, Interval]]],
    *,
    title: str,
    axes_names: tuple[str, str],
    alt: str,
    span: tuple[float, float] | None = None,
    caption: str = "",
) -> Plot:
    """Lines through numbers with intervals, at most five; x is above 0, in logarithms."""
    ticks = sorted({x for points in lines.values() for x, _ in points})

    def draw(axes: Axes) -> None:
        for n, (name, points) in enumerate(lines.items()):
            # A little apart, so that intervals at one x do not hide each other.
            x = [at * 1.03 ** (n - len(lines) / 2) for at, _ in points]
            y = [point.value for _, point in points]
            errors = [[point.value - point.low for _, point in points]]
            errors.append([point.high - point.value for _, point in points])
            style: dict[str, Any] = {"color": INKS[n], "ls": STROKES[n], "marker": SHAPES[n]}
            style |= {"lw": 1.6, "ms": 5}
            axes.errorbar(x, y, errors, elinewidth=1, capsize=2, label=printable(name), **style)
        axes.set_xscale("log")
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
        axes.set_xticks([], minor=True)
        if span:
            axes.set_ylim(*span)
        axes.set_xlabel(axes_names[0])
        axes.set_ylabel(axes_names[1])
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), fontsize=8.5)

    return plot(draw, title, alt, caption, size=(WIDTH, 3.2 + 0.18 * len(lines)))


def plane(
    spots: Sequence[Spot],
    *,
    title: str,
    axes_names: tuple[str, str],
    levels: Mapping[float, str],
    alt: str,
    caption: str = "",
) -> Plot:
    """Named points over two logarithmic axes: a triangle points up or down, a disc is level, a cross open.

    `levels` are the places on the upright axis that have a name.
    """
    shapes = {"up": "^", "down": "v", "level": "o", "open": "x"}
    inks = {"up": INKS[0], "down": INKS[1], "level": INKS[3], "open": QUIET}

    def draw(axes: Axes) -> None:
        for n, spot in enumerate(spots):
            axes.scatter([spot.x], [spot.y], s=90, c=inks[spot.way], marker=shapes[spot.way], zorder=3)
            offset = (0, 12 if n % 2 == 0 else -18)
            axes.annotate(
                printable(spot.name),
                (spot.x, spot.y),
                offset,
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_yticks(list(levels), list(levels.values()))
        axes.set_yticks([], minor=True)
        axes.margins(0.45, 0.35)
        axes.set_xlabel(axes_names[0])
        axes.set_ylabel(axes_names[1])

    return plot(draw, title, alt, caption, size=(WIDTH, 3.2))


def _interval(axes: Axes, row: Interval, at: int) -> None:
    bold = "bold" if row.mark == "chosen" else "normal"
    style = {"fontsize": 9, "fontweight": bold, "va": "bottom", "bbox": _PAPER, "transform": _beside(axes)}
    axes.text(0, at, printable(row.name), **style)
    known = math.isfinite(row.value)
    # In a margin of their own: inside, numbers stand on the line at zero when all gains are below it.
    axes.text(1.03, at, signed(row.value) if known else "not told", **style)
    if known:
        ink = QUIET if row.mark == "control" else INKS[3]
        face = "white" if row.mark == "control" else ink
        axes.plot([row.low, row.high], [at + 0.28] * 2, color=ink, lw=2.4 if bold == "bold" else 1.4)
        shape = {"chosen": "D", "usual": "o", "control": "s"}[row.mark]
        axes.plot([row.value], [at + 0.28], shape, color=ink, mfc=face, ms=6)


def _beside(axes: Axes) -> Any:
    """Places across the drawing by share, and along it by number."""
    return axes.get_yaxis_transform()
