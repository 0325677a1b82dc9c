"""Semi-synthetic images: phantom lesions composited into real radiographs, with their exact masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.compositing.cases import LESIONS as LESIONS
    from diptych.compositing.painting import composite as composite
    from diptych.compositing.writing import composite_cohort as composite_cohort

_HOME = {"LESIONS": "cases", "composite": "painting", "composite_cohort": "writing"}

__getattr__, __dir__ = lazy(__name__, _HOME)
