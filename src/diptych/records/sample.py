"""A sample: one image with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from diptych.records.finding import Finding
from diptych.records.gate import GateScores

LAYERS = ("teeth", "lungs", "anatomy", "findings")
"""The mask layers, each one single-channel image; layers may overlap each other."""

Grey = NDArray[np.uint8] | NDArray[np.uint16]
Mask = NDArray[np.uint8]
Body = Literal["panoramic", "chest"]


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where an image comes from: a patient, the phantom engine, or a model."""

    kind: Literal["real", "phantom", "model"] = "real"
    generator: str = ""
    """Checkpoint or engine, with its version or hash; empty for images as they were taken."""
    request: str = ""
    """The sentence that was asked for, or what was composited; empty for images as they were taken."""
    seed: int = -1
    """The seed of this very image; -1 for images as they were taken."""

    @property
    def origin(self) -> str:
        """`real`, `phantom`, `model`, or `semi-synthetic`: of a patient, changed by an engine."""
        return "semi-synthetic" if self.kind == "real" and self.generator else self.kind


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of one image without its pixels: one line of `metadata.jsonl`."""

    id: str
    body: Body
    text: str = ""
    subject: str = ""
    split: str = "train"
    layers: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()
    """Those layers that a model estimated in an image of a patient: to learn from, no truth to test on."""
    findings: tuple[Finding, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    """Group attributes such as `view`, `sex`, `age`, `age_group`."""
    licence: str = ""
    source: str = ""
    provenance: Provenance = Provenance()
    gate: GateScores | None = None
    """What the quality gate found; None where the sample went through none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """A record with its pixels.

    `image` is (H, W), 8 or 16 bit, unsigned; every mask is (H, W), 8 bit.
    """

    record: Record
    image: Grey
    masks: Mapping[str, Mask]
