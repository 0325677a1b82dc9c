"""What belongs around teeth or lungs that are already there: anatomy and findings, by the phantoms' rules."""

from __future__ import annotations

import numpy as np

from diptych.layouts.layout import EXTENT
from diptych.layouts.outlines import measure, to_image
from diptych.layouts.plans import PLANS
from diptych.layouts.procedural import STRIDE, groups_of
from diptych.layouts.requests import Request
from diptych.layouts.skeleton import read_jaws, read_patches
from diptych.phantoms.brush import Mouth
from diptych.phantoms.canvas import Frame, Points, make_frame
from diptych.phantoms.chest import anatomy_mask as chest_anatomy
from diptych.phantoms.chest_density import cover_areas
from diptych.phantoms.chest_lesions import Disease, make_ill
from diptych.phantoms.dental_findings import PAINTERS, paint_disease, paint_work, sites_of
from diptych.phantoms.skull import anatomy_mask, bone_areas, crest_lines, draw_shapes
from diptych.phantoms.thorax import draw_thorax
from diptych.records.finding import Finding
from diptych.records.labels import FDI
from diptych.records.sample import Mask


def furnish(request: Request, main: Mask, seed: int, attempt: int) -> dict[str, Mask]:
    """The layers (H, W) of teeth or lungs `main` with anatomy and the findings of the request around them.

    Depends on its arguments alone; another attempt puts the findings elsewhere on their teeth or zones.
    """
    frame = make_frame(main.shape, EXTENT[request.body])
    if request.body == "chest":
        return _furnish_chest(request, frame, main, seed, attempt)
    buried = request.teeth("impacted")
    jaws = read_jaws(main, frame, buried)
    shapes = draw_shapes(np.random.default_rng([seed, 41]), jaws.patient)
    bones = bone_areas(frame, shapes, jaws.patient, crest_lines(jaws.teeth, frame))
    mouth = Mouth(frame, np.zeros(frame.shape, np.float32))
    mouth.teeth = main
    ill = sorted(_ill(request, set(np.unique(main).tolist())))
    if ill:
        patches = read_patches(main, frame, jaws.teeth, ill)
        paint_disease(seed + attempt * STRIDE, mouth, patches, request.findings)
    paint_work(seed + attempt * STRIDE, mouth, jaws.teeth, request.findings)
    return {"teeth": main, "anatomy": anatomy_mask(frame, shapes, *bones), "findings": mouth.findings}


def _ill(request: Request, there: set[int]) -> set[int]:
    """Teeth to paint on: the named ones, or all where a restoration may be on any."""
    named = set[int]().union(*(sites_of(request.findings, name) for name in PAINTERS))
    anywhere = Finding("restoration") in request.findings and not request.teeth("restoration")
    return (set(FDI) if anywhere else named) & there


def _furnish_chest(request: Request, frame: Frame, lungs: Mask, seed: int, attempt: int) -> dict[str, Mask]:
    rng = np.random.default_rng([seed, 41])
    large = any(finding.name == "cardiomegaly" for finding in request.findings)
    outlines = _lung_outlines(lungs, frame)
    thorax = draw_thorax(rng, groups_of(request, seed), big_heart=large, lungs=outlines)
    areas = cover_areas(frame, thorax)
    areas["lung0"], areas["lung1"] = ((lungs == code).astype(np.float32) for code in (1, 2))
    disease = Disease(frame, thorax, (areas["lung0"], areas["lung1"]))
    make_ill(np.random.default_rng([seed + attempt * STRIDE, 14]), disease, request.findings)
    return {"lungs": lungs, "anatomy": chest_anatomy(frame, thorax, areas), "findings": disease.mask}


def _lung_outlines(lungs: Mask, frame: Frame) -> tuple[Points, Points]:
    unit = np.array([frame.extent / frame.width, 1 / frame.height])
    right, left = (measure(lungs == code, (0, 0), unit, 0.0, PLANS["chest"].counts) for code in (1, 2))
    assert right is not None and left is not None
    return to_image(right), to_image(left)
