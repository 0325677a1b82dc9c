"""Repair: the nearest layout that anatomy allows, with the same teeth and the same findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diptych.layouts.examining import CANAL, LEAST, SLACK, astray, floating, stray_canal
from diptych.layouts.layout import MAIN, Layout
from diptych.layouts.shown import (
    EIGHT,
    ON_TOOTH,
    REACH,
    Plane,
    near,
    place_of,
    tooth_centres,
)
from diptych.records.finding import Finding
from diptych.records.labels import FDI, LABELS
from diptych.records.sample import Mask

MANDIBLE, MAXILLA = 1, 2
SOCKET = 2
"""Pixels of bone around a tooth that had none."""


def repair(layout: Layout) -> Layout:
    """A layout in one piece, in order, and true to its findings; unchanged where it already is.

    Teeth keep their largest piece without holes, fragments grow, numbers follow the order of the jaw;
    canals are cut to the mandible, teeth without bone get some; findings are cut to where they may lie,
    a lesion that floats is moved to its tooth, and what the findings do not name is taken away. A tooth
    that is not there is not made.
    """
    layers = {name: mask.copy() for name, mask in layout.layers.items()}
    findings = layout.findings
    layers[MAIN[layout.body]] = whole(layers[MAIN[layout.body]])
    if layout.body == "panoramic":
        buried = {int(f.site) for f in findings if f.name == "impacted"}
        renumbered = order(layers["teeth"], buried)
        layers["teeth"] = renumber(layers["teeth"], renumbered)
        findings = tuple(sorted(_moved(finding, renumbered) for finding in findings))
        if "anatomy" in layers:
            _embed(layers["teeth"], layers["anatomy"])
    mended = replace(layout, layers=layers, findings=findings)
    if "findings" in layers:
        layers["findings"] = _true_findings(mended)
    return mended


def _embed(teeth: Mask, anatomy: Mask) -> None:
    """Bone around teeth that float, as the alveolar process grows with them; canals in the mandible.

    Where a canal leaves the mandible it becomes bone; what does not even begin there is no canal.
    """
    stray = stray_canal(anatomy)
    pieces = ndimage.label(stray, EIGHT)[0]
    inside = np.isin(anatomy, (MANDIBLE, *CANAL)) & ~stray
    beside = stray & np.isin(pieces, np.unique(pieces[near(inside, 1)]))
    anatomy[stray] = 0
    anatomy[beside] = MANDIBLE
    if not np.isin(anatomy, (MANDIBLE, MAXILLA)).any():
        return
    for fdi in floating(teeth, anatomy):
        anatomy[near(teeth == fdi, SOCKET) & (anatomy == 0)] = MAXILLA if fdi < 30 else MANDIBLE


def whole(mask: Mask) -> Mask:
    """Teeth or lungs (H, W) with one piece a code and no holes; fragments grow into free pixels."""
    result = np.zeros_like(mask)
    boxes = ndimage.find_objects(mask)
    for code, box in enumerate(boxes, 1):
        if box is not None:
            kept = largest(mask[box] == code)
            result[box][kept & (result[box] == 0)] = code
    counts = np.bincount(result.ravel(), minlength=256)
    for small in np.flatnonzero((counts > 0) & (counts < LEAST * mask.size)):
        if small:
            _grow(result, int(small), LEAST * mask.size)
    return result


def largest(plane: Plane) -> Plane:
    """The largest piece of a plane, its holes filled."""
    pieces, count = ndimage.label(plane, EIGHT)
    if count > 1:
        plane = pieces == 1 + np.bincount(pieces.ravel())[1:].argmax()
    filled: Plane = ndimage.binary_fill_holes(plane)
    return filled


def _grow(mask: Mask, code: int, least: float) -> None:
    """Let a fragment grow until it is large enough to be a tooth, or has no room left."""
    piece = mask == code
    while piece.sum() < least:
        grown = near(piece, 1) & ((mask == 0) | piece)
        if (grown == piece).all():
            break
        piece = grown
    mask[piece] = code


def order(teeth: Mask, buried: set[int]) -> dict[int, int]:
    """For every tooth whose number does not fit its place in the jaw, the number that does.

    The teeth of a jaw with a pair out of order keep their numbers as a set, and get them in the order of
    their centres. Those in `buried` keep their own: an impacted tooth may lie beside its neighbour.
    """
    centres = tooth_centres(teeth)
    renumbered: dict[int, int] = {}
    for row in (FDI[:16], FDI[:15:-1]):
        there = [fdi for fdi in row if fdi in centres and fdi not in buried]
        behind = [centres[one][0] - centres[other][0] for one, other in pairwise(there)]
        if max(behind, default=0.0) <= SLACK * teeth.shape[1]:
            continue
        placed = sorted(there, key=lambda fdi: centres[fdi][0])
        renumbered |= {old: new for old, new in zip(placed, there, strict=True) if old != new}
    return renumbered


def renumber(teeth: Mask, numbers: Mapping[int, int]) -> Mask:
    """The mask with other codes for some teeth."""
    table = np.arange(256, dtype=np.uint8)
    for old, new in numbers.items():
        table[old] = new
    return table[teeth]


def _moved(finding: Finding, numbers: Mapping[int, int]) -> Finding:
    if not finding.site or int(finding.site) not in numbers:
        return finding
    return Finding(finding.name, str(numbers[int(finding.site)]))


def _true_findings(layout: Layout) -> Mask:
    """The mask of findings with only what the findings name, each where it may lie."""
    mask, result = layout.layers["findings"], np.zeros_like(layout.layers["findings"])
    names = {finding.name for finding in layout.findings}
    names |= {"opacity"} if "pneumonia" in names else set()
    for label in LABELS[layout.body, "findings"].labels:
        marked = mask == label.code
        if label.name not in names or not marked.any():
            continue
        if label.name == "periapical lesion":
            marked = _attached(layout, marked)
        elif label.name == "implant" and Finding(label.name) not in layout.findings:
            marked = marked & ~astray(layout, label.name, marked)
        elif label.name in (*ON_TOOTH, "opacity", "effusion", "pneumothorax"):
            marked = marked & _allowed(layout, label.name)
        result[marked & (result == 0)] = label.code
    return result


def _allowed(layout: Layout, name: str) -> Plane:
    """(H, W) where the pixels of a finding may lie, all its sites together."""
    same = [finding for finding in layout.findings if finding.name == name]
    if not any(finding.site for finding in same):
        return np.asarray(layout.layers[MAIN[layout.body]] > 0)
    places = [place_of(layout, finding) for finding in same if finding.site]
    together: Plane = np.logical_or.reduce(places)
    return together


def _attached(layout: Layout, marked: Plane) -> Plane:
    """Lesions that touch a tooth they are named for stay, others are moved to the nearest one without."""
    teeth, code = layout.layers["teeth"], "periapical lesion"
    hosts = {int(f.site) for f in layout.findings if f.name == code}
    pieces, count = ndimage.label(marked, EIGHT)
    result, waiting = np.zeros_like(marked), []
    for number in range(1, count + 1):
        piece = pieces == number
        touched = {int(fdi) for fdi in np.unique(teeth[near(piece, REACH)])} & hosts
        if touched:
            result |= piece
            hosts -= touched
        else:
            waiting.append(piece)
    for piece, fdi in zip(waiting, sorted(hosts & set(np.unique(teeth).tolist())), strict=False):
        result |= _shifted(piece, _apex(teeth, fdi))
    return result


def _apex(teeth: Mask, fdi: int) -> tuple[int, int]:
    """(row, column) of the end of a tooth that lies away from the bite."""
    rows, columns = np.nonzero(teeth == fdi)
    at = rows.argmin() if fdi < 30 else rows.argmax()
    return int(rows[at]), int(columns[at])


def _shifted(piece: NDArray[np.bool_], to: tuple[int, int]) -> NDArray[np.bool_]:
    """The piece with its middle at (row, column), cut at the border."""
    rows, columns = np.nonzero(piece)
    rows, columns = rows - round(rows.mean()) + to[0], columns - round(columns.mean()) + to[1]
    inside = (rows >= 0) & (rows < piece.shape[0]) & (columns >= 0) & (columns < piece.shape[1])
    moved = np.zeros_like(piece)
    moved[rows[inside], columns[inside]] = True
    return moved
