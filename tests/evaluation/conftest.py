from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diptych.records.cohort import Cohort
from diptych.records.finding import Finding
from diptych.records.sample import Record, Sample
from diptych.records.writing import CohortWriter

Builder = Callable[..., Cohort]


def jaws(seed: int, missing: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Four big teeth at jittered places on a smooth random ground with some grain, (64, 128) each."""
    chance = np.random.default_rng(seed)
    coarse = Image.fromarray(chance.uniform(20, 90, (8, 16)).astype(np.float32))
    image = np.asarray(coarse.resize((128, 64), Image.Resampling.BICUBIC)).copy()
    mask = np.zeros((64, 128), np.uint8)
    for place, code in enumerate((18, 11, 21, 28)):
        row, column = 20 + chance.integers(-6, 6), 12 + 30 * place + chance.integers(-6, 6)
        if code not in missing:
            mask[row : row + 20, column : column + 14] = code
            # The grey says which tooth it is, so that a judge needs no training.
            image[row : row + 20, column : column + 14] = 150 + 30 * place
    image += chance.integers(-5, 6, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8), mask


@pytest.fixture
def build(tmp_path: Path) -> Builder:
    """Make a panoramic cohort: `build(name, seeds, split=..., missing=..., change=...)`."""

    def make(
        name: str,
        seeds: range,
        *,
        split: str = "train",
        missing: tuple[int, ...] = (),
        change: Callable[[np.ndarray], np.ndarray] = lambda image: image,
    ) -> Cohort:
        with CohortWriter(tmp_path / name, body="panoramic") as writer:
            for seed in seeds:
                image, mask = jaws(seed, missing)
                findings = tuple(Finding("missing", str(code)) for code in missing)
                record = Record(
                    id=f"s{seed}", body="panoramic", subject=f"s{seed}", split=split, findings=findings
                )
                writer.add(Sample(record=record, image=change(image), masks={"teeth": mask}))
        return Cohort.open(tmp_path / name)

    return make


def oracle(images: np.ndarray) -> np.ndarray:
    """Reads the code of each tooth from its grey."""
    masks = np.zeros(images.shape, np.uint8)
    for place, code in enumerate((18, 11, 21, 28)):
        masks[np.abs(images.astype(int) - (150 + 30 * place)) < 8] = code
    return masks
