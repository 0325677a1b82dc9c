"""An entry: what is known of one public synthetic data set or generator. An absent field is not reported."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from diptych.catalogue.texts import ArxivId, Doi, EntryId, Note, Text, Url
from diptych.catalogue.vocabulary import (
    AXES,
    CLASS_OF,
    GROUP_OF,
    SPDX,
    Access,
    Axis,
    BodyRegion,
    Conditioning,
    Dimensionality,
    Family,
    Hosting,
    Kind,
    Label,
    LicenceClass,
    LicenceFamily,
    MetricAxis,
    Modality,
    ModalityGroup,
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

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _no_repeats(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, tuple) and len(set(value)) < len(value):
            raise ValueError("names something twice")
        return value


class Size(Part):
    """How many synthetic samples are published, as the publisher counts them."""

    n: Annotated[int, Field(ge=1, le=10**12)] | None = None
    unit: Unit | None = None
    note: Note | None = None


class Generator(Part):
    """What made the images; `families` is absent where the publisher does not say."""

    families: Some[Family] | None = None
    model: Text | None = None
    seeds_published: bool | None = None


class Training(Part):
    """The real data behind the generator; an empty list of names says that there is none."""

    data: Many[Text] | None = None
    size: Text | None = None
    note: Note | None = None


class Metric(Part):
    """A number as its authors report it: extractors and sample sizes differ, so two are not comparable."""

    name: Text
    axes: Some[MetricAxis]
    value: float | None = None
    note: Note | None = None


class Readers(Part):
    """People who looked at the images, such as a visual Turing test."""

    n: Annotated[int, Field(ge=1, le=10_000)] | None = None
    result: Note | None = None


class Privacy(Part):
    """A test of memorisation, re-identification or membership, or a filter against them."""

    method: Note
    result: Note | None = None


class Utility(Part):
    """A downstream task that the images were shown to serve."""

    task: Text | None = None
    metric: Text | None = None
    gain: Note | None = None
    settings: Many[Setting] | None = None
    note: Note | None = None


class Evaluation(Part):
    """What of its quality the material reports; see `Entry.axes` for the axes that this covers."""

    metrics: Some[Metric] | None = None
    readers: Readers | None = None
    privacy: Privacy | None = None
    utility: Utility | None = None
    fairness: Note | None = None
    cost: Note | None = None


class Release(Part):
    """What can be had, and where. `seen` is false where no page to get it from was seen."""

    seen: bool
    parts: Some[Released] | None = None
    evidence: Note | None = None
    access: Access | None = None
    hosting: Some[Hosting] | None = None
    hosting_note: Note | None = None
    url: Url | None = None
    code_url: Url | None = None
    weights: bool | None = None


class Licence(Part):
    """A licence in the publisher's words, its SPDX identifier where the words allow one, and its family."""

    words: Text | None = None
    spdx: Annotated[str, Field(json_schema_extra={"enum": sorted(SPDX)})] | None = None
    family: LicenceFamily | None = None
    note: Note | None = None

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
    dois: Some[Doi] | None = None
    arxiv: ArxivId | None = None
    url: Url | None = None


class Use(Part):
    """A clinical or methodical use that the record's own facts support: which, why, and seen where."""

    use: UseCase
    because: Note
    source: Url


class Source(Part):
    """Where the facts were seen and when. `copy`: what was read repeats this address."""

    url: Url
    seen: date
    read_in: ReadIn = "original"
    note: Note | None = None


class Entry(Part):
    """One record of the catalogue. Every claim rests on `sources`; the first of them was verified last."""

    id: EntryId
    name: Text
    kind: Kind
    collection: Text | None = None
    year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    modality: Some[Modality]
    modality_note: Note | None = None
    body_region: Some[BodyRegion] | None = None
    body_region_note: Note | None = None
    dimensionality: Some[Dimensionality] | None = None
    size: Size = Size()
    resolution: Text | None = None
    conditioning: Some[Conditioning] | None = None
    conditioning_note: Note | None = None
    labels: Many[Label] | None = None
    labels_note: Note | None = None
    generator: Generator = Generator()
    training: Training = Training()
    evaluation: Evaluation = Evaluation()
    release: Release
    licence: Licence = Licence()
    paper: Paper = Paper()
    use_cases: Some[Use] | None = None
    sources: Some[Source]
    verified: date
    notes: Note | None = None

    @model_validator(mode="after")
    def _uses_cite_sources(self) -> Self:
        known = {source.url for source in self.sources}
        for use in self.use_cases or ():
            if use.source not in known:
                raise ValueError(f"use_cases: {use.use!r} cites {use.source}, which is not among the sources")
        return self

    @property
    def holds_images(self) -> bool:
        """Whether this is a data set, alone or with its generator."""
        return self.kind != "generator"

    @property
    def images_public(self) -> bool:
        """Whether the images themselves are among what is published."""
        return "images" in (self.release.parts or ())

    @property
    def modality_groups(self) -> tuple[ModalityGroup, ...]:
        """The groups of its modalities, in their order, each once."""
        return tuple(dict.fromkeys(GROUP_OF[modality] for modality in self.modality))

    @property
    def licence_class(self) -> LicenceClass:
        """What its licence allows, coarsely; `unknown` where none was seen."""
        return "unknown" if self.licence.family is None else CLASS_OF[self.licence.family]

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes of evaluation on which the material reports something, in the order of `AXES`."""
        evaluation = self.evaluation
        told: set[Axis] = {axis for metric in evaluation.metrics or () for axis in metric.axes}
        told |= {"plausibility"} if evaluation.readers else set()
        told |= {"privacy"} if evaluation.privacy else set()
        told |= {"utility"} if evaluation.utility else set()
        told |= {"fairness"} if evaluation.fairness else set()
        told |= {"cost"} if evaluation.cost else set()
        return tuple(axis for axis in AXES if axis in told)
