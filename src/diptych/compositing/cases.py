"""Which lesions are composited into an image, and on which of its teeth."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diptych.base.errors import DiptychError
from diptych.layouts.skeleton import Jaws
from diptych.phantoms.arch import is_upper, typical
from diptych.records.finding import Finding
from diptych.records.labels import FDI
from diptych.records.sample import Mask

LESIONS = ("caries", "deep caries", "periapical lesion")
"""What can be composited: it darkens what is there. Dental work covers it, and real images are full of
work that no mask shows, beside which painted work could not be told apart."""
COUNTS = (0.2, 0.2, 0.25, 0.2, 0.15)
"""Share of the images that get 0, 1, ... ill teeth."""
CAUSED = 0.5
"""Share of periapical lesions that come with the deep caries that causes them, where both may be drawn."""

SHORTEST, THINNEST = 0.7, 0.6
"""Shares of the usual length and width below which a tooth is cut off, a germ, or a remnant."""
WHOLE = 0.95
"""Share of a tooth's pixels that hang together, if it is whole."""
SUNK = 0.035
"""Image heights by which the edge of a tooth that has not come through lies deeper than the others'."""
ROUNDS = 4
"""In which teeth that lie deep are left out of the curve that tells so."""


def check_names(names: Sequence[str]) -> None:
    """Raise `DiptychError` for a finding that is not composited, and for none at all."""
    unknown = [name for name in names if name not in LESIONS]
    if unknown or not names:
        what = f"{', '.join(map(repr, unknown))} is not composited" if unknown else "names no finding"
        raise DiptychError.of("--findings", what, f"choose from {', '.join(LESIONS)}")


def draw_count(rng: np.random.Generator) -> int:
    """How many teeth of an image are to be ill."""
    return int(rng.choice(len(COUNTS), p=COUNTS))


def draw_lesions(rng: np.random.Generator, fdi: int, names: Sequence[str]) -> frozenset[Finding]:
    """The lesions of one tooth: one, or a periapical lesion with its cause."""
    name, with_cause = str(rng.choice(sorted(names))), rng.random() < CAUSED
    found = {Finding(name, str(fdi))}
    if name == "periapical lesion" and "deep caries" in names and with_cause:
        found.add(Finding("deep caries", str(fdi)))
    return frozenset(found)


def apart(fdi: int, others: Collection[int]) -> bool:
    """Whether a tooth is none of the others and stands beside none: lesions would run into each other."""
    places = {_place(other) for other in others}
    jaw, at = _place(fdi)
    return not places & {(jaw, at - 1), (jaw, at), (jaw, at + 1)}


def _place(fdi: int) -> tuple[bool, int]:
    """Jaw and place in its row, from the patient's right to the left."""
    quadrant, tooth = divmod(fdi, 10)
    return quadrant in (1, 2), -tooth if quadrant in (1, 4) else tooth - 1


def fit_teeth(teeth: Mask, jaws: Jaws, named: Collection[str]) -> Iterator[int]:
    """The teeth (FDI) of a mask (H, W) that a lesion can be drawn on.

    They are there, whole, not cut off, of about the usual size and erupted; no third molars, which lie at
    angles that the painters do not know; and none that findings are `named` at already.
    """
    boxes, deep = ndimage.find_objects(teeth, max_label=max(FDI)), sunk(jaws)
    for row, fdi in enumerate(FDI):
        box = boxes[fdi - 1]
        if fdi % 10 == 8 or box is None or str(fdi) in named or _at_border(box, teeth.shape):
            continue
        usual = typical(fdi)
        long, wide = jaws.teeth.length[row] / usual.length, jaws.teeth.width[row] / usual.width
        if long > SHORTEST and wide > THINNEST and deep[row] < SUNK and _is_one(teeth[box] == fdi):
            yield fdi


def sunk(jaws: Jaws) -> NDArray[np.float64]:
    """(32,) how much deeper than the curve of its jaw each tooth's edge lies, in image heights."""
    x, y = jaws.teeth.tip.T
    upper = np.array([is_upper(fdi) for fdi in FDI])
    depth = np.zeros(len(FDI))
    for jaw, towards_apex in ((upper, -1), (~upper, 1)):
        there = jaw & jaws.teeth.present & (jaws.teeth.fdi % 10 < 8)
        for _ in range(ROUNDS):  # the curve of those that have come through, which are the highest
            through = there & (depth < SUNK / 2)
            if through.any():
                bend = np.polyfit(x[through], y[through], min(2, int(through.sum()) - 1))
                depth[there] = towards_apex * (y[there] - np.polyval(bend, x[there]))
    return depth


def _at_border(box: tuple[slice, ...], shape: tuple[int, ...]) -> bool:
    return any(part.start == 0 or part.stop == size for part, size in zip(box, shape, strict=True))


def _is_one(tooth: NDArray[np.bool_]) -> bool:
    pieces, count = ndimage.label(tooth)
    return count == 1 or bool(np.bincount(pieces[tooth]).max() >= WHOLE * tooth.sum())
