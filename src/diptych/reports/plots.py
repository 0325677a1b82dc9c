"""Plots for reports: arrays in, one house style, SVG out. Equal arrays give equal drawings."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diptych.reports.blocks import Plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INKS = ("#2d6a3e", "#b04a15", "#5a4a91", "#1f5f73", "#8a8f94")
SHAPES = ("o", "^", "s", "D", "x")
"""Shapes tell the groups apart where colours are not seen: in grey print, by some readers."""
STROKES = ("-", "--", ":", "-.", (0, (1, 1)))
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "diptych",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#58636c",
    "axes.labelcolor": "#1b2126",
    "axes.grid": True,
    "grid.color": "#e3e6e7",
    "legend.frameon": False,
}
Groups = Mapping[str, NDArray[np.floating]]


def scatter(groups: Groups, *, title: str, alt: str, caption: str = "") -> Plot:
    """Points (N, 2) of named groups; the axes carry no numbers, for maps of features."""

    def draw(axes: Axes) -> None:
        for n, (name, points) in enumerate(groups.items()):
            axes.scatter(
                points[:, 0], points[:, 1], s=16, alpha=0.65, c=INKS[n], marker=SHAPES[n], lw=0.8, label=name
            )
        axes.set_xticks([])
        axes.set_yticks([])
        axes.legend(loc="best")

    return plot(draw, title, alt, caption)


def histogram(groups: Groups, *, title: str, axis: str, alt: str, caption: str = "") -> Plot:
    """Outlines of shares over common bins, one a group."""
    whole = np.concatenate([np.ravel(values) for values in groups.values()])
    edges = np.histogram_bin_edges(whole, bins=min(30, max(8, int(np.sqrt(len(whole))))))

    def draw(axes: Axes) -> None:
        for n, (name, values) in enumerate(groups.items()):
            shares = np.histogram(np.ravel(values), edges)[0] / max(len(np.ravel(values)), 1)
            axes.stairs(shares, edges, color=INKS[n], ls=STROKES[n], lw=1.8, label=name)
        axes.set_xlabel(axis)
        axes.set_ylabel("share of images")
        axes.legend(loc="best")

    return plot(draw, title, alt, caption)


def curve(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    title: str,
    axes_names: tuple[str, str],
    alt: str,
    caption: str = "",
    diagonal: bool = False,
) -> Plot:
    """Lines through (x, y); with `diagonal` the line of pure chance, as under a ROC."""

    def draw(axes: Axes) -> None:
        if diagonal:
            axes.plot([0, 1], [0, 1], color="#8a8f94", lw=1, ls=":", label="chance")
        for n, (name, (x, y)) in enumerate(lines.items()):
            axes.plot(x, y, color=INKS[n], ls=STROKES[n], lw=1.8, label=name)
        axes.set_xlabel(axes_names[0])
        axes.set_ylabel(axes_names[1])
        axes.legend(loc="best")

    return plot(draw, title, alt, caption)


def printable(name: str) -> str:
    """A name from a file as matplotlib shows it: no formulas, no lines of its own, in every legend."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in name)
    return shown.lstrip("_").replace("$", r"\$") or "?"


def plot(draw: Any, title: str, alt: str, caption: str, size: tuple[float, float] = (5.2, 3.6)) -> Plot:
    """What `draw` puts on empty axes, in the house style; `size` is (width, height) in inches."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        draw(axes)
        axes.set_title(printable(title), loc="left", fontsize=11, fontweight="bold")
        return Plot(svg=_svg(figure), alt=alt, caption=caption)


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    # Every drawing names its groups alike, and a page holds several; nothing refers to these names.
    return re.sub(r'<g id="[^"]*"', "<g", text[text.index("<svg") :])
