"""Where findings lie that a cohort names for the whole image: a layer of findings, learned from phantoms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.locating.locator import Locator as Locator
    from diptych.locating.locator import fit_locator as fit_locator
    from diptych.locating.writing import locate_cohort as locate_cohort

_HOME = {"Locator": "locator", "fit_locator": "locator", "locate_cohort": "writing"}

__getattr__, __dir__ = lazy(__name__, _HOME)
