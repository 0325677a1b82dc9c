"""An entry: what is known of one public synthetic data set or generator. An absent field is not reported."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from diptych.catalogue.parts import (
    Evaluation,
    Generator,
    Licence,
    Many,
    Paper,
    Part,
    Release,
    Size,
    Some,
    Source,
    Training,
    Use,
)
from diptych.catalogue.texts import EntryId, Note, Text
from diptych.catalogue.vocabulary import (
    AXES,
    CLASS_OF,
    GROUP_OF,
    Axis,
    BodyRegion,
    Conditioning,
    Dimensionality,
    Kind,
    Label,
    LicenceClass,
    Modality,
    ModalityGroup,
)


class Entry(Part):
    """One record of the catalogue. Every claim rests on `sources`; the first of them was verified last."""

    id: EntryId
    """Short name: small letters, digits, hyphens; the name of the file."""
    name: Text
    """Name as published."""
    kind: Kind
    """A data set, a generator, or both."""
    collection: Text | None = None
    """The project that publishes it with others, such as medigan."""
    year: Annotated[int, Field(ge=1990, le=2100)] | None = None
    """Year of publication."""
    modality: Some[Modality]
    """Imaging modalities."""
    modality_note: Note | None = None
    """The publisher's words, such as the MR sequence."""
    body_region: Some[BodyRegion] | None = None
    """What is shown of the body."""
    body_region_note: Note | None = None
    """The publisher's words."""
    dimensionality: Some[Dimensionality] | None = None
    """Images, volumes or video."""
    size: Size = Size()
    """How many synthetic samples."""
    resolution: Text | None = None
    """Pixels or voxels of a sample."""
    conditioning: Some[Conditioning] | None = None
    """What an image is asked for by; `none` says that nothing is asked."""
    conditioning_note: Note | None = None
    """The publisher's words."""
    labels: Many[Label] | None = None
    """What comes with an image; an empty list says that nothing does."""
    labels_note: Note | None = None
    """The publisher's words."""
    generator: Generator = Generator()
    """What made the images."""
    training: Training = Training()
    """The real data behind it."""
    evaluation: Evaluation = Evaluation()
    """How its quality was judged."""
    release: Release
    """What can be had, and where."""
    licence: Licence = Licence()
    """On which terms."""
    paper: Paper = Paper()
    """What to cite."""
    use_cases: Some[Use] | None = None
    """What it is for, as far as the record's facts support."""
    sources: Some[Source]
    """Where all this was seen; the first was verified last."""
    verified: date
    """The day of the last verification."""
    notes: Note | None = None
    """Anything that a user should know."""

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
        """What its licence allows, coarsely; `unknown` where none was seen.

        A free licence behind a gate that allows non-commercial use only is not free.
        """
        if "non-commercial" in (self.licence.note or "").lower():
            return "non-commercial"
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
