"""Extractors that a user adds to a protocol: their rows stand beside the protocol's and decide nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.evaluation.candidates import Candidate
from diptych.evaluation.compare import Outcome
from diptych.evaluation.extractors import ADAPTERS, CardedExtractor, load_extractor
from diptych.evaluation.extractors.own import OwnEncoder, image_names, load_encoder
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.protocol import Item, Protocol
from diptych.evaluation.rows import Row
from diptych.evaluation.stacks import image_stack
from diptych.records.cohort import Cohort

RADIOMIC = "frechet-radiomic"
"""The measure that means nothing but radiomic features."""
OWN_AXES = ("fidelity", "diversity")
"""An encoder knows its training rows, so it must not say whether others resemble them too much."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Addition:
    """An extractor that the protocol does not name."""

    name: str
    """How the rows call it."""
    extractor: CardedExtractor
    axes: tuple[str, ...]
    """Of the measures that are taken by it."""
    fact: str
    """What the report says of it."""
    notes: tuple[str, ...]
    """What each of its rows says."""


def own_encoder(folder: Path, cohorts: Mapping[str, Cohort], sides: Mapping[str, Candidate]) -> Addition:
    """The encoder in a folder, for these cohorts and their images.

    Raises `DiptychError` when it was trained on another body region, or on an image of any side but
    `train`: it would judge what it learned from.
    """
    encoder = load_encoder(folder)
    about, body = encoder.about, cohorts["synthetic"].body
    if about.body not in ("", body):
        raise DiptychError.of(
            str(folder), f"was trained on {about.body} images, these are {body}", "train one on such images"
        )
    known = {name: _seen(encoder, cohorts[name], sides[name].images) for name in cohorts}
    for name, count in known.items():
        if count and name != "train":
            what = f"{count} of its training images are among the {name} images that it would judge"
            remedy = "train one on the training part only, or leave out --encoder"
            raise DiptychError.of(str(folder), what, remedy)
    floor = "the encoder was trained on images of the floor, which may look farther away to it than they are"
    return Addition(
        name=f"own:{encoder.extractor.card.sha256[:8]}",
        extractor=encoder.extractor,
        axes=OWN_AXES,
        fact=f"own, {about.images} images, {about.steps} steps, SHA-256 {encoder.extractor.card.sha256[:16]}",
        notes=(_beside("--encoder"), *((floor,) if known.get("train") else ())),
    )


def foreign(spec: str, sha256: str) -> Addition:
    """The extractor of `KIND=FILE`, where the kind is an adapter's name and the file has this SHA-256."""
    kind, _, path = spec.partition("=")
    if kind not in ADAPTERS or not path:
        known = ", ".join(ADAPTERS)
        raise DiptychError.of("--extractor", f"{spec!r} is not KIND=FILE", f"kinds are {known}")
    extractor = load_extractor(path, kind=kind, sha256=sha256)
    return Addition(
        name=kind,
        extractor=extractor,
        axes=tuple({MEASURES.card(name).axis for name in MEASURES}),
        fact=f"{kind}, SHA-256 {extractor.card.sha256[:16]}; blind to {extractor.card.blind_to}",
        notes=(_beside("--extractor"),),
    )


def extended(protocol: Protocol, additions: Sequence[Addition]) -> Protocol:
    """What is measured: the protocol's measures, and those of them that the additions can take."""
    items = []
    for item in protocol.measures:
        axis = MEASURES.card(item.name).axis
        fits = bool(item.extractors) and item.name != RADIOMIC
        names = tuple(a.name for a in additions if fits and axis in a.axes)
        items += [item, Item(name=item.name, extractors=names)] if names else [item]
    return replace(protocol, measures=tuple(items))


def marked(outcome: Outcome, additions: Sequence[Addition]) -> Outcome:
    """The same rows, with a note on each that stands outside the protocol."""
    notes = {addition.name: addition.notes for addition in additions}
    rows = tuple(_noted(row, notes.get(row.extractor, ())) for row in outcome.rows)
    return replace(outcome, rows=rows)


def _noted(row: Row, notes: tuple[str, ...]) -> Row:
    return replace(row, estimate=replace(row.estimate, notes=(*row.estimate.notes, *notes)))


def _beside(flag: str) -> str:
    return f"beside the protocol ({flag}), without a say in its verdicts"


def _seen(encoder: OwnEncoder, cohort: Cohort, images: NDArray[np.uint8]) -> int:
    """How many of a cohort's images the encoder learned from; `images` are they at the protocol's size."""
    size = encoder.config.size
    as_seen = images if images.shape[1:] == size else image_stack(cohort, size)
    return len(set(image_names(as_seen)) & set(encoder.about.seen))
