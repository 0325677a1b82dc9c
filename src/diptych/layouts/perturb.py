"""Layouts from the masks of a cohort: bent and moved, teeth taken out, lesions brought from other rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from diptych.base.errors import DiptychError
from diptych.layouts.furnish import furnish
from diptych.layouts.layout import EXTENT, MAIN, Layout
from diptych.layouts.outlines import fill, measure, to_image
from diptych.layouts.plans import PLANS
from diptych.layouts.repairing import repair, whole
from diptych.layouts.requests import Request, check_body
from diptych.layouts.shown import EIGHT, Plane, code_of, is_shown, place_of
from diptych.layouts.skeleton import local, read_jaws, window_of
from diptych.layouts.statistical import bury
from diptych.phantoms.arch import CENTROID
from diptych.phantoms.canvas import Frame, make_frame
from diptych.phantoms.dental_findings import PAINTERS
from diptych.records.finding import Finding
from diptych.records.labels import FDI
from diptych.records.pixels import stretch_mask
from diptych.records.sample import Body, Mask, Sample

CHOICE = 8
"""Rows with the fewest teeth too many, of which one is taken."""
TURN, SCALE, SHIFT = 0.03, 0.05, 0.03
"""Standard deviations of the affine part: radians, logarithm of the scale, image heights."""
BEND = 0.010
"""Standard deviation of the elastic part, image heights, on a grid of `KNOTS`."""
KNOTS = (5, 8)
WIDEST = 2.0
"""Standard deviations beyond which nothing is moved."""


@dataclass(frozen=True, eq=False)
class Perturbed:
    """Changes one row of a cohort until it shows the request; all masks must be of one body region."""

    rows: Sequence[Layout]

    def masks(self, request: Request, size: tuple[int, int], seed: int, attempt: int) -> dict[str, Mask]:
        """The layers (H, W) of a seed; attempts differ in where findings lie.

        Raises `DiptychError` where no row has all the teeth that the request wants.
        """
        body: Body = self.rows[0].body if self.rows else request.body
        check_body(request, body, "cohort")
        rng = np.random.default_rng([seed, 50])
        row = self._chosen(request, rng)
        bent = bend(row, size, rng)
        main = whole(_only(bent.layers[MAIN[body]], request))
        for fdi in sorted(request.teeth("impacted")):
            if Finding("impacted", str(fdi)) not in row.findings:
                main = _lay_deep(main, fdi, rng)
        layers = furnish(request, whole(main), seed, attempt)
        if body == "chest":
            return layers
        if "anatomy" in bent.layers:
            layers["anatomy"] = bent.layers["anatomy"]
        if attempt == 0:
            layers["findings"] = self._with_lesions(request, bent, layers, rng)
        return layers

    def _chosen(self, request: Request, rng: np.random.Generator) -> Layout:
        """One of the rows that have every tooth of the request and the fewest others."""
        wanted = set(request.present)
        fitting = []
        for at, there in enumerate(self._there):
            if wanted <= there:
                fitting.append((len(there - wanted), at))
        if not fitting:
            what = "has no row with all the teeth that are asked for"
            raise DiptychError.of("cohort", what, "ask for fewer teeth, or compose statistically")
        best = sorted(fitting)[:CHOICE]
        return self.rows[best[int(rng.integers(len(best)))][1]]

    @cached_property
    def _there(self) -> list[set[int]]:
        """The codes that each row shows."""
        counts = [np.bincount(row.layers[MAIN[row.body]].ravel(), minlength=256) for row in self.rows]
        return [set(np.flatnonzero(own[1:]) + 1) for own in counts]

    def _with_lesions(
        self, request: Request, bent: Layout, layers: dict[str, Mask], rng: np.random.Generator
    ) -> Mask:
        """The painted findings, with those of the row itself and of other rows in their stead."""
        findings = layers["findings"].copy()
        frame = make_frame(findings.shape, EXTENT[request.body])
        for finding in sorted(f for f in request.findings if f.name in PAINTERS and f.site):
            donors = _donors(self.rows, finding)
            own = finding in bent.findings and "findings" in bent.layers
            donor = bent if own else self.rows[donors[int(rng.integers(len(donors)))]] if donors else None
            if donor is not None:
                _transplant(finding, donor, layers["teeth"], findings, frame)
        return findings


def layouts_of(samples: Iterable[Sample], size: tuple[int, int] | None = None) -> tuple[Layout, ...]:
    """The layouts of a cohort's rows, for `Perturbed`, at (H, W) = `size` if it is given.

    Raises `DiptychError` for rows without masks of teeth or lungs.
    """
    rows = (Layout.of_sample(sample) for sample in samples)
    return tuple(row if size is None else stretched(row, size) for row in rows)


def stretched(layout: Layout, size: tuple[int, int]) -> Layout:
    """The layout at (H, W) = `size`, each axis scaled on its own."""
    layers = {name: stretch_mask(mask, size) for name, mask in layout.layers.items()}
    return replace(layout, layers=layers)


def bend(layout: Layout, size: tuple[int, int], rng: np.random.Generator) -> Layout:
    """The layout at (H, W) = `size`, turned, scaled, moved and bent a little, all layers alike, repaired."""
    rows, columns = _field(size, EXTENT[layout.body], rng)
    layers = {}
    for name, mask in stretched(layout, size).layers.items():
        inside = (rows >= 0) & (rows < size[0]) & (columns >= 0) & (columns < size[1])
        at = np.clip(rows, 0, size[0] - 1), np.clip(columns, 0, size[1] - 1)
        layers[name] = np.where(inside, mask[at], 0).astype(np.uint8)
    return repair(
        Layout(body=layout.body, layers=layers, findings=layout.findings, groups=dict(layout.groups))
    )


def _field(
    size: tuple[int, int], extent: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column (H, W) from which each pixel is taken."""
    turn, scale, dx, dy = np.clip(rng.standard_normal(4), -WIDEST, WIDEST) * [TURN, SCALE, SHIFT, SHIFT]
    height, width = size
    y = (np.arange(height)[:, None] + 0.5) / height - 0.5
    x = ((np.arange(width)[None] + 0.5) / width - 0.5) * extent
    cosine, sine = np.exp(scale) * np.array([np.cos(turn), np.sin(turn)])
    knots = np.clip(rng.standard_normal((2, *KNOTS)), -WIDEST, WIDEST) * BEND
    zoom = (height / KNOTS[0], width / KNOTS[1])
    waves = [ndimage.zoom(plane, zoom, order=3, mode="nearest", grid_mode=True) for plane in knots]
    down = y * cosine + x * sine + dy + waves[0] + 0.5
    across = (x * cosine - y * sine + dx + waves[1]) / extent + 0.5
    return np.floor(down * height).astype(np.int64), np.floor(across * width).astype(np.int64)


