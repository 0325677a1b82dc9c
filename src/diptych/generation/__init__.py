"""From sentences to a cohort of synthetic pairs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diptych.generation.gate.request import GateRequest
    from diptych.records.cohort import Cohort

__all__ = ["generate"]


def generate(
    *,
    checkpoint: str,
    prompts: Sequence[str] = (),
    labels: Path | None = None,
    repair: bool = False,
    count: int,
    seed: int,
    out: Path,
    batch_size: int = 8,
    gate: GateRequest | None = None,
) -> Cohort:
    """Draw `count` pairs for the prompts, taken in turn, and write them as a cohort.

    A checkpoint of the label-map family also takes lists of findings as prompts, or a cohort of label maps,
    `labels`, instead; with `repair` those that are unlawful are mended first, and else refused.

    Sample i has the seed `seed + i`; it depends on the checkpoint, its prompt and that seed
    only. A `gate` (`diptych.GateRequest`) scores every sample and leaves out those that fall short; the seeds
    that follow are tried in their stead. See `diptych.generation.writing.write_pairs`.
    """
    from diptych.generation.writing import write_pairs

    return write_pairs(
        checkpoint,
        tuple(prompts),
        out,
        count=count,
        seed=seed,
        batch_size=batch_size,
        labels=labels,
        repair=repair,
        gate=gate,
    )
