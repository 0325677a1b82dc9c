"""Lung masks to two sides: 1 the patient's right (image left), 2 the patient's left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from diptych.records.sample import Mask

RIGHT, LEFT = 1, 2
SMALL = 0.1
"""A component below this share of the largest is a speck, not a lung."""

Plane = NDArray[np.bool_]


def split_sides(lungs: Plane) -> Mask:
    """A foreground plane (H, W) as codes: 0, 1 on the image's left, 2 on its right.

    Two lungs that touch are parted where they are thinnest: the plane is eroded until it falls
    apart, and every pixel goes to the nearer remnant. A single lung gets the side of the image
    that it lies on. Specks join the nearer lung.
    """
    seeds = _two_seeds(lungs)
    if seeds is None:
        return _one_lung(lungs)
    return np.where(lungs, _nearest(seeds), 0).astype(np.uint8)


def hidden_behind(lungs: Mask, covers: Plane) -> Mask:
    """The lungs with what opaque things in front of them (pacemakers, arrows) cover.

    A covered pixel is lung where it lies inside the convex hull of that lung; the rest of the
    thing lies outside and stays background.
    """
    whole = lungs.copy()
    for side in (RIGHT, LEFT):
        whole[covers & (whole == 0) & _hull(lungs == side)] = side
    return whole


def fill_covered(plane: Plane, covers: Plane, reach: int) -> Plane:
    """The plane with those of `covers` that bridge its gaps of up to 2 x `reach` pixels (tubes)."""
    from scipy import ndimage

    far = ndimage.distance_transform_edt(~np.pad(plane, reach)) > reach
    # Closing with a disk: grow by `reach`, then shrink what was grown by as much.
    closed: Plane = ndimage.distance_transform_edt(~far)[reach:-reach, reach:-reach] > reach
    return np.asarray(plane | (closed & covers))


def _two_seeds(lungs: Plane) -> Mask | None:
    """Codes of two large, separate remnants, one left of the other; None for a single lung."""
    from scipy import ndimage

    depth = ndimage.distance_transform_edt(np.pad(lungs, 1))[1:-1, 1:-1]
    for level in np.linspace(0, 0.6 * depth.max(), 16):
        remnant, _ = ndimage.label(depth > level)
        areas = np.bincount(remnant.ravel())[1:]
        if len(areas) < 2:
            continue
        first, second = np.argsort(-areas, kind="stable")[:2] + 1
        if areas[second - 1] >= SMALL * areas[first - 1]:
            return _by_column(remnant == first, remnant == second)
    return None


def _by_column(one: Plane, other: Plane) -> Mask:
    if np.nonzero(one)[1].mean() > np.nonzero(other)[1].mean():
        one, other = other, one
    return (RIGHT * one + LEFT * other).astype(np.uint8)


def _nearest(seeds: Mask) -> Mask:
    """Every pixel with the code of the nearest seed."""
    from scipy import ndimage

    rows, columns = ndimage.distance_transform_edt(seeds == 0, return_distances=False, return_indices=True)
    nearest: Mask = seeds[rows, columns]
    return nearest


def _one_lung(lungs: Plane) -> Mask:
    if not lungs.any():
        return lungs.astype(np.uint8)
    middle = float(np.nonzero(lungs)[1].mean()) + 0.5
    side = RIGHT if middle < lungs.shape[1] / 2 else LEFT
    return (side * lungs).astype(np.uint8)


def _hull(plane: Plane) -> Plane:
    """The pixels inside the convex hull of a plane."""
    from PIL import Image, ImageDraw
    from scipy.spatial import ConvexHull, QhullError

    points = np.argwhere(plane)[:, ::-1]
    try:
        corners = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):
        # Fewer than three points, or all in a line: they are their own hull.
        return plane
    canvas = Image.new("1", plane.shape[::-1])
    ImageDraw.Draw(canvas).polygon([(int(x), int(y)) for x, y in corners], fill=1)
    return np.asarray(canvas)
