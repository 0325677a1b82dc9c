"""Procedural radiographs with exact masks, findings and text: the engine of tests and pretraining."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count as numbers
from pathlib import Path
from typing import TYPE_CHECKING

from diptych.records.finding import Finding
from diptych.records.sample import Body, Sample

if TYPE_CHECKING:
    pass

__all__ = ["draw", "draw_many"]


def draw(
    body: Body, seed: int, size: tuple[int, int] | None = None, findings: Collection[Finding] | None = None
) -> Sample:
    """The phantom of a seed; it depends on nothing but the arguments. See `panoramic.draw`, `chest.draw`."""
    from diptych.phantoms import chest, panoramic

    if body == "chest":
        return chest.draw(seed, size or chest.SIZE, findings=findings)
    return panoramic.draw(seed, size or panoramic.SIZE, findings=findings)


def draw_many(body: Body, count: int, seed: int, size: tuple[int, int] | None = None) -> Iterator[Sample]:
    """`count` phantoms of the seeds `seed`, `seed` + 1, ..."""
    for index in range(count):
        yield draw(body, seed + index, size)
