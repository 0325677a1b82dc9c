"""A small cohort with two layers, a test split and a mark in one image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diptych.records import Cohort, CohortWriter, Finding, Record, Sample


def teeth_mask(seed: int, codes: tuple[int, ...]) -> np.ndarray:
    """Blobs of pixels, some with holes and some in two parts."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((40, 60), np.uint8)
    for index, code in enumerate(codes):
        row, column = 2 + 12 * (index // 4), 2 + 14 * (index % 4)
        mask[row : row + 9, column : column + 11][rng.random((9, 11)) > 0.2] = code
    return mask


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    with CohortWriter(tmp_path / "cohort", body="panoramic", name="Two jaws", note="made up") as writer:
        for number, split in enumerate(("train", "train", "val", "test", "train")):
            record = Record(
                id=f"image-{number}",
                body="panoramic",
                split=split,
                findings=(Finding("restoration"),),
                text="Panoramic radiograph, restorations.",
                licence=("CC0", "CC BY 4.0")[number % 2],
            )
            masks = {"teeth": teeth_mask(number, (18, 11, 36, 48, 21))}
            if number != 4:
                masks["anatomy"] = np.where(np.indices((40, 60))[0] > 20, 1, 0).astype(np.uint8)
            image = (
                np.random.default_rng(number)
                .integers(0, 255, (40, 60))
                .astype((np.uint8, np.uint16)[number % 2])
            )
            writer.add(
                Sample(record=record, image=image, masks=masks), png_text={"Mark": f"synthetic {number}"}
            )
    return Cohort.open(tmp_path / "cohort")
