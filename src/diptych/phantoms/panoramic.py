"""Panoramic radiographs of imagined patients, with exact masks of teeth, anatomy and findings."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from diptych.phantoms.acquisition import expose, letter, scan
from diptych.phantoms.arch import Dentition, draw_patient, lay_out
from diptych.phantoms.canvas import Frame, Plane, clouds, make_frame, soften
from diptych.phantoms.dental_cases import check_case, draw_case
from diptych.phantoms.dental_lesions import Canvas, ToothPainter, metal_glow, paint_appliance, paint_implant
from diptych.phantoms.jaws import Jaws, draw_jaws
from diptych.phantoms.tooth import Patches, shade, trace
from diptych.phantoms.writing import make_sample
from diptych.records.finding import Finding
from diptych.records.sample import Mask, Sample

SIZE = (128, 256)
EXTENT = 2.0
"""Width of the drawing in image heights; other proportions of `size` stretch it."""


def draw(seed: int, size: tuple[int, int] = SIZE, *, findings: Collection[Finding] | None = None) -> Sample:
    """The panoramic phantom of a seed, (H, W) = `size`.

    Without `findings` a case is drawn at realistic rates; with them, exactly these are shown (and the
    missing tooth of an implant, which is added). Raises `DiptychError` for findings that are not
    lawful or contradict each other.
    """
    given = None if findings is None else check_case(findings)
    frame = make_frame(size, EXTENT)
    rng = np.random.default_rng([seed, 1])
    case = draw_case(rng) if given is None else given
    image, masks = _paint(np.random.default_rng([seed, 2]), frame, case)
    return make_sample("panoramic", seed, image, masks, case, {})


def _sites(case: Collection[Finding], name: str) -> set[int]:
    return {int(finding.site) for finding in case if finding.name == name and finding.site}


def _paint(rng: np.random.Generator, frame: Frame, case: frozenset[Finding]) -> tuple[Mask, dict[str, Mask]]:
    patient = draw_patient(rng)
    teeth = lay_out(rng, patient, _sites(case, "missing"), _sites(case, "impacted"))
    jaws = draw_jaws(rng, frame, patient, teeth)
    image = jaws.image.astype(np.float32)
    canvas = Canvas(frame, image, np.zeros(frame.shape, np.uint8), np.zeros(frame.shape, np.uint8))
    chosen = np.flatnonzero(teeth.present)
    chosen = chosen[np.argsort(-(teeth.fdi[chosen] % 10), kind="stable")]
    if Finding("supernumerary") in case:
        _extra_tooth(rng, canvas, teeth)
    if len(chosen):
        patches = trace(rng, teeth, chosen, frame)
        _paint_teeth(rng, canvas, patches, teeth.grey[chosen])
        _paint_findings(rng, canvas, patches, case)
    for fdi in sorted(_sites(case, "implant")):
        paint_implant(rng, canvas, teeth, teeth.index(fdi))
    if Finding("appliance") in case:
        paint_appliance(rng, canvas, teeth)
    exposed = _acquire(rng, frame, metal_glow(image, canvas.findings, frame))
    return exposed, {"teeth": canvas.teeth, "anatomy": jaws.anatomy, "findings": canvas.findings}


def _paint_teeth(rng: np.random.Generator, canvas: Canvas, patches: Patches, grey: np.ndarray) -> None:
    """Blend all teeth into the image: the ligament's dark seam first, then crown and roots."""
    shades = shade(patches, grey * (1 + 0.03 * rng.standard_normal(len(grey))))
    cover = np.clip(patches.depth + 0.5, 0, 1)
    rooted = np.clip((patches.v - patches.crown[:, None, None]) * 8, 0, 1)
    seam = np.exp(-np.square((patches.depth + 0.9) / 0.8)) * rooted * 9
    wall = np.exp(-np.square((patches.depth + 2.4) / 0.9)) * rooted * 5
    around = ((wall - seam) * (1 - cover)).astype(np.float32)
    firm = cover * (0.92 - 0.32 * np.clip((patches.v - patches.crown[:, None, None]) * 1.8, 0, 1))
    for row, fdi in enumerate(patches.fdi):
        window, inner = patches.windows(row, canvas.frame.shape)
        part = canvas.image[window]
        part += around[row][inner]
        part += firm[row][inner] * (shades[row][inner] - part)
        canvas.teeth[window][patches.depth[row][inner] > 0] = fdi


def _paint_findings(
    rng: np.random.Generator, canvas: Canvas, patches: Patches, case: frozenset[Finding]
) -> None:
    order = ("periapical lesion", "root canal", "caries", "deep caries", "restoration", "crown")
    rows = {int(fdi): row for row, fdi in enumerate(patches.fdi)}
    for name in order:
        for fdi in sorted(_sites(case, name)):
            ToothPainter(rng, canvas, patches, rows[fdi]).paint(name)
    named = _sites(case, "restoration")
    if Finding("restoration") in case and not named:
        free = [
            row for fdi, row in rows.items() if fdi not in _sites(case, "crown") | _sites(case, "impacted")
        ]
        for row in rng.choice(free, min(len(free), int(rng.integers(1, 7))), replace=False):
            ToothPainter(rng, canvas, patches, int(row)).paint("restoration")


def _extra_tooth(rng: np.random.Generator, canvas: Canvas, teeth: Dentition) -> None:
    """A supernumerary tooth: seen, but without an FDI number, so no mask has it."""
    row = int(rng.choice(16))
    x, y = teeth.apex[row] + rng.normal(0, 0.02, 2)
    away = np.hypot((canvas.frame.xx - x) / 0.028, (canvas.frame.yy - y) / 0.055)
    cover = np.clip((1 - away) * 4, 0, 1)
    canvas.image += cover * (150 - canvas.image) * 0.8


def _acquire(rng: np.random.Generator, frame: Frame, image: Plane) -> Mask:
    image = image + 2.0 * clouds(rng, frame, (0.02, 0.5))
    image = expose(rng, image)
    if rng.random() < 0.05:
        letter(image, frame, str(rng.choice(["R", "L"])), (0.06, 0.8), 0.07, 230)
    return scan(rng, image, frame, blur=float(rng.uniform(0.002, 0.005)), noise=float(rng.uniform(1.0, 3.0)))
