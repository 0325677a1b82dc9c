"""The nouns: a sample, its labels and findings, and the cohort that holds many of them.

Names are loaded on first use: what only needs the vocabulary or a config never waits for numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.records.cohort import Cohort as Cohort
    from diptych.records.finding import Finding as Finding
    from diptych.records.gate import GateConfig as GateConfig
    from diptych.records.gate import GateScores as GateScores
    from diptych.records.gate import GateThresholds as GateThresholds
    from diptych.records.gate import LabelScore as LabelScore
    from diptych.records.ids import is_id as is_id
    from diptych.records.ids import safe_id as safe_id
    from diptych.records.labels import DECIDUOUS as DECIDUOUS
    from diptych.records.labels import FDI as FDI
    from diptych.records.labels import LABELS as LABELS
    from diptych.records.labels import Label as Label
    from diptych.records.labels import LabelSpace as LabelSpace
    from diptych.records.pixels import content_hash as content_hash
    from diptych.records.pixels import stretch as stretch
    from diptych.records.pixels import stretch_mask as stretch_mask
    from diptych.records.pixels import to_unit as to_unit
    from diptych.records.sample import LAYERS as LAYERS
    from diptych.records.sample import Body as Body
    from diptych.records.sample import Grey as Grey
    from diptych.records.sample import Mask as Mask
    from diptych.records.sample import Provenance as Provenance
    from diptych.records.sample import Record as Record
    from diptych.records.sample import Sample as Sample
    from diptych.records.splits import carve as carve
    from diptych.records.splits import split as split
    from diptych.records.splits import subset as subset
    from diptych.records.writing import CohortWriter as CohortWriter

_HOMES = {
    "cohort": ("Cohort",),
    "finding": ("Finding",),
    "gate": ("GateConfig", "GateScores", "GateThresholds", "LabelScore"),
    "ids": ("is_id", "safe_id"),
    "labels": ("DECIDUOUS", "FDI", "LABELS", "Label", "LabelSpace"),
    "pixels": ("content_hash", "stretch", "stretch_mask", "to_unit"),
    "sample": ("LAYERS", "Body", "Grey", "Mask", "Provenance", "Record", "Sample"),
    "splits": ("carve", "split", "subset"),
    "writing": ("CohortWriter",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__getattr__, __dir__ = lazy(__name__, _HOME)
