"""What the pixels of a layout show of each finding, and where."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diptych.layouts.layout import Layout
from diptych.records.finding import Finding
from diptych.records.labels import FDI, LABELS
from diptych.records.sample import Body, Mask
from diptych.records.vocabulary import SIDES

Plane = NDArray[np.bool_]
ON_TOOTH = ("caries", "deep caries", "restoration", "crown", "root canal")
"""Findings whose pixels lie on their tooth."""
BESIDE_TOOTH = ("periapical lesion", "implant")
"""Findings whose pixels lie at the root of their tooth, or in its gap."""
REACH = 2
"""Pixels between a lesion and the tooth that it still touches."""
EIGHT = np.ones((3, 3), bool)
"""Pixels that touch at a corner belong together."""
LEVELS = ("upper", "middle", "lower")


def code_of(body: Body, name: str) -> int:
    """The code of a finding in the layer of findings; 0 for what no mask shows."""
    labels = LABELS[body, "findings"].labels
    return next((label.code for label in labels if label.name == name), 0)


def place_of(layout: Layout, finding: Finding) -> Plane:
    """(H, W) where the pixels of a finding may lie; everywhere for findings of the whole image."""
    if layout.body == "chest":
        return _lung_place(layout.layers["lungs"], finding)
    teeth = layout.layers["teeth"]
    if not finding.site:
        return np.ones(teeth.shape, bool)
    fdi = int(finding.site)
    if finding.name == "implant":
        return gap_of(teeth, fdi)
    tooth = teeth == fdi
    return near(tooth, REACH) if finding.name == "periapical lesion" else tooth


def is_shown(layout: Layout, finding: Finding) -> bool:
    """Whether the layers agree that the finding is there; what no mask can show counts as shown."""
    if finding.name == "missing":
        return not bool((layout.layers["teeth"] == int(finding.site)).any())
    code = code_of(layout.body, finding.name)
    if not code or "findings" not in layout.layers:
        return True
    return bool((place_of(layout, finding) & (layout.layers["findings"] == code)).any())


def near(plane: Plane, pixels: int) -> Plane:
    """The plane grown by so many pixels."""
    grown: Plane = ndimage.binary_dilation(plane, EIGHT, iterations=pixels)
    return grown


def gap_of(teeth: Mask, fdi: int) -> Plane:
    """(H, W) the columns between the neighbours of a missing tooth, in its jaw's half of the image."""
    row = FDI[:16] if fdi < 30 else (*FDI[:15:-1],)
    centres = tooth_centres(teeth)
    at = row.index(fdi)
    before = [centres[other][0] for other in row[:at] if other in centres]
    after = [centres[other][0] for other in row[at + 1 :] if other in centres]
    columns = np.arange(teeth.shape[1])
    between = (columns > max(before, default=-1)) & (columns < min(after, default=teeth.shape[1]))
    gap: Plane = between[None, :] & _jaw_half(teeth, centres, upper=fdi < 30)
    return gap


def _jaw_half(teeth: Mask, centres: Mapping[int, tuple[float, float]], *, upper: bool) -> Plane:
    """Rows above (or below) the bite, as far as the teeth tell where it is."""
    highs = [y for fdi, (_, y) in centres.items() if fdi < 30]
    lows = [y for fdi, (_, y) in centres.items() if fdi >= 30]
    rows = np.arange(teeth.shape[0])[:, None]
    if upper:
        return np.asarray(rows < (np.median(lows) if lows else teeth.shape[0]))
    return np.asarray(rows > (np.median(highs) if highs else -1))


def tooth_centres(teeth: Mask) -> dict[int, tuple[float, float]]:
    """Centroid (column, row) of every tooth of the mask."""
    flat = teeth.ravel()
    counts = np.bincount(flat, minlength=256)
    rows, columns = np.divmod(np.arange(flat.size), teeth.shape[1])
    x, y = (np.bincount(flat, weights, 256) for weights in (columns, rows))
    return {fdi: (x[fdi] / counts[fdi], y[fdi] / counts[fdi]) for fdi in FDI if counts[fdi]}


def lung_zone(lungs: Mask, zone: str) -> Plane:
    """(H, W) one third of a lung's height, such as "right upper"."""
    side, level = zone.split()
    lung = lungs == 1 + SIDES.index(side)
    rows = np.flatnonzero(lung.any(axis=1))
    if not len(rows):
        return np.asarray(lung)
    third = LEVELS.index(level)
    cuts = rows[0] + (rows[-1] + 1 - rows[0]) * np.array([third, third + 1]) / 3
    inside = (np.arange(len(lungs)) >= round(cuts[0])) & (np.arange(len(lungs)) < round(cuts[1]))
    zoned: Plane = lung & inside[:, None]
    return zoned


def _lung_place(lungs: Mask, finding: Finding) -> Plane:
    if " " in finding.site:
        return lung_zone(lungs, finding.site)
    if finding.site:
        return np.asarray(lungs == 1 + SIDES.index(finding.site))
    return np.asarray(lungs > 0)


def heart_share(layout: Layout) -> float:
    """Width of the heart as a share of the chest's, both as masks show them; 0 without a heart."""
    heart = layout.layers.get("anatomy", np.zeros((1, 1), np.uint8)) == 1
    columns = np.flatnonzero(heart.any(axis=0))
    chest = np.flatnonzero((layout.layers["lungs"] > 0).any(axis=0))
    if not len(columns) or not len(chest):
        return 0.0
    return float((columns[-1] - columns[0] + 1) / (chest[-1] - chest[0] + 1))
