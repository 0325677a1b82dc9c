"""Diptych: a sentence becomes a radiograph and its mask.

The names below are loaded when they are first used, so `import diptych` costs nothing.

>>> import diptych
>>> sample = diptych.draw("panoramic", seed=1)
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Arm": "diptych.fusion.arm",
    "Cohort": "diptych.records.cohort",
    "CohortWriter": "diptych.records.cohort",
    "DiptychError": "diptych.base.errors",
    "Finding": "diptych.records.finding",
    "GateRequest": "diptych.generation.gate.request",
    "LabelSpace": "diptych.records.labels",
    "Record": "diptych.records.sample",
    "Sample": "diptych.records.sample",
    "audit": "diptych.evaluation.audit",
    "draw": "diptych.phantoms",
    "export": "diptych.publishing",
    "fuse": "diptych.fusion",
    "generate": "diptych.generation",
    "import_cohort": "diptych.sources.importing",
    "parse": "diptych.prompts.parser",
    "render": "diptych.prompts.grammar",
    "train": "diptych.recipes.train",
    "TrainRequest": "diptych.recipes.train",
}
"""Public name -> the module that holds it."""

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """Load a public name from its room on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'diptych' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted(__all__)