def _only(main: Mask, request: Request) -> Mask:
    """The mask with the teeth of the request alone; a chest's as it is."""
    if request.body == "chest":
        return main
    return np.where(np.isin(main, request.present), main, 0).astype(np.uint8)


def _lay_deep(teeth: Mask, fdi: int, rng: np.random.Generator) -> Mask:
    """The mask with one tooth laid deep, behind the others."""
    plan, at = PLANS["panoramic"], FDI.index(fdi)
    unit = np.array([plan.extent / teeth.shape[1], 1 / teeth.shape[0]])
    own = measure(teeth == fdi, (0, 0), unit, float(plan.base[at] + plan.usual[at]), plan.counts)
    if own is None:
        return teeth
    lying = fill([(fdi, to_image(bury(rng, fdi, own)))], teeth.shape, plan.extent)
    others = np.where(teeth == fdi, 0, teeth).astype(np.uint8)
    return np.where(others == 0, lying, others).astype(np.uint8)


def _donors(rows: Sequence[Layout], finding: Finding) -> list[int]:
    """Rows that show this finding on the same tooth."""
    return [
        at
        for at, row in enumerate(rows)
        if "findings" in row.layers and finding in row.findings and is_shown(row, finding)
    ]


def _transplant(finding: Finding, donor: Layout, teeth: Mask, findings: Mask, frame: Frame) -> None:
    """Put the donor's pixels of a finding where they lie in the coordinates of its tooth; in place."""
    code, row = code_of("panoramic", finding.name), FDI.index(int(finding.site))
    given = _pixels(donor, finding, code)
    there = make_frame(donor.size, frame.extent)
    away = read_jaws(donor.layers["teeth"], there).teeth
    here = read_jaws(teeth, frame).teeth
    window = window_of(teeth, FDI[row])
    u, v = local(frame, here, row, window)
    # From tooth coordinates to the donor's pixels: the inverse of `skeleton.local`.
    along = (v - CENTROID) * away.length[row]
    hand = -1.0 if away.axis[row, 1] < 0 else 1.0
    across = hand * u * away.width[row] / 2
    ax, ay = away.axis[row]
    x, y = away.centre[row, 0] + along * ax + across * ay, away.centre[row, 1] + along * ay - across * ax
    rows = np.clip((y * there.height).astype(int), 0, there.height - 1)
    columns = np.clip((x / there.extent * there.width).astype(int), 0, there.width - 1)
    taken = given[rows, columns]
    if finding.name != "periapical lesion":
        taken &= teeth[window] == FDI[row]
    if taken.any():
        findings[(findings == code) & _pixels_near(teeth, findings, finding, code)] = 0
        findings[window][taken] = code


def _pixels(layout: Layout, finding: Finding, code: int) -> Plane:
    """(H, W) the pieces of a finding that lie at its tooth."""
    pieces, _ = ndimage.label(layout.layers["findings"] == code, EIGHT)
    touched = np.unique(pieces[place_of(layout, finding)])
    return np.isin(pieces, touched[touched > 0])


def _pixels_near(teeth: Mask, findings: Mask, finding: Finding, code: int) -> Plane:
    painted = Layout(body="panoramic", layers={"teeth": teeth, "findings": findings})
    return _pixels(painted, finding, code)
