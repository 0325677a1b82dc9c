"""What is asked of the gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diptych.records.gate import GateConfig


@dataclass(frozen=True, kw_only=True)
class GateRequest:
    """Which images and judges samples are held against."""

    train: Path
    """The cohort that the generator learned from; only rows of its split `train` are used."""
    judge: Path | None = None
    """The folder of a segmenter. Where there is none, it is trained on `train` and kept there; without a
    folder the packaged one is taken if it was trained on this very cohort."""
    classifier: Path | None = None
    """The folder of a classifier of findings; without a folder a packaged one is taken if it was trained on
    this very cohort, and else there is no confidence."""
    config: GateConfig | None = None
    """How strict the gate is; None is what the checkpoint says."""
    only_score: bool = False
    """Keep every sample; its scores say what the gate thinks of it."""
