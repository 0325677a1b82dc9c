"""The pieces of an entry: release, licence, evaluation and the rest, each a small frozen model."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from diptych.catalogue.texts import ArxivId, Doi, Note, Text, Url
from diptych.catalogue.vocabulary import (
    SPDX,
    Access,
    Family,
    Hosting,
    LicenceFamily,
    MetricAxis,
    ReadIn,
    Released,
    Setting,
    Unit,
    UseCase,
)

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(max_length=40)]
Some = Annotated[tuple[T, ...], Field(min_length=1, max_length=40)]


class Part(BaseModel):
    """A frozen piece of an entry: no unknown fields, no silent conversion, no value twice in a list."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    @field_validator("*")
    @classmethod
    def _no_repeats(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, tuple) and len(set(value)) < len(value):
            raise ValueError("names something twice")
        return value


class Size(Part):
    """How many synthetic samples are published, as the publisher counts them."""

    n: Annotated[int, Field(ge=1, le=10**12)] | None = None
    """How many; absent where no number was seen."""
    unit: Unit | None = None
    """What is counted."""
    note: Note | None = None
    """The publisher's words on the number, where it is no plain one."""


class Generator(Part):
    """What made the images; `families` is absent where the publisher does not say."""

    families: Some[Family] | None = None
    """How it works; several where stages differ."""
    model: Text | None = None
    """Its name or a few words."""
    seeds_published: bool | None = None
    """Whether the seeds of the images are published, so that they can be drawn again."""


class Training(Part):
    """The real data behind the generator; an empty list of names says that there is none."""

    data: Many[Text] | None = None
    """Names of the data sets; an empty list says that no real data was used."""
    size: Text | None = None
    """How much of it, in the publisher's words."""
    note: Note | None = None
    """What else is known of it."""


class Metric(Part):
    """A number as its authors report it: extractors and sample sizes differ, so two are not comparable."""

    name: Text
    """As the authors call it."""
    axes: Some[MetricAxis]
    """The questions that it answers."""
    value: float | None = None
    """As reported; absent where the metric was named and no value was seen."""
    note: Note | None = None
    """Extractor, sample size, or what the value belongs to."""


class Readers(Part):
    """People who looked at the images, such as a visual Turing test."""

    n: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How many people."""
    result: Note | None = None
    """What they were asked and what came out."""


class Privacy(Part):
    """A test of memorisation, re-identification or membership, or a filter against them."""

    method: Note
    """What was tested or filtered, and how."""
    result: Note | None = None
    """What came out."""


class Utility(Part):
    """A downstream task that the images were shown to serve."""

    task: Text | None = None
    """The downstream task."""
    metric: Text | None = None
    """What was measured."""
    gain: Note | None = None
    """What came out, with what it is compared to."""
    settings: Many[Setting] | None = None
    """How synthetic and real images were used."""
    note: Note | None = None
    """The authors' words for the setting."""


class Evaluation(Part):
    """What of its quality the material reports; see `Entry.axes` for the axes that this covers."""

    metrics: Some[Metric] | None = None
    """Metrics of fidelity, diversity and alignment."""
    readers: Readers | None = None
    """Human readers."""
    privacy: Privacy | None = None
    """Tests of privacy."""
    utility: Utility | None = None
    """Use in a downstream task."""
    fairness: Note | None = None
    """What is told about groups of patients."""
    cost: Note | None = None
    """What training or sampling takes."""


class Release(Part):
    """What can be had, and where. `seen` is false where no page to get it from was seen."""

    seen: bool
    """Whether a page to get it from was seen."""
    parts: Some[Released] | None = None
    """What is published."""
    evidence: Note | None = None
    """What showed that it is."""
    access: Access | None = None
    """What one must do to get it."""
    hosting: Some[Hosting] | None = None
    """Where it lies."""
    hosting_note: Note | None = None
    """The publisher's words on the place."""
    url: Url | None = None
    """Address of the data set or generator."""
    code_url: Url | None = None
    """Address of the code."""
    weights: bool | None = None
    """Whether the weights can be had; false where they were announced and are not there."""


class Licence(Part):
    """A licence in the publisher's words, its SPDX identifier where the words allow one, and its family."""

    words: Text | None = None
    """As the publisher writes it."""
    spdx: Annotated[str, Field(json_schema_extra={"enum": sorted(SPDX)})] | None = None
    """Its SPDX identifier; absent where the words leave a version or a variant open."""
    family: LicenceFamily | None = None
    """The family that it is counted in."""
    note: Note | None = None
    """What qualifies it, such as gates, patents or licences of the training data."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.spdx is not None and self.spdx not in SPDX:
            raise ValueError(f"spdx: {self.spdx!r} is not among the SPDX identifiers of the vocabulary")
        if self.spdx is not None and self.family != SPDX[self.spdx]:
            raise ValueError(f"family: {self.spdx} belongs to {SPDX[self.spdx]!r}, found {self.family!r}")
        if (self.words is None) != (self.family is None):
            raise ValueError("words and family belong together: give both or none")
        return self


class Paper(Part):
    """The publication to cite."""

    title: Text | None = None
    """Its title."""
    dois: Some[Doi] | None = None
    """Its DOIs, without https://doi.org/."""
    arxiv: ArxivId | None = None
    """Its number at arXiv, without the version."""
    url: Url | None = None
    """Its address where it has no DOI."""


class Use(Part):
    """A clinical or methodical use that the record's own facts support: which, why, and seen where."""

    use: UseCase
    """Which use."""
    because: Note
    """The fact that supports it."""
    source: Url
    """Where that fact was seen: one of the sources."""


class Source(Part):
    """Where the facts were seen and when. `copy`: what was read repeats this address."""

    url: Url
    """The publisher's address or a DOI, never a mirror's."""
    seen: date
    """The day on which it was read."""
    read_in: ReadIn = "original"
    """`copy` where what was read repeats this address."""
    note: Note | None = None
    """What it supports, where that is not the whole record."""
