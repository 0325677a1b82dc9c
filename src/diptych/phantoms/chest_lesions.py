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
    """What disease does to the lungs: density to add, air to add, and where."""

    def __init__(self, frame: Frame) -> None:
        self.density: Plane = np.zeros(frame.shape, np.float32)
        """0 is clear lung, 1 as dense as the heart."""
        self.airy: Plane = np.zeros(frame.shape, np.float32)
        """0 is normal lung, 1 is free air without vessels."""
        self.line: Plane = np.zeros(frame.shape, np.float32)
        """The visceral pleura, where air has lifted it off the wall."""
        self.mask: Mask = np.zeros(frame.shape, np.uint8)


def draw_disease(
    rng: np.random.Generator,
    frame: Frame,
    thorax: Thorax,
    lungs: tuple[Plane, Plane],
    case: Collection[Finding],
) -> Disease:
    """The findings of a case on the soft lung covers (right, left)."""
    disease = Disease(frame)
    for hand, name in enumerate(SIDES):
        if Finding("pneumothorax", name) in case:
            _pneumothorax(rng, frame, thorax, lungs, hand, disease)
    if Finding("pneumothorax") in case:
        _pneumothorax(rng, frame, thorax, lungs, int(rng.integers(2)), disease)
    for zone in _zones(rng, case):
        _opacity(rng, frame, thorax, lungs, zone, disease)
    for hand, name in enumerate(SIDES):
        if Finding("effusion", name) in case:
            _effusion(rng, frame, thorax, lungs, hand, disease)
    if Finding("effusion") in case:
        _effusion(rng, frame, thorax, lungs, int(rng.integers(2)), disease)
    return disease


def _zones(rng: np.random.Generator, case: Collection[Finding]) -> list[str]:
    """Zones to cloud: the named ones, or some when an opacity or pneumonia has no place given."""
    named = sorted(finding.site for finding in case if finding.name == "opacity" and finding.site)
    vague = Finding("opacity") in case or (Finding("pneumonia") in case and not named)
    if vague:
        free = [zone for zone in ZONES if zone not in named]
        named += [
            str(zone) for zone in rng.choice(free, min(len(free), int(rng.integers(1, 4))), replace=False)
        ]
    return named


def zone_band(thorax: Thorax, zone: str) -> tuple[int, float, float]:
    """(hand, y0, y1): side (0 right, 1 left) and the third of the lung's height a zone is."""
    side, height = zone.split()
    hand = SIDES.index(side)
    _, top, _, bottom = thorax.box[hand]
    third = (bottom - top) / 3
    k = ("upper", "middle", "lower").index(height)
    return hand, top + k * third, top + (k + 1) * third


def _opacity(
    rng: np.random.Generator,
    frame: Frame,
    thorax: Thorax,
    lungs: tuple[Plane, Plane],
    zone: str,
    disease: Disease,
) -> None:
    hand, top, bottom = zone_band(thorax, zone)
    x0, _, x1, _ = thorax.box[hand]
    inside = np.argwhere((lungs[hand] > 0.7) & (frame.yy > top) & (frame.yy < bottom))
    wide, tall = x1 - x0, bottom - top
    blob = np.zeros(frame.shape, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        row, column = inside[rng.integers(len(inside))]
        y, x = (row + 0.5) * frame.pixel, (column + 0.5) * frame.extent / frame.width
        y = np.clip(y, top + 0.2 * tall, bottom - 0.2 * tall)
        rx, ry = rng.uniform(0.16, 0.34) * wide, rng.uniform(0.25, 0.5) * tall
        blob = np.maximum(blob, np.exp(-np.square((frame.xx - x) / rx) - np.square((frame.yy - y) / ry)))
    ragged = blob * (1 + 0.30 * clouds(rng, frame, 0.05) + 0.18 * clouds(rng, frame, 0.022))
    band = edge(frame.yy - top + 0.02, 0.05) * edge(bottom - frame.yy + 0.02, 0.05)
    cover = np.clip((ragged - 0.22) * 1.9, 0, 1) * lungs[hand] * band
    strength = float(rng.uniform(0.5, 0.95))
    disease.density = np.maximum(disease.density, cover * strength)
    marked = (cover > 0.25) & (frame.yy > top) & (frame.yy < bottom)
    if not marked.any():
        marked = (cover >= cover.max()) & (lungs[hand] > 0.5)
    disease.mask[marked] = OPACITY


def _effusion(
    rng: np.random.Generator,
    frame: Frame,
    thorax: Thorax,
    lungs: tuple[Plane, Plane],
    hand: int,
    disease: Disease,
) -> None:
    """Fluid fills the angle and climbs the side wall: a meniscus."""
    x0, top, x1, bottom = thorax.box[hand]
    lateral, medial = (x0, x1) if hand == 0 else (x1, x0)
    across = np.clip((frame.xx - lateral) / (medial - lateral), 0, 1)
    fill = float(rng.uniform(0.16, 0.5)) * (bottom - top)
    surface = bottom - fill * (0.62 + 0.75 * np.exp(-across / 0.10) - 0.32 * across)
    cover = edge(frame.yy - surface, 0.03) * soften(lungs[hand], 0.4)
    disease.density = np.maximum(disease.density, cover * 1.05)
    disease.mask[(cover > 0.5) & (lungs[hand] > 0.5)] = EFFUSION


def _pneumothorax(
    rng: np.random.Generator,
    frame: Frame,
    thorax: Thorax,
    lungs: tuple[Plane, Plane],
    hand: int,
    disease: Disease,
) -> None:
    """Free air between the chest wall and a shrunken lung with a fine pleural line."""
    x0, top, x1, bottom = thorax.box[hand]
    medial = x1 if hand == 0 else x0
    shrink = float(rng.uniform(0.62, 0.88))
    centre = np.array([medial, top + 0.62 * (bottom - top)])
    rows = (centre[1] + (frame.yy - centre[1]) / shrink) * frame.height - 0.5
    columns = (centre[0] + (frame.xx - centre[0]) / shrink) / frame.extent * frame.width - 0.5
    row = np.clip(np.rint(rows).astype(int), 0, frame.height - 1)
    column = np.clip(np.rint(columns).astype(int), 0, frame.width - 1)
    shrunk = soften(lungs[hand][row, column].astype(np.float32), 0.6)
    air = lungs[hand] * (1 - shrunk)
    disease.airy = np.maximum(disease.airy, air)
    disease.line = np.maximum(disease.line, 4 * shrunk * (1 - shrunk) * (lungs[hand] > 0.8))
    disease.mask[(air > 0.5) & (lungs[hand] > 0.5)] = PNEUMOTHORAX
