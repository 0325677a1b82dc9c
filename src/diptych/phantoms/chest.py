"""Frontal chest radiographs of imagined patients, with exact masks of lungs, anatomy and findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from diptych.phantoms.acquisition import expose, letter, scan, sharpen
from diptych.phantoms.canvas import Frame, Plane, make_frame
from diptych.phantoms.chest_cases import check_case, check_groups, draw_case, draw_groups
from diptych.phantoms.chest_density import cover_areas, density
from diptych.phantoms.chest_lesions import Disease, make_ill
from diptych.phantoms.pose import Pose
from diptych.phantoms.thorax import Thorax, draw_thorax
from diptych.phantoms.writing import check_seed, make_sample
from diptych.records.finding import Finding
from diptych.records.sample import Mask, Sample

SIZE = (128, 128)
HEART, CLAVICLES, SPINE, RIBS, DIAPHRAGM, MEDIASTINUM = 1, (2, 3), 4, 5, 6, 7
"""Codes of the anatomy layer."""


def draw(
    seed: int,
    size: tuple[int, int] = SIZE,
    *,
    findings: Collection[Finding] | None = None,
    groups: Mapping[str, str] | None = None,
) -> Sample:
    """The chest phantom of a seed, (H, W) = `size`, the patient's right on the image's left.

    Without `findings` a case is drawn; with them, exactly these are shown (pneumonia or opacity without
    a place clouds zones of the engine's choice). `groups` fixes view, age_group or sex; what it does not
    name is drawn. Raises `DiptychError` for what is not lawful or cannot be drawn.
    """
    check_seed(seed)
    given = None if findings is None else check_case(findings)
    fixed = check_groups(groups or {})
    frame = make_frame(size, 1.0)
    rng = np.random.default_rng([seed, 11])
    case, drawn = draw_case(rng), draw_groups(rng)
    case = case if given is None else given
    who = {**drawn, **fixed}
    image, masks = _paint(seed, frame, case, who)
    return make_sample("chest", seed, (image, masks), case, who)


def _paint(
    seed: int, frame: Frame, case: frozenset[Finding], groups: Mapping[str, str]
) -> tuple[Mask, dict[str, Mask]]:
    """Body, tissue, disease and exposure draw from streams of their own: the same seed with another
    finding is the same patient with another finding."""
    body, tissue, ill, exposure = (np.random.default_rng([seed, stream]) for stream in (12, 13, 14, 15))
    thorax = draw_thorax(body, groups, big_heart=Finding("cardiomegaly") in case)
    areas = cover_areas(frame, thorax)
    disease = Disease(frame, thorax, (areas["lung0"], areas["lung1"]))
    make_ill(ill, disease, case)
    image = density(tissue, frame, thorax, areas, disease)
    lungs = np.zeros(frame.shape, np.uint8)
    lungs[areas["lung0"] > 0.5] = 1
    lungs[areas["lung1"] > 0.5] = 2
    masks = {"lungs": lungs, "anatomy": anatomy_mask(frame, thorax, areas), "findings": disease.mask}
    pose = Pose.draw(exposure, frame, spread=2.0)
    return _develop(exposure, frame, pose.image(image)), {
        layer: pose.mask(mask) for layer, mask in masks.items()
    }


def anatomy_mask(frame: Frame, thorax: Thorax, areas: dict[str, Plane]) -> Mask:
    """Codes of the anatomy layer from the `cover_areas` of a thorax; what is drawn later lies on top."""
    mask = np.zeros(frame.shape, np.uint8)
    lung = (areas["lung0"] + areas["lung1"]) > 0.5
    mask[(np.maximum(areas["back"], areas["front"]) > 0.4) & (areas["body"] > 0.5)] = RIBS
    mask[areas["mediastinum"] > 0.5] = MEDIASTINUM
    mask[areas["spine"] > 0.5] = SPINE
    mask[areas["heart"] > 0.5] = HEART
    for hand in (0, 1):
        side = thorax.sides[hand]
        under = np.roll(lung, max(1, round(0.02 * frame.height)), axis=0) & ~lung
        low = (frame.yy > side.top + 0.6 * side.height) & (frame.xx > side.x0) & (frame.xx < side.x1)
        mask[under & low & (mask != HEART)] = DIAPHRAGM
        mask[areas[f"clavicle{hand}"] > 0.4] = CLAVICLES[hand]
    return mask


def _develop(rng: np.random.Generator, frame: Frame, image: Plane) -> Mask:
    """Exposure, marker, collimation, blur and noise."""
    image = 230 * np.tanh(np.maximum(image, 0) / 230)
    image = sharpen(image, frame, float(rng.uniform(0.0, 0.5)))
    image = expose(rng, image * np.float32(1.17), gamma=0.18, gain=0.05, shift=4.0)
    if rng.random() < 0.8:
        spot = (float(rng.uniform(0.01, 0.10)), float(rng.uniform(0.03, 0.5)))
        size, grey = float(rng.uniform(0.045, 0.07)), float(rng.uniform(150, 250))
        letter(image, frame, "R", at=spot, size=size, grey=grey)
    if rng.random() < 0.12:
        _collimate(rng, image)
    return scan(rng, image, frame, blur=float(rng.uniform(0.0005, 0.003)), noise=float(rng.uniform(1.0, 3.0)))


def _collimate(rng: np.random.Generator, image: Plane) -> None:
    """Black borders where lead blades kept the beam off."""
    height, width = image.shape
    rows, columns = (np.maximum(rng.normal(0, 0.03, (2, 2)), 0) * [[height], [width]]).astype(int)
    image[: rows[0]] = image[height - rows[1] :] = 3
    image[:, : columns[0]] = image[:, width - columns[1] :] = 3
