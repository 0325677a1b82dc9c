"""What lies in the beam's way through a chest: soft tissue, air, vessels, bone, disease, as grey levels."""

from __future__ import annotations

import numpy as np

from diptych.phantoms.canvas import Frame, Pen, Plane, clouds, curve, edge, soften
from diptych.phantoms.chest_lesions import Disease
from diptych.phantoms.thorax import Thorax


def cover_areas(frame: Frame, thorax: Thorax) -> dict[str, Plane]:
    """Soft coverage (H, W) in [0, 1] of each structure."""
    shapes = {
        "lung0": thorax.lungs[0], "lung1": thorax.lungs[1], "heart": thorax.heart,
        "mediastinum": thorax.mediastinum, "body": thorax.body,
    }  # fmt: skip
    areas = {}
    for name, points in shapes.items():
        pen = Pen(frame)
        pen.fill(points)
        areas[name] = pen.plane()
    x = thorax.spine[0] + (thorax.spine[1] - thorax.spine[0]) * frame.yy
    areas["spine"] = edge(0.042 - abs(frame.xx - x), 0.014)
    rib = 0.028 if thorax.adult else 0.023
    for name, part in (("back", 0), ("front", 1)):
        areas[name] = _bones(frame, [pair[part] for pair in thorax.ribs], rib)
    for hand, line in enumerate(thorax.clavicles):
        areas[f"clavicle{hand}"] = _bones(frame, [line], 0.032)
    return areas


def _bones(frame: Frame, lines: list[np.ndarray], width: float) -> Plane:
    """Tubes: compact bone makes their edges brighter than their middle."""
    pen = Pen(frame)
    for line in lines:
        pen.stroke(line, 1.0, width)
        pen.stroke(line, 0.62, width * 0.5)
    return pen.plane(0.001)


def density(
    rng: np.random.Generator, frame: Frame, thorax: Thorax, areas: dict[str, Plane], disease: Disease
) -> Plane:
    """(H, W) grey levels before exposure: 0 is air, about 200 the middle of the trunk."""
    lung = np.clip(areas["lung0"] + areas["lung1"], 0, 1)
    inside = soften(lung, 0.007 * frame.height)
    dense = _soft_tissue(rng, frame, thorax, areas)
    dense -= inside * float(rng.uniform(62, 92))
    vessels = _vessels(rng, frame, thorax) * inside * (1 - disease.airy) * (1 - 0.6 * areas["heart"])
    bronchi = 1 - 0.5 * np.clip(vessels / 34, 0, 1)
    dense += vessels * (1 - 0.8 * np.minimum(disease.density, 1))
    dense += disease.density * bronchi * (72 + 7 * clouds(rng, frame, 0.03))
    dense += disease.pleura * 15 - disease.airy * 20
    thick = float(rng.uniform(52, 76) if thorax.adult else rng.uniform(42, 62))
    dense += soften(areas["heart"], 0.006 * frame.height) * (20 + thick * inside)
    dense += soften(areas["mediastinum"], 0.008 * frame.height) * (14 + 30 * inside)
    clear: Plane = inside * (1 - np.float32(0.6) * np.minimum(disease.density, 1))
    dense += _skeleton(frame, thorax, areas, clear)
    if thorax.adult and thorax.sex == "F":
        dense += _breasts(rng, frame, thorax)
    return dense - _bowel_gas(rng, frame, thorax)


def _soft_tissue(rng: np.random.Generator, frame: Frame, thorax: Thorax, areas: dict[str, Plane]) -> Plane:
    """Trunk, thicker in the middle and below; arms; now and then the jaw."""
    body = soften(areas["body"], 0.010 * frame.height)
    dense = body * (42 + 104 * soften(areas["body"], 0.075 * frame.height))
    belly = 62 if thorax.adult else 46
    dense += body * (
        belly * edge(frame.yy - thorax.sides[0].bottom + 0.08, 0.25) + 4 * clouds(rng, frame, 0.25)
    )
    flesh, bone = Pen(frame, 1), Pen(frame, 1)
    for outline, humerus in thorax.arms:
        flesh.fill(outline)
        joint = (float(humerus[0, 0]), float(humerus[0, 1]))
        bone.stroke(humerus, 1.0, 0.042)
        bone.ellipse(joint, (0.034, 0.036), 0.9)
        bone.stroke(humerus, 0.6, 0.022)
    arm = flesh.plane(0.010)
    dense += arm * (1 - 0.55 * body) * float(rng.uniform(55, 95)) + bone.plane(0.006) * arm * 30
    if not thorax.adult and rng.random() < 0.6:
        jaw = Pen(frame, 1)
        jaw.ellipse((thorax.axis + float(rng.normal(0, 0.02)), -0.03), (0.17, float(rng.uniform(0.05, 0.13))))
        dense += jaw.plane(0.010) * (60 + 60 * (1 - body))
    return dense + float(rng.uniform(0, 14))


