"""Small radiographs and masks on disk, for every source."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diptych.records import Cohort
from diptych.sources import Source, import_cohort


class Maker:
    """Writes inputs under a folder and imports them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.warnings: list[str] = []

    def image(self, name: str, pixels: np.ndarray, **options: object) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path, **options)
        return path

    def csv(self, name: str, rows: Sequence[Mapping[str, object]]) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def cohort(self, source: Source) -> Cohort:
        cohort = import_cohort(source, self.root / "out", warn=self.warnings.append)
        cohort.check()
        return cohort

    @staticmethod
    def grey(seed: int = 0, size: tuple[int, int] = (24, 40)) -> np.ndarray:
        return np.random.default_rng(seed).integers(20, 120, size).astype(np.uint8)

    @staticmethod
    def teeth(*codes: int, size: tuple[int, int] = (24, 40)) -> np.ndarray:
        """One pixel a tooth."""
        mask = np.zeros(size, np.uint8)
        mask[1::2, 1::2].flat[: len(codes)] = 0
        flat = np.zeros(mask[1::2, 1::2].size, np.uint8)
        flat[: len(codes)] = codes
        mask[1::2, 1::2] = flat.reshape(mask[1::2, 1::2].shape)
        return mask

    @staticmethod
    def lungs(value: int = 255) -> np.ndarray:
        mask = np.zeros((24, 40), np.uint8)
        mask[4:20, 4:16] = mask[4:20, 24:36] = value
        return mask


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)
