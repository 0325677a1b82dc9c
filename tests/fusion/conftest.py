"""Cohorts to fuse: of records alone where no pixel is read, and small folders where some are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.fusion.plan import Origin
from diptych.records import LABELS, Cohort, CohortWriter, Finding, Provenance, Record, Sample
from diptych.records.reading import Row

MODEL = Provenance(kind="model", generator="toy 1", request="Chest radiograph.", seed=1)
PHANTOM = Provenance(kind="phantom", generator="diptych-phantoms/1", seed=1)
Labels = Sequence[str]


def record(name: str, labels: Labels = (), **known: object) -> Record:
    """A chest with these findings; its subject is named like it."""
    found = tuple(Finding(label) for label in labels)
    base = Record(id=name, body="chest", subject=f"s-{name}", findings=found, layers=("lungs",))
    return replace(base, **known)  # type: ignore[arg-type]


def cohort(records: Iterable[Record], name: str = "made up") -> Cohort:
    """A cohort without files."""
    rows = tuple(Row(record=r, image=Path(r.id), masks={"lungs": Path(r.id)}) for r in records)
    return Cohort(
        path=Path(name),
        body="chest",
        name=name,
        note="",
        spaces={"lungs": LABELS["chest", "lungs"]},
        rows=rows,
    )


def real(labels: Sequence[Labels], held: int = 2) -> Cohort:
    """Training rows with these labels, and so many in val and in test."""
    train = [record(f"r{i}", own) for i, own in enumerate(labels)]
    rest = [record(f"{part[0]}{i}", split=part) for part in ("val", "test") for i in range(held)]
    return cohort([*train, *rest], "real")


def drawn(labels: Sequence[Labels]) -> Cohort:
    """A synthetic pool with these labels."""
    return cohort([record(f"g{i}", own, provenance=MODEL) for i, own in enumerate(labels)], "synthetic")


def phantoms(count: int) -> Cohort:
    return cohort([record(f"p{i}", provenance=PHANTOM) for i in range(count)], "phantoms")


MIXED: list[Labels] = [(), (), ("pneumonia",), ("pneumonia", "opacity"), ("opacity",), ()]


@pytest.fixture
def given() -> dict[Origin, Cohort]:
    """Six real training rows, four held out, a pool that is enough for any strategy, and phantoms."""
    return {"real": real(MIXED), "synthetic": drawn(MIXED * 2), "phantom": phantoms(12)}


def sample(known: Record, seed: int, depth: type = np.uint8) -> Sample:
    rng = np.random.default_rng(seed)
    mask = np.zeros((24, 24), np.uint8)
    mask[4:20, 2 + seed % 3 : 10], mask[4:20, 14 : 20 + seed % 3] = 1, 2
    image = rng.integers(0, 255, (24, 24)).astype(depth)
    return Sample(record=known, image=image, masks={"lungs": mask})


def write(path: Path, records: Iterable[Record], seed: int = 0, mark: str = "") -> Path:
    """A cohort folder of noise with lungs."""
    with CohortWriter(path, body="chest") as writer:
        for number, known in enumerate(records):
            text = {"XML:com.adobe.xmp": f"{mark} {known.id}"} if mark else None
            writer.add(sample(known, 100 * seed + number), png_text=text)
    return path


@pytest.fixture
def folders(tmp_path: Path, given: dict[Origin, Cohort]) -> dict[str, Path]:
    """The same on disk, as the arguments of `fuse` name them; synthetic images carry a mark."""
    return {
        "real": write(tmp_path / "real", given["real"].records, 1),
        "synthetic": write(tmp_path / "synthetic", given["synthetic"].records, 2, mark="drawn"),
        "phantoms": write(tmp_path / "phantoms", given["phantom"].records, 3),
    }
