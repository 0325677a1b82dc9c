"""Frontal chest radiographs of imagined patients, with exact masks of lungs, anatomy and findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from diptych.phantoms.acquisition import expose, letter, scan
from diptych.phantoms.canvas import Frame, Pen, Plane, clouds, curve, edge, make_frame, soften
from diptych.phantoms.chest_cases import check_case, check_groups, draw_case, draw_groups
from diptych.phantoms.chest_lesions import Disease, draw_disease
from diptych.phantoms.thorax import Thorax, draw_thorax
from diptych.phantoms.writing import make_sample
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
    given = None if findings is None else check_case(findings)
    fixed = check_groups(groups or {})
    frame = make_frame(size, 1.0)
    rng = np.random.default_rng([seed, 11])
    case, drawn = draw_case(rng), draw_groups(rng)
    case = case if given is None else given
    who = {**drawn, **fixed}
    image, masks = _paint(np.random.default_rng([seed, 12]), frame, case, who)
    return make_sample("chest", seed, image, masks, case, who)


def _paint(
    rng: np.random.Generator, frame: Frame, case: frozenset[Finding], groups: Mapping[str, str]
) -> tuple[Mask, dict[str, Mask]]:
    thorax = draw_thorax(rng, groups, big_heart=Finding("cardiomegaly") in case)
    covers = _covers(frame, thorax)
    disease = draw_disease(rng, frame, thorax, (covers["lung0"], covers["lung1"]), case)
    dense = _density(rng, frame, thorax, covers, disease)
    image = _develop(rng, frame, dense, covers)
    lungs = np.zeros(frame.shape, np.uint8)
    lungs[covers["lung0"] > 0.5] = 1
    lungs[covers["lung1"] > 0.5] = 2
    return image, {"lungs": lungs, "anatomy": _anatomy(frame, thorax, covers), "findings": disease.mask}


def _covers(frame: Frame, thorax: Thorax) -> dict[str, Plane]:
    """Coverage (H, W) in [0, 1] of each structure."""
    shapes = {
        "lung0": thorax.lungs[0], "lung1": thorax.lungs[1], "heart": thorax.heart,
        "mediastinum": thorax.mediastinum, "body": thorax.body,
    }  # fmt: skip
    covers = {}
    for name, points in shapes.items():
        pen = Pen(frame)
        pen.fill(points)
        covers[name] = pen.plane()
    x = thorax.spine[0] + (thorax.spine[1] - thorax.spine[0]) * frame.yy
    covers["spine"] = edge(0.042 - abs(frame.xx - x), 0.012)
    rib = 0.026 if thorax.adult else 0.022
    for name, part in (("back", 0), ("front", 1)):
        pen = Pen(frame)
        for pair in thorax.ribs:
            pen.stroke(pair[part], 1.0, rib)
            pen.stroke(pair[part], 0.62, rib * 0.55)
        covers[name] = pen.plane(0.002)
    for hand, line in enumerate(thorax.clavicles):
        pen = Pen(frame)
        pen.stroke(line, 1.0, 0.032)
        pen.stroke(line, 0.7, 0.016)
        covers[f"clavicle{hand}"] = pen.plane(0.003)
    return covers


def _anatomy(frame: Frame, thorax: Thorax, covers: dict[str, Plane]) -> Mask:
    mask = np.zeros(frame.shape, np.uint8)
    lung = (covers["lung0"] + covers["lung1"]) > 0.5
    mask[(np.maximum(covers["back"], covers["front"]) > 0.4) & (covers["body"] > 0.5)] = RIBS
    mask[covers["mediastinum"] > 0.5] = MEDIASTINUM
    mask[covers["spine"] > 0.5] = SPINE
    mask[covers["heart"] > 0.5] = HEART
    for hand in (0, 1):
        x0, top, x1, bottom = thorax.box[hand]
        under = np.roll(lung, max(1, round(0.02 * frame.height)), axis=0) & ~lung
        low = (frame.yy > top + 0.6 * (bottom - top)) & (frame.xx > x0) & (frame.xx < x1)
        mask[under & low & (mask != HEART)] = DIAPHRAGM
        mask[covers[f"clavicle{hand}"] > 0.4] = CLAVICLES[hand]
    return mask


def _density(
    rng: np.random.Generator, frame: Frame, thorax: Thorax, covers: dict[str, Plane], disease: Disease
) -> Plane:
    """Attenuation along each ray: 0 is air, about 1 is the densest part of the trunk."""
    x, y = frame.xx, frame.yy
    lung = np.clip(covers["lung0"] + covers["lung1"], 0, 1)
    body = soften(covers["body"], 0.012 * frame.height)
    round_off = soften(covers["body"], 0.06 * frame.height)
    dense = body * (0.34 + 0.30 * round_off)
    belly = edge(y - thorax.box[0][3] + 0.10, 0.25)
    dense += body * (
        0.10 * belly + 0.06 * edge(0.22 - abs(x - thorax.axis), 0.2) + 0.015 * clouds(rng, frame, 0.25)
    )
    inside = soften(lung, 0.008 * frame.height)
    dense -= inside * float(rng.uniform(0.25, 0.33))
    vessels = _vessels(rng, frame, thorax) * inside * (1 - disease.airy)
    bronchi = np.clip(1 - 0.55 * vessels / 0.12, 0.6, 1)
    dense += vessels * (1 - 0.8 * np.minimum(disease.density, 1))
    dense += disease.density * 0.24 * bronchi * (1 + 0.10 * clouds(rng, frame, 0.03))
    dense += disease.line * 0.05 - disease.airy * 0.07
    dense += soften(covers["heart"], 0.008 * frame.height) * float(rng.uniform(0.20, 0.27))
    dense += soften(covers["mediastinum"], 0.008 * frame.height) * 0.14
    dense += _skeleton(frame, thorax, covers)
    if thorax.adult and thorax.sex == "F":
        dense += _breasts(rng, frame, thorax)
    return dense - _bowel_gas(rng, frame, thorax)


def _skeleton(frame: Frame, thorax: Thorax, covers: dict[str, Plane]) -> Plane:
    """Spine with its discs, ribs, clavicles, the shadow of the jaw."""
    y = frame.yy
    gap = 0.062 if not thorax.adult else 0.07
    discs = 0.86 + 0.14 * np.cos(y / gap * 2 * np.pi)
    bone = covers["spine"] * 0.11 * discs
    trachea = np.exp(-np.square((frame.xx - thorax.axis) / 0.018)) * edge(thorax.box[0][1] + 0.22 - y, 0.1)
    bone = bone - 0.07 * trachea
    bone = bone + (0.085 * covers["back"] + 0.05 * covers["front"]) * covers["body"]
    return np.asarray(bone + 0.085 * (covers["clavicle0"] + covers["clavicle1"]), np.float32)


def _vessels(rng: np.random.Generator, frame: Frame, thorax: Thorax) -> Plane:
    """Branching shadows from the hila, thinner outwards."""
    fine, thick = Pen(frame), Pen(frame)
    for hand, (x0, top, x1, bottom) in enumerate(thorax.box):
        out = -1 if hand == 0 else 1
        hilum = np.array([thorax.axis + out * 0.085, top + (0.42 if hand else 0.45) * (bottom - top)])
        for angle in rng.uniform(-1.25, 1.45, 11):
            reach = rng.uniform(0.5, 0.95) * (x1 - x0)
            tip = hilum + reach * np.array([out * np.cos(angle), 1.25 * np.sin(angle)])
            middle = (hilum + tip) / 2 + rng.normal(0, 0.02, 2)
            thick.stroke(np.array([hilum, middle]), float(rng.uniform(0.5, 1.0)), 0.010)
            fine.stroke(curve(np.array([hilum, middle, tip]), 2), float(rng.uniform(0.4, 0.8)), 0.004)
            for share in (0.45, 0.7):
                start = hilum + share * (tip - hilum)
                turn = angle + rng.choice([-1, 1]) * rng.uniform(0.4, 0.8)
                end = start + 0.35 * reach * np.array([out * np.cos(turn), 1.2 * np.sin(turn)])
                fine.stroke(np.array([start, end]), float(rng.uniform(0.3, 0.6)), 0.003)
        thick.ellipse((float(hilum[0]), float(hilum[1])), (0.022, 0.045), 1.0)
    grain = 0.012 * clouds(rng, frame, 0.02) + 0.012 * clouds(rng, frame, 0.045)
    return 0.08 * fine.plane(0.004) + 0.08 * thick.plane(0.010) + grain


def _breasts(rng: np.random.Generator, frame: Frame, thorax: Thorax) -> Plane:
    total: Plane = np.zeros(frame.shape, np.float32)
    amount = float(rng.uniform(0.03, 0.08))
    for x0, top, x1, bottom in thorax.box:
        x, y = (x0 + x1) / 2, top + 0.70 * (bottom - top)
        away = np.square((frame.xx - x) / 0.17) + np.square((frame.yy - y) / 0.17)
        total += amount * edge(1 - away, 0.35).astype(np.float32) * (0.6 + 0.4 * edge(frame.yy - y, 0.2))
    return total


def _bowel_gas(rng: np.random.Generator, frame: Frame, thorax: Thorax) -> Plane:
    """Stomach bubble under the left dome, sometimes loops of gut."""
    pen = Pen(frame)
    x0, _, x1, bottom = thorax.box[1]
    spots = [(x0 + 0.6 * (x1 - x0), bottom + 0.02, 0.06)] if rng.random() < 0.6 else []
    spots += [
        (rng.uniform(0.3, 0.7), rng.uniform(bottom + 0.03, 1.05), 0.035)
        for _ in range(int(rng.integers(0, 4)))
    ]
    for x, y, radius in spots:
        pen.ellipse(
            (float(x), float(y)),
            (radius * rng.uniform(0.7, 1.3), radius * rng.uniform(0.5, 0.9)),
            float(rng.uniform(0.06, 0.16)),
        )
    return pen.plane(0.008) * edge(frame.yy - bottom + 0.08, 0.03)


def _develop(rng: np.random.Generator, frame: Frame, dense: Plane, covers: dict[str, Plane]) -> Mask:
    """From attenuation to grey levels, with exposure, marker, collimation, noise."""
    contrast = float(np.clip(rng.normal(1.0, 0.10), 0.7, 1.25))
    image = 262 * np.clip(dense * 1.22, 0, None) ** contrast
    image = 235 * np.tanh(image / 235)
    image = expose(rng, image, gamma=0.14, gain=0.05, shift=4.0)
    if rng.random() < 0.8:
        spot = (float(rng.uniform(0.01, 0.10)), float(rng.uniform(0.03, 0.35)))
        letter(image, frame, "R", spot, float(rng.uniform(0.05, 0.07)), float(rng.uniform(190, 250)))
    if rng.random() < 0.12:
        _collimate(rng, image)
    return scan(rng, image, frame, blur=float(rng.uniform(0.002, 0.005)), noise=float(rng.uniform(1.0, 3.5)))


def _collimate(rng: np.random.Generator, image: Plane) -> None:
    """Black borders where lead blades kept the beam off."""
    height, width = image.shape
    rows, columns = (np.maximum(rng.normal(0, 0.03, (2, 2)), 0) * [[height], [width]]).astype(int)
    image[: rows[0]] = image[height - rows[1] :] = 3
    image[:, : columns[0]] = image[:, width - columns[1] :] = 3
