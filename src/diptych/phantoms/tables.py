"""Anatomy in numbers: what the phantoms' distributions follow.

Teeth were measured on the 301 training rows of UFBA-425 (Budagam et al. 2025, figshare
doi 10.6084/m9.figshare.29827475, Apache-2.0; images of Silva, Oliveira and Pithon 2018): for every
tooth of the label maps its centroid, the extents along and across the main axis of its pixels, that
axis' tilt and the mean grey level; medians over the images, the two sides averaged. Lung fields were
measured on the 713 training rows of the Kermany images (CC BY 4.0) with V7 lung masks (CC BY 4.0).
"""

from __future__ import annotations

from typing import NamedTuple


class Tooth(NamedTuple):
    """A typical tooth. Lengths in image heights, as seen at 2:1."""

    offset: float
    """Centre's distance from the midline."""
    y: float
    """Centre's height in the image."""
    length: float
    """Extent along the axis."""
    width: float
    """Extent across the axis."""
    tilt: float
    """Degrees by which the axis, followed downwards, leans away from the midline."""
    crown: float
    """Share of the length that is crown (textbook sizes, Wheeler)."""
    missing: float
    """Share of images without it."""


UPPER = (
    Tooth(0.042, 0.4535, 0.230, 0.083, -0.2, 0.45, 0.12),
    Tooth(0.114, 0.448, 0.218, 0.070, 3.5, 0.41, 0.13),
    Tooth(0.189, 0.419, 0.245, 0.083, -2.2, 0.38, 0.10),
    Tooth(0.259, 0.437, 0.214, 0.086, 1.0, 0.39, 0.18),
    Tooth(0.329, 0.432, 0.207, 0.084, 4.7, 0.39, 0.20),
    Tooth(0.420, 0.436, 0.198, 0.120, 4.6, 0.40, 0.19),
    Tooth(0.520, 0.4095, 0.194, 0.115, 12.7, 0.40, 0.12),
    Tooth(0.586, 0.3425, 0.148, 0.105, 13.0, 0.46, 0.31),
)
LOWER = (
    Tooth(0.026, 0.651, 0.165, 0.051, 2.3, 0.42, 0.04),
    Tooth(0.082, 0.651, 0.176, 0.060, 0.5, 0.41, 0.04),
    Tooth(0.155, 0.6665, 0.213, 0.074, 6.4, 0.41, 0.03),
    Tooth(0.230, 0.6555, 0.208, 0.079, 9.4, 0.39, 0.07),
    Tooth(0.314, 0.6475, 0.217, 0.084, 17.2, 0.37, 0.15),
    Tooth(0.420, 0.6335, 0.242, 0.133, 31.0, 0.37, 0.35),
    Tooth(0.541, 0.597, 0.228, 0.127, 38.0, 0.38, 0.20),
    Tooth(0.652, 0.571, 0.168, 0.118, 37.0, 0.46, 0.33),
)
MIDLINE = 1.016
"""Mean x of the midline: patients stand a little to the image's right."""

MISSING_COUNTS = (
    115,
    23,
    23,
    15,
    22,
    14,
    8,
    5,
    9,
    7,
    7,
    6,
    7,
    3,
    1,
    5,
    4,
    1,
    1,
    2,
    3,
    2,
    4,
    0,
    1,
    3,
    3,
    1,
    1,
    1,
    2,
    2,
)
"""Images with 0, 1, 2, ... missing teeth."""

JAW_SPREAD = {"shift": 0.020, "width": 0.080, "rise": 0.042, "smile": 0.11}
"""Standard deviations between patients: midline shift, scale of the arch's width, vertical position,
and curvature (image heights a squared image height)."""

MEAN_GREY = (
    (146, 131, 119, 112, 103, 95, 96, 85),
    (119, 110, 112, 109, 105, 97, 98, 97),
    (110, 111, 119, 123, 112, 94, 94, 96),
    (109, 116, 117, 121, 128, 114, 106, 101),
    (101, 110, 119, 119, 116, 104, 99, 95),
    (81, 92, 100, 102, 102, 94, 108, 106),
    (63, 65, 72, 83, 84, 84, 101, 102),
    (45, 42, 40, 38, 41, 57, 90, 96),
)
"""Mean grey levels of the radiographs on an 8 x 16 grid, sides averaged, right half."""

SHADE_AT = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of a tooth's length, from its occlusal edge."""

SHADES = {
    "upper incisor": (76, 86, 89, 98, 108, 115, 117, 113, 110, 111, 110, 107, 104, 97),
    "upper canine": (88, 100, 114, 126, 131, 127, 122, 113, 113, 115, 112, 104, 96, 86),
    "upper premolar": (88, 104, 128, 150, 145, 135, 126, 111, 112, 114, 113, 108, 100, 91),
    "upper molar": (94, 122, 152, 171, 162, 153, 146, 132, 133, 136, 131, 124, 117, 106),
    "lower incisor": (90, 98, 104, 110, 117, 121, 122, 121, 121, 120, 119, 116, 111, 104),
    "lower canine": (74, 86, 98, 110, 117, 118, 118, 118, 119, 119, 117, 114, 110, 104),
    "lower premolar": (88, 112, 132, 132, 127, 120, 113, 109, 112, 114, 113, 111, 106, 98),
    "lower molar": (96, 124, 150, 163, 158, 148, 138, 116, 115, 117, 117, 113, 104, 92),
}
"""Grey level along the middle of teeth without metal at `SHADE_AT`: medians, the occlusal end read on
the side where the crown reaches highest."""
