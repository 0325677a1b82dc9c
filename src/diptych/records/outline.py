"""Outlines of a plane along the edges of its pixels."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

Corner = tuple[int, int]
"""(x, y) of a pixel's corner: pixel (row 0, column 0) spans (0, 0) to (1, 1)."""


def outlines(plane: NDArray[np.bool_]) -> list[list[Corner]] | None:
    """The closed outlines of a plane (H, W), corners only; None where it has a hole.

    The plane is on the right hand of the way along an outline (clockwise on screen). Pixels
    that touch at a corner only belong to different outlines.
    """
    steps = _steps(plane)
    loops = []
    while steps:
        loop = _follow(steps)
        if _area(loop) < 0:
            return None
        loops.append(_corners(loop))
    return loops


def _steps(plane: NDArray[np.bool_]) -> dict[Corner, list[Corner]]:
    """From every corner on the outline the next ones, one pixel edge away."""
    padded = np.pad(plane, 1)
    inside, steps = padded[1:-1, 1:-1], defaultdict(list)
    sides = (
        (padded[:-2, 1:-1], (0, 0), (1, 0)),
        (padded[1:-1, 2:], (1, 0), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (0, 1)),
        (padded[1:-1, :-2], (0, 1), (0, 0)),
    )
    for neighbour, start, end in sides:
        for row, column in np.argwhere(inside & ~neighbour).tolist():
            steps[column + start[0], row + start[1]].append((column + end[0], row + end[1]))
    return steps


def _follow(steps: dict[Corner, list[Corner]]) -> list[Corner]:
    """Take one closed loop out of the steps, turning right where two ways lead on."""
    first = next(iter(steps))
    loop, last, here = [first], first, _take(steps, first, None)
    while here != first:
        loop.append(here)
        last, here = here, _take(steps, here, last)
    return loop


def _take(steps: dict[Corner, list[Corner]], here: Corner, last: Corner | None) -> Corner:
    ways = steps[here]
    way = ways[0] if last is None or len(ways) == 1 else max(ways, key=lambda way: _turn(last, here, way))
    ways.remove(way)
    if not ways:
        del steps[here]
    return way


def _turn(last: Corner, here: Corner, way: Corner) -> int:
    """1 for a turn to the right (clockwise on screen, y down), -1 to the left, 0 straight on."""
    (ax, ay), (bx, by) = (here[0] - last[0], here[1] - last[1]), (way[0] - here[0], way[1] - here[1])
    return ax * by - ay * bx


def _area(loop: list[Corner]) -> float:
    """The enclosed area, negative for a hole."""
    points = np.asarray(loop, np.float64)
    x, y = points.T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def _corners(loop: list[Corner]) -> list[Corner]:
    """The loop without the points in the middle of straight lines."""
    around = zip(loop[-1:] + loop[:-1], loop, loop[1:] + loop[:1], strict=True)
    return [here for last, here, way in around if _turn(last, here, way) != 0]
