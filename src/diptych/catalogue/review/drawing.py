"""Boxes with words, and arrows between them, as SVG: what a flow chart is made of."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from xml.sax.saxutils import escape

from diptych.catalogue.review.text import clean

SIZE, LEADING, PADDING = 13, 17, 10
"""Letter size, distance of lines, and margin in a box, in pixels."""
INK = "#1b2126"
_STEP = 12
"""How far a line is set in for every two spaces, in pixels."""
_LETTER = 0.53
"""Width of a letter in letter sizes; a little more than the mean of common fonts."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """Words in a frame; `at` places its upper left corner."""

    x: float
    y: float
    width: float
    lines: tuple[str, ...]
    """Already broken; two spaces at the beginning of a line set it in by a step."""
    height: float
    fill: str = "#ffffff"

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The height of its centre."""
        return self.y + self.height / 2


def broken(lines: tuple[str, ...], width: float) -> tuple[str, ...]:
    """Lines broken to a box's width; what is set in goes on further in. No-break spaces hold."""
    letters = int((width - 2 * PADDING) / (SIZE * _LETTER))
    found: list[str] = []
    for line in lines:
        inset = line[: len(line) - len(line.lstrip(" "))]
        onward = inset + "  " if inset else ""
        wrapper = textwrap.TextWrapper(
            letters, initial_indent=inset, subsequent_indent=onward, break_on_hyphens=False
        )
        found += wrapper.wrap(line.strip())
    return tuple(found)


def height_of(lines: tuple[str, ...]) -> float:
    """Of a box with these lines."""
    return len(lines) * LEADING + 2 * PADDING


def draw_box(box: Box) -> str:
    """A frame with its lines, from the top."""
    first = box.y + PADDING + SIZE - 1
    words = "".join(_line(line, box.x + PADDING, first + n * LEADING) for n, line in enumerate(box.lines))
    return f"{draw_frame(box.x, box.y, box.width, box.height, box.fill)}{words}"


def _line(line: str, x: float, y: float) -> str:
    inset = _STEP * (len(line) - len(line.lstrip(" "))) / 2
    return f'<text x="{x + inset:g}" y="{y:g}">{xml(line)}</text>'


def draw_frame(x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> str:
    """A rectangle with an outline."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}" '
        f'stroke="{INK}"/>'
    )


def draw_bar(x: float, y: float, width: float, height: float, fill: str, words: str) -> str:
    """A bar with one or more centred lines in bold."""
    lines = broken((words,), width)
    first = y + height / 2 + SIZE / 2 - 2 - (len(lines) - 1) * LEADING / 2
    text = "".join(
        f'<text x="{x + width / 2:g}" y="{first + n * LEADING:g}" text-anchor="middle" font-weight="bold">'
        f"{xml(line.strip())}</text>"
        for n, line in enumerate(lines)
    )
    return draw_frame(x, y, width, height, fill, 6) + text


def draw_band(x: float, y: float, width: float, height: float, fill: str, words: str) -> str:
    """An upright bar, its words turned to read from below."""
    cx, cy = x + width / 2, y + height / 2
    return (
        f'{draw_frame(x, y, width, height, fill, 6)}<text transform="translate({cx + SIZE / 2 - 2:g} {cy:g}) '
        f'rotate(-90)" text-anchor="middle" font-weight="bold">{xml(words)}</text>'
    )


def draw_arrow(*points: tuple[float, float]) -> str:
    """A line through the points with a head at its end; the last stretch is upright or level."""
    (x0, y0), (x1, y1) = points[-2:]
    dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    back = (x1 - 7 * dx, y1 - 7 * dy)
    wings = [(back[0] + 4 * dy * s, back[1] + 4 * dx * s) for s in (1, -1)]
    path = " ".join(f"{x:g},{y:g}" for x, y in (*points[:-1], back))
    head = " ".join(f"{x:g},{y:g}" for x, y in ((x1, y1), *wings))
    return f'<polyline points="{path}" fill="none" stroke="{INK}"/><polygon points="{head}" fill="{INK}"/>'


def xml(text: str) -> str:
    """Text that can become no markup, without letters that XML forbids."""
    return escape(clean(text), {'"': "&quot;", "'": "&#39;"})
