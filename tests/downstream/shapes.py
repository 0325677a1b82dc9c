"""Small cohorts that a few seconds of training must learn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import diptych
from diptych.records import Cohort, CohortWriter, Finding, Provenance, Sample

REAL, MODEL = Provenance(), Provenance(kind="model", generator="toy 1", seed=1)


def phantom(body: str, seed: int, **known: object) -> Sample:
    """A phantom that passes for a patient, unless told otherwise."""
    drawn = diptych.draw(body, seed=seed, size=(64, 64) if body == "chest" else (64, 128))
    told = {"id": f"p{seed}", "subject": f"p{seed}", "provenance": REAL, **known}
    return replace(drawn, record=replace(drawn.record, **told))


def cohort(path: Path, samples: Iterable[Sample]) -> Cohort:
    """The samples as a cohort on disk."""
    samples = list(samples)
    with CohortWriter(path, body=samples[0].record.body) as writer:
        for sample in samples:
            writer.add(sample)
    return Cohort.open(path)


def chests(path: Path, train: int, val: int, test: int = 0, first: int = 0) -> Cohort:
    """Phantoms of chests in three splits."""
    splits = ["train"] * train + ["val"] * val + ["test"] * test
    return cohort(path, (phantom("chest", first + i, split=split) for i, split in enumerate(splits)))


def with_findings(sample: Sample, names: Sequence[str], **groups: str) -> Sample:
    """The same image, said to show these findings."""
    found = tuple(Finding(name) for name in names)
    return replace(sample, record=replace(sample.record, findings=found, groups=groups))
