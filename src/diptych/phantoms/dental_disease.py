"""Diseases of teeth: caries, deep caries and periapical lesions."""

from __future__ import annotations

import numpy as np

from diptych.phantoms.brush import CODES, Brush, cover_of
from diptych.phantoms.canvas import Plane


def caries(brush: Brush) -> None:
    """A dark notch in one flank of the crown, in enamel and outer dentin."""
    height = brush.crown * brush.number(0.3, 0.65)
    _rot(brush, brush.spot((brush.hand() * 0.95, height), (0.5, brush.crown * 0.34)), 0.60, "caries")


def deep_caries(brush: Brush) -> None:
    """A large cavity that reaches the pulp."""
    height = brush.crown * brush.number(0.2, 0.45)
    _rot(brush, brush.spot((brush.hand() * 0.6, height), (0.70, brush.crown * 0.64)), 0.56, "deep caries")


def _rot(brush: Brush, hollow: Plane, remains: float, name: str) -> None:
    """Demineralised tissue: `remains` of the density is left; the edges are soft."""
    brush.paint(cover_of(hollow * np.float32(0.6)) * brush.body, brush.behind * np.float32(remains), name)


def periapical_lesion(brush: Brush) -> None:
    """A dark halo around the apex with a hint of a bright rim; it touches the root."""
    size = brush.number(0.020, 0.038) * brush.mouth.frame.height
    x, y = (brush.u - brush.number(-0.3, 0.3)) * brush.wide, (brush.v - 0.99) * brush.long
    lobes = brush.number(0, 0.12) * np.cos(2 * np.arctan2(y, x) + brush.number(0, 6))
    away = np.hypot(x, y) * (1 + lobes)
    outside = 1 - brush.body
    brush.mouth.image[brush.window] += 12 * np.exp(-np.square((away - size - 1.0) / 0.9)) * outside
    halo = np.clip((size - away) * np.float32(0.4) + np.float32(0.7), 0, 1) * (1 - 0.7 * brush.body)
    dark = brush.behind * np.float32(brush.number(0.58, 0.74))
    brush.mouth.paint(brush.window, halo, dark, "periapical lesion")
    brush.mouth.findings[brush.window][(away < size) & (brush.v > 0.9)] = CODES["periapical lesion"]