def _skeleton(frame: Frame, thorax: Thorax, areas: dict[str, Plane], inside: Plane) -> Plane:
    """Spine with its discs and the windpipe over it, ribs (fainter below the diaphragm), clavicles."""
    y = frame.yy
    gap = 0.062 if not thorax.adult else 0.07
    discs = 0.88 + 0.12 * np.cos(y * np.float32(2 * np.pi / gap))
    trachea = np.maximum(1 - np.square((frame.xx - thorax.axis) / np.float32(0.026)), 0)
    bone = areas["spine"] * discs * (13 if thorax.adult else 20)
    bone -= 22 * trachea * edge(thorax.sides[0].top + 0.24 - y, 0.12)
    fade = areas["body"] * (0.28 + 0.72 * inside * (1 - 0.45 * areas["heart"]))
    strong = np.float32(0.62 if thorax.adult else 1.0)  # children have less muscle over their ribs
    bone += (34 * areas["back"] + 20 * areas["front"]) * strong * fade
    result: Plane = bone + 26 * (areas["clavicle0"] + areas["clavicle1"])
    return result


def _vessels(rng: np.random.Generator, frame: Frame, thorax: Thorax) -> Plane:
    """Branching shadows from the hila, thinner outwards."""
    fine, thick = Pen(frame), Pen(frame, 1)
    for side in thorax.sides:
        out, top, bottom = side.hand, side.top, side.bottom
        hilum = np.array([side.x(0.085), top + (0.42 if out > 0 else 0.45) * (bottom - top)])
        for angle in rng.uniform(-1.25, 1.45, 11):
            reach = rng.uniform(0.5, 0.95) * side.width
            tip = hilum + reach * np.array([out * np.cos(angle), 1.25 * np.sin(angle)])
            middle = (hilum + tip) / 2 + rng.normal(0, 0.03, 2)
            thick.stroke(np.array([hilum, middle]), float(rng.uniform(0.5, 1.0)), 0.010)
            fine.stroke(curve(np.array([hilum, middle, tip]), 2), float(rng.uniform(0.4, 0.8)), 0.004)
            for share in (0.45, 0.7):
                start = hilum + share * (tip - hilum)
                turn = angle + rng.choice([-1, 1]) * rng.uniform(0.4, 0.8)
                end = start + 0.35 * reach * np.array([out * np.cos(turn), 1.2 * np.sin(turn)])
                fine.stroke(np.array([start, end]), float(rng.uniform(0.3, 0.6)), 0.003)
        thick.ellipse((float(hilum[0]), float(hilum[1])), (0.022, 0.045), 1.0)
    grain = 3.5 * clouds(rng, frame, 0.016) + 3.5 * clouds(rng, frame, 0.04)
    hila = 34 if thorax.adult else 30
    return 34 * fine.plane(0.002) + hila * thick.plane(0.007) + grain


def _breasts(rng: np.random.Generator, frame: Frame, thorax: Thorax) -> Plane:
    total: Plane = np.zeros(frame.shape, np.float32)
    amount = float(rng.uniform(8, 26))
    for side in thorax.sides:
        x, y = (side.x0 + side.x1) / 2, side.top + 0.70 * side.height
        away = np.square((frame.xx - x) / 0.17) + np.square((frame.yy - y) / 0.17)
        total += amount * edge(1 - away, 0.35).astype(np.float32) * (0.6 + 0.4 * edge(frame.yy - y, 0.2))
    return total


def _bowel_gas(rng: np.random.Generator, frame: Frame, thorax: Thorax) -> Plane:
    """Stomach bubble under the left dome, sometimes loops of gut."""
    pen = Pen(frame, 1)
    side = thorax.sides[1]
    bottom = side.bottom
    spots = [(side.x0 + 0.6 * side.width, bottom + 0.02, 0.06)] if rng.random() < 0.6 else []
    for _ in range(int(rng.integers(0, 4))):
        spots.append((float(rng.uniform(0.3, 0.7)), float(rng.uniform(bottom + 0.03, 1.05)), 0.035))
    for x, y, size in spots:
        radius = (size * float(rng.uniform(0.7, 1.3)), size * float(rng.uniform(0.5, 0.9)))
        pen.ellipse((x, y), radius, float(rng.uniform(15, 60)))
    return pen.plane(0.008) * edge(frame.yy - bottom + 0.08, 0.03)
