"""How lawful a layout is: what anatomy and its own findings forbid, fault by fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import ndimage

from diptych.layouts.layout import Layout
from diptych.layouts.shown import (
    BESIDE_TOOTH,
    EIGHT,
    ON_TOOTH,
    REACH,
    Plane,
    code_of,
    heart_share,
    is_shown,
    lung_zone,
    near,
    place_of,
    tooth_centres,
)
from diptych.phantoms.thorax import ENLARGED
from diptych.records.finding import Finding
from diptych.records.labels import FDI, LABELS
from diptych.records.sample import Mask
from diptych.records.vocabulary import SIDES, ZONES

LEAST = 0.0006
"""Share of the image below which a tooth is a fragment: 20 of 128 x 256 pixels; the smallest of 352 real
panoramics has 36."""
LARGEST = 0.05
"""Share of the image above which a tooth is none; the largest of 352 real panoramics has 0.016."""
CRUMB = 0.0002
"""Share of the image up to which a second piece of a lung, or a finding beside its place, is a crumb."""
SLACK = 0.012
"""Image widths by which a tooth's centre may lie behind its neighbour's; a real incisor is 0.03 wide."""
ROOTED = 0.3
"""Share of a tooth that lies in bone, sinus or canal; a crown alone does not float."""
CANAL = (5, 6)
HOUSED = (1, 2, 3, 4, 5, 6, 7, 8)
"""Codes of the anatomy layer that may be seen through a tooth's root."""
SPILL = 0.04
"""Share of a lung that an opacity may cover in a zone it was not asked for."""

Verdict = str
"""Empty, or what is wrong in a few words."""


@dataclass(frozen=True, kw_only=True)
class Validity:
    """The share of what was examined that is as it should be, and each thing that is not."""

    score: float
    """0 to 1; 1 exactly when there are no faults."""
    faults: tuple[str, ...]


def validity(layout: Layout) -> Validity:
    """Examine every tooth, pair of neighbours, lung and finding of a layout.

    Teeth: one piece of a tooth's size, in mesio-distal order within a jaw, upper above lower, rooted in bone
    where anatomy is known; the canal lies in the mandible; every piece of a lesion touches a tooth that has
    one, every piece of an implant stands in its gap; teeth and findings are exactly those of the list.
    Chests: both lungs in one piece on their sides, findings in their zones and nowhere else, a heart as
    large as the findings say.
    """
    rules = _PANORAMIC if layout.body == "panoramic" else _CHEST
    verdicts = [verdict for rule in rules for verdict in rule(layout)]
    faults = tuple(verdict for verdict in verdicts if verdict)
    return Validity(score=1 - len(faults) / max(len(verdicts), 1), faults=faults)


def _whole(layout: Layout) -> Iterator[Verdict]:
    """One piece a tooth, no fragments, and none that is half a jaw."""
    teeth = layout.layers["teeth"]
    for code, box in enumerate(ndimage.find_objects(teeth), 1):
        if box is None:
            continue
        tooth = teeth[box] == code
        pieces = ndimage.label(tooth, EIGHT)[1]
        yield "" if pieces == 1 else f"tooth {code} is in {pieces} pieces"
        area = int(tooth.sum())
        yield "" if area >= LEAST * teeth.size else f"tooth {code} is a fragment of {area} pixels"
        large = area > LARGEST * teeth.size
        yield f"tooth {code} covers {area / teeth.size:.0%} of the image" if large else ""


def _ordered(layout: Layout) -> Iterator[Verdict]:
    """From the patient's right to left in each jaw, impacted teeth aside; upper teeth above lower ones."""
    teeth = layout.layers["teeth"]
    centres = tooth_centres(teeth)
    buried = {int(f.site) for f in layout.findings if f.name == "impacted"}
    jaws = [[fdi for fdi in row if fdi in centres and fdi not in buried] for row in (FDI[:16], FDI[:15:-1])]
    for row in jaws:
        for one, other in pairwise(row):
            behind = centres[one][0] - centres[other][0]
            yield f"tooth {other} lies before {one}" if behind > SLACK * teeth.shape[1] else ""
    for fdi in jaws[0]:
        x, y = centres[fdi]
        below = [low for low in jaws[1] if abs(centres[low][0] - x) < 0.03 * teeth.shape[1]]
        worst = next((low for low in below if centres[low][1] < y), 0)
        yield f"tooth {fdi} lies below {worst}" if worst else ""


def _rooted(layout: Layout) -> Iterator[Verdict]:
    """Teeth in bone and the canal in the mandible, where the layout has anatomy."""
    anatomy, teeth = layout.layers.get("anatomy"), layout.layers["teeth"]
    if anatomy is None:
        return
    yield "" if not stray_canal(anatomy).any() else "the mandibular canal leaves the mandible"
    if not np.isin(anatomy, (1, 2)).any():
        return
    loose = floating(teeth, anatomy)
    for fdi in np.unique(teeth[teeth > 0]).tolist():
        yield f"tooth {fdi} is not in the jaw" if fdi in loose else ""


def floating(teeth: Mask, anatomy: Mask) -> list[int]:
    """The teeth of which less than `ROOTED` lies in the jaws."""
    bone = near(np.isin(anatomy, HOUSED), 1)
    area, inside = np.bincount(teeth.ravel(), minlength=256), np.bincount(teeth[bone], minlength=256)
    return [fdi for fdi in FDI if inside[fdi] < ROOTED * area[fdi]]


def stray_canal(anatomy: Mask) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """(H, W) pixels of the canals that do not lie in the mandible's outline."""
    canal = np.isin(anatomy, CANAL)
    if not canal.any():
        return canal
    # The mandible as it is under the canals: closing bridges their width.
    wide = max(2, round(0.03 * len(anatomy)))
    mandible = np.pad(anatomy == 1, wide)
    filled = ndimage.binary_closing(mandible, EIGHT, iterations=wide)[wide:-wide, wide:-wide]
    stray: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = canal & ~filled
    return stray


