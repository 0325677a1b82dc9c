"""Findings of the chest: opacities by zone, effusions, pneumothorax, as soft planes and mask codes."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from diptych.phantoms.canvas import Frame, Plane, clouds, edge, soften
from diptych.phantoms.thorax import Thorax
from diptych.records.finding import Finding
from diptych.records.sample import Mask
from diptych.records.vocabulary import SIDES, ZONES

OPACITY, EFFUSION, PNEUMOTHORAX = 1, 2, 3
"""Codes of the findings layer."""


class Disease:
    """What disease does to one patient's lungs."""

    density: Plane
    """(H, W) what it adds: 0 is clear lung, 1 as dense as the heart."""
    airy: Plane
    """(H, W) 0 is normal lung, 1 is free air without vessels."""
    pleura: Plane
    """(H, W) the lung's skin, where air has lifted it off the wall."""
    mask: Mask

    def __init__(self, frame: Frame, thorax: Thorax, lungs: tuple[Plane, Plane]) -> None:
        """Healthy lungs; `lungs` are the soft covers (right, left)."""
        self._frame, self._thorax, self._lungs = frame, thorax, lungs
        self.density, self.airy, self.pleura = (np.zeros(frame.shape, np.float32) for _ in range(3))
        self.mask = np.zeros(frame.shape, np.uint8)

    def opacity(self, rng: np.random.Generator, zone: str) -> None:
        """Cloud a zone with one to three ragged blobs that fade out at its borders."""
        hand, top, bottom = self.zone_band(zone)
        frame, lung = self._frame, self._lungs[hand]
        within = (frame.yy > top) & (frame.yy < bottom)
        blob = self._blobs(rng, hand, (top, bottom), np.argwhere((lung > 0.7) & within))
        ragged = blob * (1 + 0.28 * clouds(rng, frame, 0.06) + 0.12 * clouds(rng, frame, 0.03))
        fade = edge(frame.yy - top + 0.02, 0.05) * edge(bottom - frame.yy + 0.02, 0.05)
        cover = np.clip((ragged - 0.18) * 1.4, 0, 1) * lung * fade
        self.density = np.maximum(self.density, cover * float(rng.uniform(0.55, 1.0)))
        marked = (cover > 0.3) & within & (lung > 0.5)
        if not marked.any():  # never leave a finding without a pixel
            marked = cover >= cover.max()
        self.mask[marked] = OPACITY

    def _blobs(
        self, rng: np.random.Generator, hand: int, band: tuple[float, float], inside: np.ndarray
    ) -> Plane:
        frame, (top, bottom) = self._frame, band
        wide, tall = self._thorax.sides[hand].width, bottom - top
        blob = np.zeros(frame.shape, np.float32)
        for _ in range(int(rng.integers(1, 4))):
            row, column = inside[rng.integers(len(inside))].tolist()
            x = (column + 0.5) * frame.extent / frame.width
            y = float(np.clip((row + 0.5) * frame.pixel, top + 0.2 * tall, bottom - 0.2 * tall))
            rx, ry = float(rng.uniform(0.16, 0.34)) * wide, float(rng.uniform(0.25, 0.5)) * tall
            blob = np.maximum(blob, np.exp(-np.square((frame.xx - x) / rx) - np.square((frame.yy - y) / ry)))
        return blob

    def zone_band(self, zone: str) -> tuple[int, float, float]:
        """(hand, y0, y1): side (0 right, 1 left) and the third of the lung's height a zone is."""
        side, height = zone.split()
        hand = SIDES.index(side)
        lung = self._thorax.sides[hand]
        third = lung.height / 3
        top = lung.top + ("upper", "middle", "lower").index(height) * third
        return hand, top, top + third

    def effusion(self, rng: np.random.Generator, hand: int) -> None:
        """Fluid blunts the angle and climbs the side wall: a meniscus."""
        frame, side = self._frame, self._thorax.sides[hand]
        across = np.clip((side.outer - side.hand * (frame.xx - side.axis)) / side.width, 0, 1)
        fill = float(rng.uniform(0.16, 0.5)) * side.height
        surface = side.bottom - fill * (0.62 + 0.75 * np.exp(-across / 0.10) - 0.32 * across)
        cover = edge(frame.yy - surface, 0.03) * soften(self._lungs[hand], 0.4)
        self.density = np.maximum(self.density, cover * np.float32(1.05))
        self.mask[(cover > 0.5) & (self._lungs[hand] > 0.5)] = EFFUSION

    def pneumothorax(self, rng: np.random.Generator, hand: int) -> None:
        """Free air between the chest wall and a shrunken lung with a fine pleural line."""
        frame, side, lung = self._frame, self._thorax.sides[hand], self._lungs[hand]
        shrink = float(rng.uniform(0.62, 0.86))
        x, y = side.x(side.inner), side.top + 0.62 * side.height
        rows = (y + (frame.yy - y) / shrink) * frame.height
        columns = (x + (frame.xx - x) / shrink) / frame.extent * frame.width
        row = np.clip(rows.astype(int), 0, frame.height - 1)
        column = np.clip(columns.astype(int), 0, frame.width - 1)
        shrunk = soften(lung[row, column], 0.6)
        air = lung * (1 - shrunk)
        self.airy = np.maximum(self.airy, air)
        self.pleura = np.maximum(self.pleura, 4 * shrunk * (1 - shrunk) * (lung > 0.8))
        self.mask[(air > 0.5) & (lung > 0.5)] = PNEUMOTHORAX


def make_ill(rng: np.random.Generator, disease: Disease, case: Collection[Finding]) -> None:
    """Add the findings of a case to healthy lungs; those without a side or zone get one."""
    for hand in _hands(rng, case, "pneumothorax"):
        disease.pneumothorax(rng, hand)
    for zone in _zones(rng, case):
        disease.opacity(rng, zone)
    for hand in _hands(rng, case, "effusion"):
        disease.effusion(rng, hand)


def _hands(rng: np.random.Generator, case: Collection[Finding], name: str) -> list[int]:
    named = [hand for hand, side in enumerate(SIDES) if Finding(name, side) in case]
    return [int(rng.integers(2))] if Finding(name) in case and not named else named


def _zones(rng: np.random.Generator, case: Collection[Finding]) -> list[str]:
    """Zones to cloud: the named ones, or some of the engine's choice when none is."""
    named = sorted(finding.site for finding in case if finding.name == "opacity" and finding.site)
    if named or not {Finding("opacity"), Finding("pneumonia")} & set(case):
        return named
    return [str(zone) for zone in rng.choice(ZONES, int(rng.integers(1, 4)), replace=False)]
