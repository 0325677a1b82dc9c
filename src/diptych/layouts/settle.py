"""Teeth that were drawn into each other make room: crowns move apart, or into contact, and roots lean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from diptych.layouts.outlines import Outline, axis_of, to_image
from diptych.records.labels import FDI

Floats = NDArray[np.float64]

CLOSE = 0.006
"""Image heights that neighbours may lie over each other: contacts seen from an angle."""
ROUNDS = 15
SHARE = 0.3
"""Of an overlap that each of two neighbours gives way in a round."""
LINES = np.linspace(0.0, 1.0, 129)
"""Heights in the image at which borders are compared."""
CROWN = 0.45
"""Share of the height two neighbours have in common, from the bite, that is moved; the rest is turned."""
LEAN = 0.35
"""Radians; no root turns away further than this."""
SLIT, WIDE = 0.003, 0.04
"""Image heights: neighbours in the jaw touch, unless they stand further apart than that by nature."""
MEETING = 0.75
"""Of the crowns that meet, the share that may not lie further over each other than `BITE`."""
BITE = 0.01
"""Image heights that upper crowns may lie over lower ones."""


@dataclass(eq=False)
class _Row:
    """The teeth of one jaw from the image's left to right; borders are (teeth, lines), infinite outside."""

    left: Floats
    right: Floats
    tips: Floats
    """(teeth,) heights of the crowns' ends."""
    down: float
    """1 where roots point down, -1 where they point up."""
    move: Floats
    lean: Floats


def settle(teeth: Sequence[tuple[int, Outline]]) -> list[tuple[int, Outline]]:
    """The teeth (code, outline) with the overlaps of neighbours and of the two jaws reduced."""
    shapes = dict(teeth)
    for upper, numbers in ((True, FDI[:16]), (False, FDI[:15:-1])):
        there = [fdi for fdi in numbers if fdi in shapes]
        if len(there) < 2:
            continue
        row = _row([shapes[fdi] for fdi in there], upper=upper)
        for _ in range(ROUNDS):
            moved = [_part(row, *pair) for pair in pairwise(range(len(there)))]
            beside = [numbers.index(b) - numbers.index(a) == 1 for a, b in pairwise(there)]
            moved += [_close(row, at, at + 1) for at, near in enumerate(beside) if near]
            if not any(moved):
                break
        for at, fdi in enumerate(there):
            shapes[fdi] = _nudged(shapes[fdi], float(row.move[at]), float(row.lean[at]))
    _open_bite(shapes)
    return [(code, shapes[code]) for code, _ in teeth]


def _row(shapes: Sequence[Outline], *, upper: bool) -> _Row:
    borders = np.array([_borders(to_image(shape)) for shape in shapes])
    tips = np.array([(shape.centre - shape.size * axis_of(shape.angle))[1] for shape in shapes])
    none = np.zeros(len(shapes))
    return _Row(borders[:, 0], borders[:, 1], tips, -1.0 if upper else 1.0, none.copy(), none.copy())


def _borders(points: Floats) -> Floats:
    """(2, lines) x of the left and the right border of an outline; inf and -inf where a line misses it."""
    (x, y), (nx, ny) = points.T[:, :, None], np.roll(points, -1, axis=0).T[:, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (LINES - y) / (ny - y)
        at = np.where((share >= 0) & (share <= 1), x + share * (nx - x), np.nan)
    left, right = np.where(np.isnan(at), np.inf, at).min(0), np.where(np.isnan(at), -np.inf, at).max(0)
    return np.stack([left, right])


def _part(row: _Row, one: int, other: int) -> bool:
    """Move and turn two neighbours apart by a share of how far they overlap; whether they did."""
    over = row.right[one] - row.left[other] - CLOSE
    if over.max() <= 0:
        return False
    common = np.flatnonzero(np.isfinite(over))
    heights = LINES[common]
    share = (heights - heights[0]) / max(float(np.ptp(heights)), 0.02)
    crowns = share < CROWN if row.down > 0 else share > 1 - CROWN
    near, far = (float(over[common][part].max(initial=0.0)) for part in (crowns, ~crowns))
    lean = max(far - near, 0.0) / max(float(np.ptp(heights)), 0.05)
    for at, hand in ((one, -1), (other, 1)):
        turn = float(np.clip(row.lean[at] + hand * SHARE * lean, -LEAN, LEAN)) - row.lean[at]
        shift = hand * SHARE * near + turn * row.down * (LINES - row.tips[at])
        row.left[at] += shift
        row.right[at] += shift
        row.move[at] += hand * SHARE * near
        row.lean[at] += turn
    return True


def _close(row: _Row, one: int, other: int) -> bool:
    """Move two neighbours towards each other where a small gap is left between them; whether they did."""
    gap = float((row.left[other] - row.right[one]).min())
    if not SLIT < gap < WIDE:
        return False
    for at, hand in ((one, 1), (other, -1)):
        shift = hand * SHARE * (gap - SLIT) / 2
        row.left[at] += shift
        row.right[at] += shift
        row.move[at] += shift
    return True


def _nudged(shape: Outline, move: float, lean: float) -> Outline:
    """The tooth moved sideways, its root turned by `lean` (radians) towards the image's right."""
    down = axis_of(shape.angle)
    turn = -lean if down[1] > 0 else lean
    tip = shape.centre - shape.size * down
    centre = tip + shape.size * axis_of(shape.angle + turn) + [move, 0]
    return replace(shape, centre=centre, angle=shape.angle + turn)


def _open_bite(shapes: dict[int, Outline]) -> None:
    """Move the jaws apart where too many of the crowns that meet lie over each other."""
    jaws = [[fdi for fdi in shapes if (fdi < 30) == upper] for upper in (True, False)]
    ends = {fdi: np.ptp(to_image(shape)[:, 1]) / 2 for fdi, shape in shapes.items()}
    over = [
        shapes[high].centre[1] + ends[high] - shapes[low].centre[1] + ends[low]
        for high in jaws[0]
        for low in jaws[1]
        if abs(shapes[low].centre[0] - shapes[high].centre[0]) < 0.05
    ]
    excess = float(np.quantile(over, MEETING)) - BITE if over else 0.0
    if excess <= 0:
        return
    for hand, jaw in zip((-1, 1), jaws, strict=True):
        shift = np.array([0.0, hand * excess / 2])
        for fdi in jaw:
            shapes[fdi] = replace(shapes[fdi], centre=shapes[fdi].centre + shift)
