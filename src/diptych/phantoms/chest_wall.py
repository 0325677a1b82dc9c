"""What is around the lungs: trunk, arms, clavicles and ribs, as outlines."""

from __future__ import annotations

import numpy as np

from diptych.phantoms.canvas import Points, curve, wobbled
from diptych.phantoms.sides import Side

RIBS = 10
"""Ribs drawn on each side."""
POSES = {"raised": (0.62, 0.08), "aside": (0.20, 0.12), "down": (0.18, 0.80)}
"""How often children and adults hold their arms so."""


def draw_body(rng: np.random.Generator, sides: tuple[Side, Side], *, adult: bool) -> Points:
    """Closed outline of the trunk with neck and shoulders, as far as the chest wall; adults are broader."""
    fat = float(np.clip(abs(rng.normal(0.02, 0.025)) + 0.02, 0.02, 0.09)) + 0.02 * adult
    broad = float(rng.uniform(0.06, 0.16)) if adult else 0.0
    halves = []
    for side in sides:
        neck, skin, top, tall = rng.uniform(0.11, 0.16), side.outer + fat, side.top, side.height
        points = [
            (neck, -0.3), (neck, top - 0.12), (neck + 0.08, top - 0.05), (side.outer * 0.8, top - 0.02),
            (skin + broad, top + 0.10 * tall), (skin + 0.03 + broad, top + 0.30 * tall),
            (skin, top + 0.55 * tall), (skin, top + 0.8 * tall), (skin - 0.01, 1.1), (skin - 0.03, 1.6),
        ]  # fmt: skip
        halves.append(side.place(points))
    return curve(wobbled(rng, np.concatenate([halves[0], halves[1][::-1]]), 0.006), 3, closed=True)


def draw_arms(
    rng: np.random.Generator, sides: tuple[Side, Side], *, adult: bool
) -> tuple[tuple[Points, Points], ...]:
    """(outline, humerus) of each arm: raised beside the head, out to the side, or down along the trunk."""
    pose = str(rng.choice(list(POSES), p=[share[adult] for share in POSES.values()]))
    return tuple(_arm(rng, side, pose) for side in sides)


def _arm(rng: np.random.Generator, side: Side, pose: str) -> tuple[Points, Points]:
    root = np.array([side.outer * 0.86, side.top + 0.03])
    hand = {
        "raised": (side.outer + rng.uniform(0.02, 0.2), -0.35),
        "aside": (side.outer + 0.4, side.top - rng.uniform(0.0, 0.25)),
        "down": (side.outer + 0.17, side.top + 1.1 * side.height),
    }[pose]
    bone = np.stack([root, np.array(hand) + rng.normal(0, 0.03, 2)])
    if pose == "down":
        bone = np.concatenate([bone[:1], [[side.outer + 0.10, side.top + 0.12]], bone[1:]])
    along = bone[-1] - bone[-2]
    thick = np.array([-along[1], along[0]]) / np.hypot(*along) * rng.uniform(0.06, 0.11)
    shoulder = root + np.array([[-0.05, -0.10], [-0.06, 0.12]])
    outline = np.concatenate([bone + thick, (bone - thick)[::-1], shoulder])
    return curve(side.place(outline), 3, closed=True), curve(side.place(bone), 2)


def draw_clavicles(rng: np.random.Generator, sides: tuple[Side, Side], view: str) -> tuple[Points, Points]:
    """Middle lines of the clavicles; lying down (AP) they project higher and steeper."""
    slope = rng.normal(-0.03 if view == "AP" else 0.02, 0.03)
    lines = []
    for side in sides:
        y = side.top + 0.045 + rng.normal(0, 0.008)
        line = [(0.035, y + 0.02), (0.10, y + 0.022), (0.20, y - 0.004 + slope * 0.5),
                (side.outer * 0.85, y - 0.03 + slope), (side.outer + 0.06, y - 0.03 + slope)]  # fmt: skip
        lines.append(curve(side.place(line), 3))
    return lines[0], lines[1]


def draw_ribs(
    rng: np.random.Generator, sides: tuple[Side, Side], *, adult: bool
) -> tuple[tuple[Points, Points], ...]:
    """(posterior, anterior) arc of every rib: flat ones from the spine, steep ones from the side wall."""
    drop = rng.normal(0.10 if adult else 0.055, 0.02)
    ribs = []
    for side in sides:
        step = side.height / 9.3
        for k in range(RIBS):
            y, reach = side.top - 0.01 + step * (k + 0.15), side.outer * _wall(k / 9.3)
            turn = y + drop + 0.03
            back = [(0.035, y + 0.012), (0.10, y - 0.012), (0.45 * reach + 0.04, y - 0.014),
                    (0.85 * reach, y + drop * 0.5), (reach, turn)]  # fmt: skip
            front = [(reach, turn), (0.97 * reach, turn + 0.03), (0.80 * reach, turn + 0.075),
                     (0.55 * reach, turn + 0.115), (0.38 * reach, turn + 0.13)]  # fmt: skip
            arcs = [curve(wobbled(rng, side.place(part), 0.002), 2) for part in (back, front)]
            ribs.append((arcs[0], arcs[1]))
    return tuple(ribs)


def _wall(share: float) -> float:
    """Half width of the thorax, relative to its widest, at a share of its height."""
    return float(np.interp(share, [0.0, 0.1, 0.25, 0.45, 0.7, 1.0], [0.42, 0.62, 0.78, 0.91, 1.0, 1.02]))
