"""Layouts from the anatomy of the phantoms: no real image, no picture, no grey value."""

from __future__ import annotations

import numpy as np

from diptych.layouts.layout import EXTENT
from diptych.layouts.requests import Request
from diptych.phantoms.arch import Dentition, draw_patient, lay_out
from diptych.phantoms.brush import Mouth
from diptych.phantoms.canvas import Frame, make_frame
from diptych.phantoms.chest import anatomy_mask as chest_anatomy
from diptych.phantoms.chest_cases import draw_groups
from diptych.phantoms.chest_density import cover_areas
from diptych.phantoms.chest_lesions import Disease, make_ill
from diptych.phantoms.dental_findings import paint_disease, paint_work
from diptych.phantoms.pose import Pose
from diptych.phantoms.skull import anatomy_mask, bone_areas, crest_lines, draw_shapes
from diptych.phantoms.thorax import draw_thorax
from diptych.phantoms.tooth import Patches, trace
from diptych.records.sample import Mask

STRIDE = 2**32
"""Between the seeds of two attempts at the findings of one layout."""


def draw_masks(request: Request, size: tuple[int, int], seed: int, attempt: int) -> dict[str, Mask]:
    """The layers (H, W) of the phantom of this seed that shows the request.

    Attempt 0 has the very masks of the phantom; later ones have the same anatomy with the findings
    at other places on their teeth or in their zones.
    """
    frame = make_frame(size, EXTENT[request.body])
    if request.body == "chest":
        return _draw_chest(request, frame, seed, attempt)
    return _draw_panoramic(request, frame, seed, attempt)


def groups_of(request: Request, seed: int) -> dict[str, str]:
    """View, age group and sex of a chest: those of the request, the others drawn; none of a jaw."""
    if request.body == "panoramic":
        return dict(request.groups)
    return {**draw_groups(np.random.default_rng([seed, 32])), **dict(request.groups)}


def _draw_panoramic(request: Request, frame: Frame, seed: int, attempt: int) -> dict[str, Mask]:
    rng = np.random.default_rng([seed, 2])
    patient = draw_patient(rng)
    teeth = lay_out(rng, patient, request.teeth("missing"), request.teeth("impacted"))
    shapes = draw_shapes(rng, patient)
    mandible, maxilla = bone_areas(frame, shapes, patient, crest_lines(teeth, frame))
    mouth = Mouth(frame, np.zeros(frame.shape, np.float32))
    if request.present:
        patches = _trace(teeth, frame)
        for row, fdi in enumerate(patches.fdi):
            mouth.teeth[patches.window(row)][patches.view(row, patches.depth) > 0] = fdi
        paint_disease(seed + attempt * STRIDE, mouth, patches, request.findings)
    paint_work(seed + attempt * STRIDE, mouth, teeth, request.findings)
    pose = Pose.draw(np.random.default_rng([seed, 3]), frame, spread=0.7)
    anatomy = anatomy_mask(frame, shapes, mandible, maxilla)
    masks = {"teeth": mouth.teeth, "anatomy": anatomy, "findings": mouth.findings}
    return {layer: pose.mask(mask) for layer, mask in masks.items()}


def _trace(teeth: Dentition, frame: Frame) -> Patches:
    """The teeth that are there, front teeth last, so that they lie on top."""
    chosen = np.flatnonzero(teeth.present)
    return trace(teeth, chosen[np.argsort(-(teeth.fdi[chosen] % 10), kind="stable")], frame)


def _draw_chest(request: Request, frame: Frame, seed: int, attempt: int) -> dict[str, Mask]:
    body, exposure = np.random.default_rng([seed, 12]), np.random.default_rng([seed, 15])
    ill = np.random.default_rng([seed + attempt * STRIDE, 14])
    names = {finding.name for finding in request.findings}
    thorax = draw_thorax(body, groups_of(request, seed), big_heart="cardiomegaly" in names)
    areas = cover_areas(frame, thorax)
    disease = Disease(frame, thorax, (areas["lung0"], areas["lung1"]))
    make_ill(ill, disease, request.findings)
    lungs = np.zeros(frame.shape, np.uint8)
    lungs[areas["lung0"] > 0.5], lungs[areas["lung1"] > 0.5] = 1, 2
    masks = {"lungs": lungs, "anatomy": chest_anatomy(frame, thorax, areas), "findings": disease.mask}
    pose = Pose.draw(exposure, frame, spread=2.0)
    return {layer: pose.mask(mask) for layer, mask in masks.items()}
