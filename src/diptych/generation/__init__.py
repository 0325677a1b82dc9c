"""From sentences to a cohort of synthetic pairs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diptych.records.cohort import Cohort

__all__ = ["generate"]


def generate(
    *,
    checkpoint: str,
    prompts: Sequence[str] = (),
    labels: Path | None = None,
    count: int,
    seed: int,
    out: Path,
    batch_size: int = 8,
) -> Cohort:
    """Draw `count` pairs for the prompts, taken in turn, and write them as a cohort.

    A checkpoint of the label-map family also takes lists of findings as prompts, or a cohort of label maps,
    `labels`, instead.

    Sample i has the seed `seed + i`; it depends on the checkpoint, its prompt and that seed
    only. See `diptych.generation.writing.write_pairs`.
    """
    from diptych.generation.writing import write_pairs

    return write_pairs(
        checkpoint, tuple(prompts), out, count=count, seed=seed, batch_size=batch_size, labels=labels
    )
