"""The registry of measures and what each card must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from diptych.base.registry import Card, Registry
from diptych.evaluation.candidates import Candidate
from diptych.evaluation.evidence import Evidence
from diptych.metrics.estimate import Estimate

Axis = Literal["fidelity", "diversity", "alignment", "privacy", "plausibility"]
AXES: tuple[Axis, ...] = ("fidelity", "diversity", "alignment", "privacy", "plausibility")

Need = Literal["features", "masks", "judge", "train", "control", "missing", "scorer"]


@dataclass(frozen=True, kw_only=True)
class MeasureCard(Card):
    """What a reader must know of a measure before reading its number."""

    axis: Axis
    better: Literal["lower", "higher", "middle"]
    """Which way is better; "middle": the value of other real images is best, both ways are worse."""
    bad: str
    """The spoilt candidate that stands beside it, see `candidates`."""
    needs: tuple[Need, ...] = ()
    least: int = 10
    """Images a side from which the number means something."""
    unit: str = ""
    by_subject: bool = False
    """Whether its interval takes the images of one subject as one witness. Where not, a row says so."""
    interval: str = ""
    """What is known of its interval where it is not calibrated; empty where it is."""


Measure = Callable[[Candidate, Evidence], Estimate]

MEASURES: Registry[Measure, MeasureCard] = Registry("measures")
