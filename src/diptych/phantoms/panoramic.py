"""Panoramic radiographs of imagined patients, with exact masks of teeth, anatomy and findings."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from diptych.phantoms.acquisition import expose, letter, scan, sharpen
from diptych.phantoms.arch import Dentition, draw_patient, lay_out
from diptych.phantoms.brush import Mouth
from diptych.phantoms.canvas import Frame, Plane, make_frame
from diptych.phantoms.dental_cases import check_case, draw_case
from diptych.phantoms.dental_findings import paint_disease, paint_work, sites_of, stream
from diptych.phantoms.dental_work import metal_glow
from diptych.phantoms.jaws import draw_jaws
from diptych.phantoms.pose import Pose
from diptych.phantoms.shading import firmness, shade, surroundings
from diptych.phantoms.tooth import Patches, trace
from diptych.phantoms.writing import check_seed, make_sample
from diptych.records.finding import Finding
from diptych.records.sample import Mask, Sample

SIZE = (128, 256)
EXTENT = 2.0
"""Width of the drawing in image heights; other proportions of `size` stretch it."""


def draw(seed: int, size: tuple[int, int] = SIZE, *, findings: Collection[Finding] | None = None) -> Sample:
    """The panoramic phantom of a seed (>= 0), (H, W) = `size`.

    Without `findings` a case is drawn at realistic rates; with them, exactly these are shown (and the
    missing tooth of an implant, which is added). Raises `DiptychError` for findings that are not
    lawful or contradict each other.
    """
    check_seed(seed)
    given = None if findings is None else check_case(findings)
    frame = make_frame(size, EXTENT)
    case = draw_case(np.random.default_rng([seed, 1])) if given is None else given
    image, masks = _paint(seed, frame, case)
    return make_sample("panoramic", seed, (image, masks), case, {})


def _paint(seed: int, frame: Frame, case: frozenset[Finding]) -> tuple[Mask, dict[str, Mask]]:
    """Patient, each finding and exposure draw from streams of their own: the same seed with another
    finding is the same patient with another finding."""
    rng = np.random.default_rng([seed, 2])
    patient = draw_patient(rng)
    teeth = lay_out(rng, patient, sites_of(case, "missing"), sites_of(case, "impacted"))
    jaws = draw_jaws(rng, frame, patient, teeth)
    mouth = Mouth(frame, jaws.image.astype(np.float32))
    if Finding("supernumerary") in case:
        _extra_tooth(stream(seed, "supernumerary"), mouth, teeth)
    chosen = np.flatnonzero(teeth.present)
    if len(chosen):
        chosen = chosen[np.argsort(-(teeth.fdi[chosen] % 10), kind="stable")]  # front teeth lie on top
        patches = trace(teeth, chosen, frame)
        _paint_teeth(mouth, patches, teeth.shade[chosen])
        paint_disease(seed, mouth, patches, case)
    paint_work(seed, mouth, teeth, case)
    rng = np.random.default_rng([seed, 3])
    pose = Pose.draw(rng, frame, spread=0.7)
    masks = {"teeth": mouth.teeth, "anatomy": jaws.anatomy, "findings": mouth.findings}
    image = _acquire(rng, frame, pose.image(metal_glow(mouth)))
    return image, {layer: pose.mask(mask) for layer, mask in masks.items()}


def _paint_teeth(mouth: Mouth, patches: Patches, relative: NDArray[np.float64]) -> None:
    """Blend all teeth into the image: what is around a tooth first, then crown and roots."""
    shades, around, firm = shade(patches, relative), surroundings(patches), firmness(patches)
    around *= 1 - firm
    shades *= firm
    for row, fdi in enumerate(patches.fdi):
        window = patches.window(row)
        part = mouth.image[window]
        part += patches.view(row, around)
        part *= 1 - patches.view(row, firm)
        part += patches.view(row, shades)
        mouth.teeth[window][patches.view(row, patches.depth) > 0] = fdi


def _extra_tooth(rng: np.random.Generator, mouth: Mouth, teeth: Dentition) -> None:
    """A supernumerary tooth: seen, but without an FDI number, so no mask has it."""
    x, y = teeth.apex[int(rng.integers(len(teeth.fdi)))] + rng.normal(0, 0.02, 2)
    away = np.hypot((mouth.frame.xx - x) / 0.028, (mouth.frame.yy - y) / 0.055)
    cover = np.clip((1 - away) * 4, 0, 1)
    mouth.image += cover * (150 - mouth.image) * 0.8


def _acquire(rng: np.random.Generator, frame: Frame, image: Plane) -> Mask:
    crisp = sharpen(image, frame, float(rng.uniform(0.1, 0.7)))
    exposed = expose(rng, crisp, gamma=0.05, gain=0.02, shift=2.5)
    if rng.random() < 0.05:
        side, x = ("R", 0.06) if rng.random() < 0.5 else ("L", EXTENT - 0.13)  # the patient's sides
        letter(exposed, frame, side, at=(x, 0.8), size=0.07, grey=230)
    return scan(rng, exposed, frame, blur=float(rng.uniform(0.0005, 0.0035)), noise=float(rng.uniform(1, 3)))