def _agreeing(layout: Layout) -> Iterator[Verdict]:
    """Every finding is shown at its place, and every tooth that is not missing is there."""
    for finding in layout.findings:
        yield "" if is_shown(layout, finding) else f"{finding} is not shown"
    if layout.body == "chest":
        return
    present = np.bincount(layout.layers["teeth"].ravel(), minlength=256)
    lost = {int(f.site) for f in layout.findings if f.name == "missing"}
    for fdi in FDI:
        if fdi not in lost:
            yield "" if present[fdi] else f"tooth {fdi} is absent and not named missing"


def _nothing_else(layout: Layout) -> Iterator[Verdict]:
    """No finding in the mask that is not among the findings."""
    if "findings" not in layout.layers:
        return
    mask, body = layout.layers["findings"], layout.body
    names = {finding.name for finding in layout.findings}
    names |= {"opacity"} if "pneumonia" in names else set()
    for label in LABELS[body, "findings"].labels:
        if label.name not in names and (mask == label.code).any():
            yield f"the mask shows {label.name}, the findings do not name it"
    if body == "panoramic":
        yield from _no_other_tooth(layout)
        yield from _no_other_place(layout)
    else:
        yield from _no_other_zone(layout)


def _no_other_tooth(layout: Layout) -> Iterator[Verdict]:
    teeth, mask = layout.layers["teeth"], layout.layers["findings"]
    off = ~near(teeth > 0, REACH)
    for name in ON_TOOTH:
        sites = {f.site for f in layout.findings if f.name == name}
        beside = (off & (mask == code_of("panoramic", name))).sum() > CRUMB * mask.size
        yield f"the mask shows {name} where no tooth is" if sites and beside else ""
        if not sites or sites == {""}:
            continue
        counts = np.bincount(teeth[mask == code_of("panoramic", name)], minlength=256)
        for fdi in FDI:
            if str(fdi) not in sites and counts[fdi] > CRUMB * mask.size:
                yield f"the mask shows {name} on tooth {fdi}, the findings do not name it"


def _no_other_place(layout: Layout) -> Iterator[Verdict]:
    """No second lesion or implant, away from the teeth and gaps that are named."""
    for name in BESIDE_TOOTH:
        sites = {f.site for f in layout.findings if f.name == name}
        if not sites or "" in sites:
            continue
        marked = layout.layers["findings"] == code_of("panoramic", name)
        away = astray(layout, name, marked).sum() > CRUMB * marked.size
        yield f"the mask shows {name} away from {', '.join(sorted(sites))}" if away else ""


def astray(layout: Layout, name: str, marked: Plane) -> Plane:
    """(H, W) the pieces of lesions or implants that touch none of the places that the findings name."""
    places = [place_of(layout, f) for f in layout.findings if f.name == name and f.site]
    pieces = ndimage.label(marked, EIGHT)[0]
    home = np.logical_or.reduce(places) if places else np.zeros_like(marked)
    lost: Plane = marked & ~np.isin(pieces, np.unique(pieces[home & marked]))
    return lost


def _no_other_zone(layout: Layout) -> Iterator[Verdict]:
    lungs, mask = layout.layers["lungs"], layout.layers["findings"]
    for name in ("opacity", "effusion", "pneumothorax"):
        sites = {f.site for f in layout.findings if f.name == name}
        if not sites - {""}:
            continue
        marked = mask == code_of("chest", name)
        for site in ZONES if name == "opacity" else SIDES:
            lung = lungs == 1 + SIDES.index(site.split()[0])
            part = lung_zone(lungs, site) if name == "opacity" else lung
            if site not in sites and (marked & part).sum() > SPILL * lung.sum():
                yield f"the mask shows {name} {site}, the findings do not name it"


def _lungs(layout: Layout) -> Iterator[Verdict]:
    """Two lungs in one piece each, the patient's right on the image's left, and findings inside them."""
    lungs = layout.layers["lungs"]
    crumb = max(4.0, CRUMB * lungs.size)
    columns = {}
    for code, side in enumerate(SIDES, 1):
        lung = lungs == code
        yield "" if lung.any() else f"there is no {side} lung"
        pieces = np.bincount(ndimage.label(lung, EIGHT)[0].ravel())[1:]
        yield f"the {side} lung is in {(pieces > crumb).sum()} pieces" if (pieces > crumb).sum() > 1 else ""
        if lung.any():
            columns[side] = np.nonzero(lung)[1].mean()
    if len(columns) == 2:
        swapped = columns["right"] > columns["left"]
        yield "the right lung lies on the patient's left" if swapped else ""
    if "findings" in layout.layers:
        marked = np.isin(layout.layers["findings"], (1, 2, 3)) & ~near(lungs > 0, 1)
        yield "findings lie outside the lungs" if marked.sum() > crumb else ""


def _heart(layout: Layout) -> Iterator[Verdict]:
    """As wide as the findings say; see `phantoms.thorax.ENLARGED`."""
    share = heart_share(layout)
    if not share:
        return
    large = Finding("cardiomegaly") in layout.findings
    fits = share > ENLARGED - 0.02 if large else share < ENLARGED + 0.02
    yield "" if fits else f"the heart is {share:.0%} of the chest's width"


Rule = Callable[[Layout], Iterator[Verdict]]
_PANORAMIC: tuple[Rule, ...] = (_whole, _ordered, _rooted, _agreeing, _nothing_else)
_CHEST: tuple[Rule, ...] = (_lungs, _heart, _agreeing, _nothing_else)
