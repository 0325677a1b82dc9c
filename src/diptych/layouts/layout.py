"""A layout: the label maps of an image that does not exist yet, and the findings that they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from diptych.base.errors import DiptychError
from diptych.prompts.grammar import render
from diptych.records.finding import Finding
from diptych.records.sample import Body, Mask, Provenance, Record, Sample

MAIN: Mapping[Body, str] = {"panoramic": "teeth", "chest": "lungs"}
"""The layer that every layout of a body region has."""
EXTENT: Mapping[Body, float] = {"panoramic": 2.0, "chest": 1.0}
"""Width of an image in image heights; other proportions stretch it, as they do phantoms."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Label maps (H, W) uint8 by layer, in the codes of `records.LABELS`, with what they show."""

    body: Body
    layers: Mapping[str, Mask]
    findings: tuple[Finding, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    composer: str = ""
    """What composed it; empty for the masks of a cohort."""
    seed: int = -1

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        height, width = next(iter(self.layers.values())).shape
        return height, width

    @property
    def text(self) -> str:
        """The plain sentence of what it shows."""
        return render(self.body, self.findings, self.groups)

    def stack(self, names: Iterable[str]) -> Mask:
        """The codes of these layers as one (layers, H, W) array, for a generator.

        Raises `DiptychError` for a layer that it does not have.
        """
        wanted = tuple(names)
        absent = [name for name in wanted if name not in self.layers]
        if absent:
            has = ", ".join(self.layers)
            raise DiptychError.of("layout", f"has no layer {', '.join(absent)}", f"it has {has}")
        return np.stack([self.layers[name] for name in wanted])

    def to_sample(self, name: str) -> Sample:
        """The layout as a row that a `CohortWriter` takes, named `name`; the image is blank."""
        text = self.text
        kind: Literal["phantom", "model"] = "phantom" if self.composer == "procedural" else "model"
        record = Record(
            id=name,
            body=self.body,
            text=text,
            layers=tuple(self.layers),
            findings=self.findings,
            groups=self.groups,
            source="diptych layouts",
            provenance=Provenance(
                kind=kind, generator=f"layouts/{self.composer}", request=text, seed=self.seed
            ),
        )
        return Sample(record=record, image=np.zeros(self.size, np.uint8), masks=dict(self.layers))

    @classmethod
    def of_sample(cls, sample: Sample) -> Layout:
        """The masks of a cohort's row. Raises `DiptychError` where it has no teeth, or no lungs."""
        record, main = sample.record, MAIN[sample.record.body]
        if main not in sample.masks:
            raise DiptychError.of(f"sample {record.id}", f"has no {main} mask", "choose another row")
        maker = record.provenance.generator
        return cls(
            body=record.body,
            layers=dict(sample.masks),
            findings=tuple(sorted(record.findings)),
            groups=dict(record.groups),
            composer=maker.removeprefix("layouts/") if maker.startswith("layouts/") else "",
            seed=record.provenance.seed,
        )
