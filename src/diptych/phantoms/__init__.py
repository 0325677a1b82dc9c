"""Procedural radiographs with exact masks, findings and text: the engine of tests and pretraining."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.base.progress import bar
from diptych.phantoms import chest, panoramic
from diptych.records.finding import Finding
from diptych.records.sample import Body, Sample

__all__ = ["draw", "draw_many", "write_cohort"]


def draw(
    body: Body,
    seed: int,
    size: tuple[int, int] | None = None,
    findings: Collection[Finding] | None = None,
    *,
    groups: Mapping[str, str] | None = None,
) -> Sample:
    """The phantom of a seed; it depends on nothing but the arguments.

    See `panoramic.draw` and `chest.draw` for what `findings` may be; `groups` (view, age_group, sex) is
    for the chest only. Raises `DiptychError` for what is not lawful or cannot be drawn.
    """
    if body == "chest":
        return chest.draw(seed, size or chest.SIZE, findings=findings, groups=groups)
    if groups:
        raise DiptychError.of("groups", "are for the chest phantom only", "leave them out")
    return panoramic.draw(seed, size or panoramic.SIZE, findings=findings)


def draw_many(body: Body, count: int, seed: int, size: tuple[int, int] | None = None) -> Iterator[Sample]:
    """`count` phantoms: those of the seeds `seed`, `seed` + 1, ..."""
    for index in range(count):
        yield draw(body, seed + index, size)


def write_cohort(
    body: Body, count: int, seed: int, out: Path, *, size: tuple[int, int] | None = None
) -> None:
    """Write the `count` phantoms of the seeds from `seed` as a new cohort folder `out`, with a progress bar.

    Raises `DiptychError` if the numbers are not lawful or `out` is in use, before anything is drawn.
    """
    from diptych.records.writing import CohortWriter

    problems = Problems()
    if count < 1:
        problems.add(f"--count {count}", "is not a number of images", "give 1 or more")
    if seed < 0:
        problems.add(f"--seed {seed}", "is negative", "give 0 or more")
    problems.raise_any()
    note = f"Procedural {body} radiographs of seeds {seed} to {seed + count - 1}; no patient."
    with CohortWriter(out, body=body, note=note) as writer, bar("drawing", count) as progress:
        for sample in draw_many(body, count, seed, size):
            writer.add(sample)
            progress.advance()
