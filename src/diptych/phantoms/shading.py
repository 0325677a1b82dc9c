"""The shades of sound teeth: bright enamel, dentin, darker pulp, the seams around crowns and roots."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.arch import is_upper
from diptych.phantoms.tables import SHADE_AT, SHADES
from diptych.phantoms.tooth import STEPS, Flat, Patches, kind

DENSER = {6: 0.98, 7: 1.02, 8: 1.09}
"""Molars are the denser the further back: grey level relative to all molars, as measured."""


@lru_cache(maxsize=64)
def _ramp(fdi: int) -> NDArray[np.float32]:
    """(STEPS,) measured grey level over v; average images are blurred, so the contrast is raised a little."""
    level = np.array(SHADES[f"{'upper' if is_upper(fdi) else 'lower'} {kind(fdi)}"], float)
    level = (level.mean() + 1.18 * (level - level.mean())) * DENSER.get(fdi % 10, 1.0)
    return np.asarray(np.interp(np.linspace(0, 1, STEPS), SHADE_AT, level), np.float32)


def shade(patches: Patches, relative: NDArray[np.float64]) -> Flat:
    """(n,) grey levels, 0 to 255, of teeth that are `relative` (T,) to the average of their kind."""
    ramps = np.stack([_ramp(int(fdi)) for fdi in patches.fdi])
    ramps *= relative[:, None].astype(np.float32)
    step = np.clip((patches.v * np.float32(STEPS - 1)).astype(np.int64), 0, STEPS - 1)
    level = ramps.reshape(-1).take(patches.tooth * STEPS + step)
    across = np.abs(patches.u - patches.middle) / np.maximum(patches.half, np.float32(0.05))
    crown = patches.each(patches.crown)
    shades: Flat = level * (_body(across) + _enamel(patches, crown) - _pulp(patches.v, across, crown))
    return shades


def _body(across: Flat) -> Flat:
    """Cylinders absorb most in the middle."""
    body: Flat = np.float32(1.05) - np.float32(0.16) * np.minimum(across * across, 1)
    return body


def _enamel(patches: Patches, crown: Flat) -> Flat:
    """A bright shell, thickest at the cusps, running out at the neck; molars have most of it."""
    much = np.where(patches.fdi % 10 > 3, 0.20, 0.12).astype(np.float32)
    thick = patches.each(np.float32(0.22) * patches.scale[:, 0])
    skin = np.clip(np.float32(1.4) - patches.depth / thick, 0, 1)
    shell: Flat = patches.each(much) * (skin * np.clip((crown - patches.v) * 8 + np.float32(0.3), 0, 1))
    return shell


def _pulp(v: Flat, across: Flat, crown: Flat) -> Flat:
    """Dark chamber in the crown's lower half and a canal in each root."""
    half = np.where(v < crown * np.float32(1.2), np.float32(0.36), np.float32(0.24))
    reach = np.clip((v - crown * np.float32(0.5)) * 10, 0, 1) * np.clip((1 - v) * 5, 0, 1)
    hollow: Flat = np.float32(0.15) * (np.clip((half - across) * 5, 0, 1) * reach)
    return hollow


def surroundings(patches: Patches) -> Flat:
    """(n,) what to add around a tooth: dark gaps at the neck, ligament and lamina dura at the root."""
    away = -patches.depth
    crown = patches.each(patches.crown)
    rooted = np.clip((patches.v - crown - np.float32(0.02)) * 10, 0, 1)
    seam = np.maximum(1 - np.abs(away - np.float32(0.6)) * np.float32(0.6), 0)
    wall = np.maximum(1 - np.abs(away - np.float32(2.2)) * np.float32(0.7), 0)
    neck = np.maximum(1 - np.square((patches.v - crown * np.float32(0.85)) / np.float32(0.16)), 0)
    gap = np.maximum(1 - np.abs(away - np.float32(0.5)) * np.float32(0.35), 0) * neck
    around: Flat = (wall * 7 - seam * 8) * rooted - gap * np.float32(24)
    return around


def firmness(patches: Patches) -> Flat:
    """(n,) how much a tooth covers what lies behind it: crowns more than roots."""
    cover = np.clip(patches.depth + np.float32(0.5), 0, 1)
    deep = np.clip((patches.v - patches.each(patches.crown)) * np.float32(1.5), 0, 1)
    firm: Flat = cover * (np.float32(0.94) - np.float32(0.22) * deep)
    return firm
