"""SVG of matrices, evidence maps and bars: attributes only, no style, so that a strict page may hold it.

Everything that a colour says a number says, too. Equal inputs give equal drawings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from math import ceil, sqrt

from diptych.catalogue.review.drawing import INK, xml
from diptych.catalogue.site.matrices import Matrix

SHADES = ("#e4eff2", "#bcd9e2", "#8fbecd", "#2f7489", "#164a5b")
"""From few to many. Numbers stand on them with a contrast of 4.5 or more."""
PALE = 3
"""How many of the shades are light enough for dark numbers."""
QUIET, RULE, WHITE = "#58636c", "#d9dcdd", "#ffffff"
FILLS = ("#1f5f73", "#e2a57c", WHITE)
"""Of the parts of a bar: data sets, generators, those of the largest collection."""
SIZE = 13
_LETTER = 0.56
"""Width of a letter in letter sizes, a little more than the mean of common fonts."""
_EDGE, _CELL, _ROW, _LEAN = 8, 46, 30, 0.7
"""Margin, width and height of a cell in pixels; how far a slanted letter reaches up and to the right."""


def draw_matrix(matrix: Matrix) -> str:
    """A gap matrix: a number a cell, darker for more; an empty cell is struck out."""
    grid = _Grid(matrix)
    for (row, column), (x, y) in grid.places.items():
        n = matrix.count(row, column)
        level = ceil(n / matrix.greatest * len(SHADES)) - 1
        grid.add(_rect(x, y, _CELL, _ROW, SHADES[level] if n else WHITE, RULE))
        if not n:
            grid.add(f'<path d="M{x:g} {y + _ROW:g}l{_CELL} -{_ROW}" stroke="{RULE}"/>')
        ink = QUIET if not n else INK if level < PALE else WHITE
        grid.add(_text(x + _CELL / 2, y + _ROW / 2 + 4.5, str(n), ink, "middle", bold=bool(n)))
    return _svg(matrix.title, matrix.described(), grid.width, grid.height, grid.parts)


def draw_map(first: Matrix, second: Matrix, names: tuple[str, str], title: str) -> str:
    """An evidence map: two bubbles a cell, filled for `first`, open for `second`, larger for more."""
    grid, greatest = _Grid(first, second), max(first.greatest, second.greatest)
    for (row, column), (x, y) in grid.places.items():
        grid.add(_rect(x, y, _CELL, _ROW, WHITE, RULE))
        for matrix, fill, stroke, at in (
            (first, SHADES[1], FILLS[0], 0.27),
            (second, WHITE, "#8a3b12", 0.73),
        ):
            if n := matrix.count(row, column):
                middle, radius = x + at * _CELL, 4 + 7 * sqrt(n / greatest)
                grid.add(
                    f'<circle cx="{middle:g}" cy="{y + _ROW / 2:g}" r="{radius:.4g}" fill="{fill}" '
                    f'stroke="{stroke}"/>'
                )
                grid.add(_text(middle, y + _ROW / 2 + 4.5, str(n), INK, "middle"))
    words = " ".join(f"{name}: {part.described()}" for name, part in zip(names, (first, second), strict=True))
    return _svg(title, words, grid.width, grid.height, grid.parts)


def draw_bars(title: str, rows: Mapping[str, Sequence[int]], parts: Sequence[str]) -> str:
    """Stacked bars, a row an answer; the numbers of the parts stand at the end of each."""
    left, span, height = _EDGE + _width(rows) + 10, 280, 24
    longest = max([1, *(sum(numbers) for numbers in rows.values())])
    tail = 10 + _width([_sum(numbers) for numbers in rows.values()]) if rows else 0
    drawn = _legend(parts, _EDGE)
    for place, (row, numbers) in enumerate(rows.items()):
        x, y = left, 34 + place * height
        drawn.append(_text(left - 10, y + 15, row, INK, "end"))
        for n, fill in zip(numbers, FILLS, strict=False):
            wide = span * n / longest
            drawn += [_rect(x, y + 4, wide, height - 8, fill, INK)] if n else []
            x += wide
        drawn.append(_text(x + 8, y + 15, _sum(numbers), INK))
    words = "; ".join(f"{row}: {_sum(numbers)}" for row, numbers in rows.items())
    told = f"{' + '.join(parts)}. {words}."
    width = max(left + span + tail, _EDGE * 3 + _width(parts) * len(parts))
    return _svg(title, told, width, 42 + len(rows) * height, drawn)


class _Grid:
    """Slanted heads over columns, names beside rows, and where each cell begins."""

    def __init__(self, matrix: Matrix, beside: Matrix | None = None) -> None:
        def head(name: str, side: str) -> str:
            sizes = [getattr(part, side)[name] for part in (matrix, beside) if part is not None]
            return f"{name} ({' + '.join(map(str, sizes))})"

        rows, columns = [head(r, "rows") for r in matrix.rows], [head(c, "columns") for c in matrix.columns]
        left, top = _EDGE + _width(rows) + 8, _EDGE + _LEAN * _width(columns) + 14
        self.parts = [
            _text(left - 8, top + y * _ROW + _ROW / 2 + 4.5, name, INK, "end") for y, name in enumerate(rows)
        ]
        for x, name in enumerate(columns):
            place = f"translate({left + (x + 0.45) * _CELL:g} {top - 7:g}) rotate(-45)"
            self.parts.append(f'<text transform="{place}" fill="{INK}">{xml(name)}</text>')
        self.places = {
            (row, column): (left + x * _CELL, top + y * _ROW)
            for y, row in enumerate(matrix.rows)
            for x, column in enumerate(matrix.columns)
        }
        heads = [left + (x + 0.8) * _CELL + _LEAN * _width([name]) for x, name in enumerate(columns)]
        self.width = max([left + len(columns) * _CELL, *heads]) + _EDGE
        self.height = top + len(rows) * _ROW + _EDGE

    def add(self, drawn: str) -> None:
        """Put something over what is there."""
        self.parts.append(drawn)


def _legend(parts: Sequence[str], x: float) -> list[str]:
    drawn = []
    for part, fill in zip(parts, FILLS, strict=False):
        drawn += [_rect(x, 9, 12, 12, fill, INK), _text(x + 18, 20, part, INK)]
        x += 40 + _width([part])
    return drawn


def _sum(numbers: Sequence[int]) -> str:
    return " + ".join(map(str, numbers))


def _width(texts: Mapping[str, object] | Sequence[str]) -> float:
    """Of the longest text, in pixels."""
    return max([0, *(len(text) for text in texts)]) * SIZE * _LETTER


def _rect(x: float, y: float, width: float, height: float, fill: str, stroke: str) -> str:
    return (
        f'<rect x="{x:.5g}" y="{y:.5g}" width="{width:.5g}" height="{height:.5g}" fill="{fill}" '
        f'stroke="{stroke}"/>'
    )


def _text(x: float, y: float, words: str, ink: str, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.5g}" y="{y:.5g}" text-anchor="{anchor}" fill="{ink}"{weight}>{xml(words)}</text>'


def _svg(title: str, words: str, width: float, height: float, parts: Sequence[str]) -> str:
    """The drawing with a title and a description; its names are its own, so that a page may hold several."""
    key = hashlib.sha256(f"{title}{words}".encode()).hexdigest()[:8]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-labelledby="t{key} d{key}" '
        f'font-family="Arial, Helvetica, sans-serif" font-size="{SIZE}">'
        f'<title id="t{key}">{xml(title)}</title><desc id="d{key}">{xml(words)}</desc>'
        f'<rect width="100%" height="100%" fill="{WHITE}"/>'
        f"{''.join(parts)}</svg>\n"
    )
