"""Composers by name: what makes a layout for a request, a size and a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from diptych.base.errors import DiptychError
from diptych.base.registry import Card, Registry
from diptych.layouts.layout import Layout
from diptych.layouts.perturb import Perturbed
from diptych.layouts.procedural import draw_masks, groups_of
from diptych.layouts.repairing import repair
from diptych.layouts.requests import Request
from diptych.layouts.shapes import ShapeModel
from diptych.layouts.shown import is_shown
from diptych.layouts.statistical import Statistical
from diptych.records.sample import Mask

ATTEMPTS = 12
"""Times that findings which hide each other are put elsewhere before the request is given up."""

Source = ShapeModel | Sequence[Layout] | None
"""What a composer learned from: a shape model, the layouts of a cohort, or nothing."""


class Composer(Protocol):
    """Makes the layers of a layout; the same arguments give the same pixels."""

    def masks(self, request: Request, size: tuple[int, int], seed: int, attempt: int) -> dict[str, Mask]:
        """The layers (H, W) of a seed. Attempts have the same anatomy, with findings elsewhere."""


@dataclass(frozen=True, kw_only=True)
class ComposerCard(Card):
    """What to know of a composer before using it."""

    needs: str = ""
    """What it must be given as its source; empty for nothing."""
    private: str
    """What of a patient can be in its layouts."""


COMPOSERS: Registry[Callable[[Source], Composer], ComposerCard] = Registry("composers")


class Procedural:
    """The masks of phantoms."""

    def masks(self, request: Request, size: tuple[int, int], seed: int, attempt: int) -> dict[str, Mask]:
        """The layers (H, W) of the phantom of a seed."""
        return draw_masks(request, size, seed, attempt)


@COMPOSERS.register(
    ComposerCard(
        name="procedural",
        summary="Anatomy of the phantoms: rules and measured averages.",
        private="nothing",
    )
)
def procedural(source: Source) -> Composer:
    """Needs no source."""
    if source is not None:
        raise DiptychError.of("composer procedural", "takes no source", "leave it out")
    return Procedural()


@COMPOSERS.register(
    ComposerCard(
        name="statistical",
        summary="Shapes and places drawn from a Gaussian fitted on training masks, given the teeth.",
        reference="Cootes et al. 1995; Gower 1975; Ledoit and Wolf 2004",
        needs="a ShapeModel",
        private="means and covariances of at least 30 label maps",
    )
)
def statistical(source: Source) -> Composer:
    """Needs a fitted `ShapeModel`."""
    if not isinstance(source, ShapeModel):
        raise DiptychError.of("composer statistical", "has no shape model", "fit one: ShapeModel.fit(...)")
    return Statistical(source)


@COMPOSERS.register(
    ComposerCard(
        name="perturbed",
        summary="The masks of one training row, bent and moved, teeth taken out, lesions from other rows.",
        needs="the layouts of a cohort",
        private="the outlines of one patient's teeth or lungs, a little changed",
    )
)
def perturbed(source: Source) -> Composer:
    """Needs the layouts of training rows."""
    if source is None or isinstance(source, ShapeModel) or not len(source):
        raise DiptychError.of("composer perturbed", "has no cohort", "give the layouts of training rows")
    return Perturbed(source)


def compose(name: str, request: Request, size: tuple[int, int], seed: int, source: Source = None) -> Layout:
    """The layout (H, W) = `size` that composer `name` makes of a request and a seed (>= 0).

    It shows exactly what is asked for, is repaired, and depends on nothing but the arguments. Raises
    `DiptychError` for an unknown composer, a source that does not fit, a negative seed, a size too small,
    teeth that the source does not know, and findings that do not fit on a tooth together.
    """
    if seed < 0:
        raise DiptychError.of(f"seed {seed}", "is negative", "give a number from 0")
    composer = COMPOSERS[name](source)
    findings, groups = tuple(sorted(request.findings)), groups_of(request, seed)
    lacking = ""
    for attempt in range(ATTEMPTS):
        layers = composer.masks(request, size, seed, attempt)
        layout = repair(
            Layout(
                body=request.body, layers=layers, findings=findings, groups=groups, composer=name, seed=seed
            )
        )
        absent = [str(finding) for finding in findings if not is_shown(layout, finding)]
        if not absent and layout.findings == findings:
            return layout
        lacking = ", ".join(absent)
    what = f"{lacking} cannot be shown at {size[0]} x {size[1]}"
    raise DiptychError.of(f"request {request.text!r}", what, "ask for fewer findings, or a larger size")
