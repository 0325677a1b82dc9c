"""Could this chest radiograph, with its map of the lungs, be of a person?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from diptych.metrics.checks import alike, images
from diptych.metrics.ranges import Values
from diptych.metrics.symmetry import mirror_symmetry, pixel_symmetry

RIGHT, LEFT = 1, 2
"""Codes of the patient's right and left lung; the right one is on the image's left."""

WHOLE = 0.99
"""Share of a lung that is one piece; the rest may be crumbs."""

TIP = 0.15
"""Share of a lung's height that is its apex, and its base."""

HEART_ROWS = (0.4, 0.8)
"""Where the heart lies between the top and the bottom of the lungs: below the great vessels, above
the diaphragm, under which the liver is bright on the other side."""

HEART_REACH = 0.3
"""How far from the midline the heart is looked for, in widths of the chest."""

SHORTEST = 8
"""Rows that both lungs must share before anything is read between them."""


def chest_scores(pixels: NDArray[np.generic], masks: NDArray[np.uint8]) -> dict[str, Values]:
    """Scores of every image (N, H, W) with its mask of lungs (N, H, W; 1 right, 2 left), each (N,).

    Compare them with those of real images by `ranges.plausible_rates`; no direction is better.
    Frontal images whose bright parts are dense, as radiographs are usually shown.

    - `lung share`: area of both lung fields, as a share of the image.
    - `right share`: area of the right field, as a share of both.
    - `field symmetry`: match of the fields with their mirror image, 0 to 1.
    - `image symmetry`: the same of the pixels, -1 to 1.
    - `heart side`: brightness to the patient's left of the midline less that to the right, at the
      height of the heart, in standard deviations; positive when the heart is on the left. The
      midline is that of the outer borders, since some masks reach behind the heart.
    - `upright`: how much nearer to the midline the apices are than the lowest parts, in widths
      of the chest; negative when the lungs are upside down.
    - `lung darkness`: brightness between the lungs less that of the lungs, in standard deviations.
    - `lawful lungs`: yes when there are two, the right one on the image's left, each in one piece.

    NaN where a lung is missing or too small to tell; a flat image scores 0 in what is read from pixels.
    """
    alike(images(pixels, "images"), masks, "images and masks")
    rows = [_row(image.astype(np.float64), mask) for image, mask in zip(pixels, masks, strict=True)]
    table = np.array([[float(value) for value in row.values()] for row in rows])
    scores: dict[str, Values] = {
        "field symmetry": mirror_symmetry(masks > 0),
        "image symmetry": pixel_symmetry(pixels),
    }
    scores |= dict(zip(rows[0], table.T, strict=True))
    scores["lawful lungs"] = scores["lawful lungs"] == 1
    return scores


def _row(image: NDArray[np.float64], mask: NDArray[np.uint8]) -> dict[str, float]:
    fields = mask > 0
    right, left = mask == RIGHT, mask == LEFT
    area = int(fields.sum())
    return {
        "lung share": area / mask.size,
        "right share": int(right.sum()) / area if area else math.nan,
        "heart side": _heart_side(image, right, left),
        "upright": _upright(right, left),
        "lung darkness": _darkness(image, fields),
        "lawful lungs": _is_lawful(right, left),
    }


def _is_lawful(right: NDArray[np.bool_], left: NDArray[np.bool_]) -> bool:
    if not (right.any() and left.any()):
        return False
    sides = np.nonzero(right)[1].mean() < np.nonzero(left)[1].mean()
    return bool(sides and _is_whole(right) and _is_whole(left))


def _is_whole(lung: NDArray[np.bool_]) -> bool:
    from scipy.ndimage import label

    pieces = np.bincount(label(lung)[0].ravel())[1:]
    return bool(pieces.max() >= WHOLE * pieces.sum())


def _heart_side(image: NDArray[np.float64], right: NDArray[np.bool_], left: NDArray[np.bool_]) -> float:
    rows = np.flatnonzero(right.any(axis=1) & left.any(axis=1))
    if len(rows) < SHORTEST:
        return math.nan
    outer_right = right[rows].argmax(axis=1)
    outer_left = left.shape[1] - 1 - left[rows, ::-1].argmax(axis=1)
    # In steps of half a column, so that a mirrored image has exactly the mirrored midline.
    middle = float(np.rint(np.median(outer_right + outer_left))) / 2
    across = np.arange(image.shape[1]) - middle
    reach = min(HEART_REACH * float(np.median(outer_left - outer_right)), middle, across[-1])
    first, last = (int(share * len(rows)) for share in HEART_ROWS)
    band = image[rows[first:last]][:, np.abs(across) <= reach]
    sides = np.sign(across[np.abs(across) <= reach])
    if not sides.any():
        return math.nan
    spread = float(band.std())
    return float(band[:, sides > 0].mean() - band[:, sides < 0].mean()) / spread if spread > 0 else 0.0


def _upright(right: NDArray[np.bool_], left: NDArray[np.bool_]) -> float:
    columns = np.flatnonzero((right | left).any(axis=0))
    if not (right.any() and left.any()) or len(columns) < SHORTEST:
        return math.nan
    inwards = (_lean(right) - _lean(left)) / 2
    return inwards / float(columns[-1] - columns[0])


def _lean(lung: NDArray[np.bool_]) -> float:
    """How far the apex lies to the image's right of the lung's lowest part, in pixels."""
    rows, columns = np.nonzero(lung)
    tip = TIP * (rows[-1] - rows[0])
    apex, base = columns[rows <= rows[0] + tip], columns[rows >= rows[-1] - tip]
    return float(apex.mean() - base.mean())


def _darkness(image: NDArray[np.float64], fields: NDArray[np.bool_]) -> float:
    started = np.logical_or.accumulate(fields, axis=1)
    to_come = np.logical_or.accumulate(fields[:, ::-1], axis=1)[:, ::-1]
    between = started & to_come & ~fields
    if not between.any():
        return math.nan
    spread = float(image.std())
    return float(image[between].mean() - image[fields].mean()) / spread if spread > 0 else 0.0
