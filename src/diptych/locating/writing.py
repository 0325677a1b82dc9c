"""A real cohort as the same cohort with a layer that says where its findings of the whole image lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from diptych.base.errors import DiptychError, Problems
from diptych.base.progress import track
from diptych.downstream.recipes import SIZES
from diptych.locating.lessons import drawn, named, names_of, planes
from diptych.locating.locator import FIT, Locator, fit_locator
from diptych.locating.places import PLACES, Place, allowed
from diptych.phantoms import draw_many
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.finding import Finding
from diptych.records.labels import FDI
from diptych.records.sample import Mask, Record, Sample
from diptych.records.splits import carve
from diptych.records.vocabulary import UNKNOWN

ENGINE = "diptych-locator/1"
"""Changes whenever the same cohort and seed would give other places."""
LEAST = 5
"""Images with a finding, and without it, from which its look can be learned."""
PHANTOMS, FIRST = 800, 45_000_000
"""Phantoms to learn shapes from, and the first one's seed, which no recipe draws."""
ON_TOOTH = 0.00018
"""Share of the image from which a finding counts as one of a tooth: 6 of 128 x 256 pixels."""


@dataclass(frozen=True)
class Located:
    """What became of one finding."""

    name: str
    images: int
    """How many images name it."""
    found: int
    """In how many of them it was found somewhere."""
    teeth: int
    """On how many teeth, 0 for what belongs to none."""
    auc: float
    """Of telling images that name it from others, on training rows that were held out; NaN with none."""

    def __str__(self) -> str:
        teeth = f", on {self.teeth} teeth" if self.teeth else ""
        where = f"found in {self.found} of {self.images} images that name it{teeth}"
        return f"{self.name}: {where}; AUC of held-out images {self.auc:.2f}"


def locate_cohort(
    cohort: Path, out: Path, *, seed: int = 0, steps: int = FIT.steps
) -> tuple[Cohort, tuple[Located, ...]]:
    """Write `out`: every row of a real panoramic cohort, with a layer `findings` as far as it was located.

    Learned from rows of split `train` and from phantoms; what a row shows is looked for in all splits, and
    only where its record names it. Image, sentence and all else stay as they are; findings of a tooth are
    added to the record. Raises `DiptychError` for a cohort that has no masks of teeth, has findings drawn
    already, or names too few, and for a used `out`.
    """
    real = Cohort.open(cohort)
    places = _check(real)
    note = f"layer findings: estimated by {ENGINE} (seed {seed}) from findings of the whole image"
    note = "; ".join(filter(None, (note, real.note)))
    spaces = {layer: real.spaces[layer] for layer in real.layers}
    told = {place.name: np.zeros(3, np.int64) for place in places}
    # Opened before anything is learned, so that a used folder costs no ten minutes.
    with CohortWriter(out, body=real.body, name=real.name, note=note, spaces=spaces) as writer:
        locator, areas = _learned(real, places, seed, steps)
        for sample in track(real, "locating", len(real)):
            writer.add(_dressed(sample, locator, told))
    lines = [
        Located(name, int(images), int(found), int(teeth), areas.get(name, float("nan")))
        for name, (images, found, teeth) in told.items()
    ]
    return Cohort.open(out), tuple(lines)


def _check(real: Cohort) -> tuple[Place, ...]:
    """The places that can be learned here."""
    problems, where = Problems(), str(real.path)
    if real.body != "panoramic":
        raise DiptychError.of(where, f"shows the {real.body}", "give panoramic radiographs")
    bare = [record.id for record in real.records if "teeth" not in record.layers]
    if bare:
        problems.add(
            where, f"{len(bare)} rows, {bare[0]} first, have no mask of teeth", "import it with masks"
        )
    if "findings" in real.layers:
        problems.add(
            where, "has its findings drawn already", "use it as it is, or import it without that layer"
        )
    others = [r.id for r in real.records if r.provenance.origin != "real"]
    if others:
        problems.add(where, f"{len(others)} rows, {others[0]} first, are not real images", "give real images")
    train = _teaching(real)
    places = tuple(place for place in PLACES if LEAST <= _naming(train, place) <= len(train) - LEAST)
    if not places:
        names = ", ".join(place.name for place in PLACES)
        silent = sum(record.split == "train" for record in real.records) - len(train)
        more = f" ({silent} more, whose findings are unknown, are not counted)" if silent else ""
        what = f"of its {len(train)} training rows{more} too few name, or do not name, {names}"
        problems.add(where, what, f"name one of them in at least {LEAST} rows, and not in {LEAST} others")
    problems.raise_any()
    return places


def _teaching(real: Cohort) -> list[Record]:
    """Training rows; not those whose source does not say what they show, since silence is no "no" there."""
    return [r for r in real.records if r.split == "train" and r.groups.get("findings") != UNKNOWN]


def _naming(records: Sequence[Record], place: Place) -> int:
    return sum(any(f.name == place.name for f in record.findings) for record in records)


def _learned(
    real: Cohort, places: tuple[Place, ...], seed: int, steps: int
) -> tuple[Locator, dict[str, float]]:
    """A locator, and the AUC of each finding on training rows that it did not learn from."""
    size = SIZES["panoramic"]
    rest, fold = carve(_teaching(real), seed=seed)
    own, held = (
        named(_read(real, [r.id for r in rows], title), places, size)
        for rows, title in ((rest, "reading"), (fold, "reading what is held out"))
    )
    phantoms = drawn(track(draw_many("panoramic", PHANTOMS, FIRST, size), "phantoms", PHANTOMS), places, size)
    locator, _ = fit_locator(own, held, phantoms, places, replace(FIT, seed=seed, steps=steps))
    return locator, locator.areas_under(held)


def _read(part: Cohort, ids: Sequence[str], title: str) -> Iterable[Sample]:
    return track(part.select(ids=ids), title, len(ids))


def _dressed(sample: Sample, locator: Locator, told: dict[str, NDArray[np.int64]]) -> Sample:
    """The sample with what was found in it; counts it."""
    odds = locator(planes(sample, SIZES["panoramic"])[None])
    height, width = sample.image.shape
    wide = F.interpolate(torch.from_numpy(odds), (height, width), mode="bilinear")[0].numpy()
    teeth, layer = sample.masks["teeth"], np.zeros((height, width), np.uint8)
    slack = max(1, round(height / SIZES["panoramic"][0]))
    found = set[Finding]()
    for plane, place, said in zip(wide, locator.places, names_of(sample, locator.places), strict=True):
        if not said:
            continue
        where = (plane > 0) & allowed(teeth, place, slack)
        layer[where] = place.code
        on = (
            {Finding(place.name, str(fdi)) for fdi in _teeth_with(where, teeth)} if place.has_tooth else set()
        )
        found |= on
        told[place.name] += (1, where.any(), len(on))
    return _with(sample, layer, found)


def _teeth_with(where: NDArray[np.bool_], teeth: Mask) -> Iterator[int]:
    counts = np.bincount(teeth[where], minlength=256)
    return (fdi for fdi in FDI if counts[fdi] >= ON_TOOTH * teeth.size)


def _with(sample: Sample, layer: Mask, found: set[Finding]) -> Sample:
    record, masks = sample.record, {**sample.masks, "findings": layer}
    record = replace(
        record,
        findings=tuple(sorted({*record.findings, *found})),
        layers=tuple(masks),
        estimated=(*record.estimated, "findings"),
        source=f"{record.source}; findings located by {ENGINE}".removeprefix("; "),
    )
    return Sample(record=record, image=sample.image, masks=masks)
