"""Layouts drawn from a shape model: teeth or lungs as a cohort had them, findings by rule on top."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diptych.layouts.furnish import furnish
from diptych.layouts.outlines import Outline, fill, to_image
from diptych.layouts.repairing import whole
from diptych.layouts.requests import Request, check_body
from diptych.layouts.settle import settle
from diptych.layouts.shapes import ShapeModel
from diptych.phantoms.arch import side
from diptych.records.sample import Mask

REDRAWS = 8
"""Times that a mouth with a buried tooth nobody asked for is drawn again."""
LEAN = (np.radians(25), np.radians(60))
DEPTH = (0.03, 0.06)
"""How far an impacted tooth leans forwards and lies away from the bite (image heights), as in phantoms."""
CENTRED = 0.05
"""More of the depth for impacted teeth that are not third molars."""
PRUNED = 3
"""Pixels of a thread, one pixel wide, that are taken from the tip of a root."""


@dataclass(frozen=True, eq=False)
class Statistical:
    """Draws the teeth that a request wants given that exactly those are there."""

    model: ShapeModel

    def masks(self, request: Request, size: tuple[int, int], seed: int, attempt: int) -> dict[str, Mask]:
        """The layers (H, W) of a seed; attempts differ in where findings lie.

        Raises `DiptychError` for another body region and for teeth that the model has never seen.
        """
        plan = self.model.plan
        check_body(request, plan.body, "shape model")
        rng = np.random.default_rng([seed, 40])
        buried = request.teeth("impacted")
        present = frozenset(plan.codes if plan.body == "chest" else request.present)
        shapes = self._drawn(rng, present, buried) if present else []
        if plan.body == "panoramic":
            behind = [own for own in shapes if own[0] in buried and own[0] % 10 < 8]
            beside = settle([own for own in shapes if own not in behind])
            shapes = behind + sorted(beside, key=lambda own: (own[0] not in buried, -(own[0] % 10)))
        drawn = fill([(code, to_image(shape)) for code, shape in shapes], size, plan.extent)
        return furnish(request, whole(pruned(drawn)), seed, attempt)

    def _drawn(
        self, rng: np.random.Generator, present: frozenset[int], buried: frozenset[int]
    ) -> list[tuple[int, Outline]]:
        """Outlines of which exactly the `buried` ones lie deep: drawn so, or laid so by rule."""
        for _ in range(REDRAWS):
            shapes = self.model.draw(rng, present, buried)
            lying = self.model.lying(shapes)
            if lying <= buried:
                break
        low = buried - lying
        return [(code, bury(rng, code, own) if code in low else own) for code, own in shapes]


def bury(rng: np.random.Generator, fdi: int, own: Outline) -> Outline:
    """A tooth that leans forwards and lies away from the bite."""
    upper = -1 if fdi < 30 else 1
    # An apex that goes backwards is a crown that leans forwards; angles grow to the image's left.
    turn = -side(fdi) * upper * rng.uniform(*LEAN) * (1 if fdi % 10 == 8 else 0.8)
    depth = rng.uniform(*DEPTH) + (0.0 if fdi % 10 == 8 else CENTRED)
    deeper = own.centre + np.array([0.0, upper * depth])
    centre = np.clip(deeper, [0.1, 0.1], [1.9, 0.9])
    return replace(own, centre=centre, angle=own.angle + turn)


def pruned(mask: Mask) -> Mask:
    """The label map (H, W) without threads: pixels with one neighbour of their own code at most."""
    result = mask.copy()
    for _ in range(PRUNED):
        around = np.pad(result, 1)
        near = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
        alike = sum((side == result).astype(np.uint8) for side in near)
        result[alike <= 1] = 0
    return result
