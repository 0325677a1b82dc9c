"""Hugging Face's `imagefolder` loader reads a cohort as it is (skipped where `datasets` is absent)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.records import CohortWriter, Finding, GateScores, LabelScore, Record, Sample

datasets = pytest.importorskip("datasets")


def sample(name: str, **changes: object) -> Sample:
    image = np.arange(80, dtype=np.uint16).reshape(8, 10) * 800
    record = Record(id=name, body="chest", subject="s1", groups={"view": "AP"})
    found = np.eye(8, 10, dtype=np.uint8)
    masks = {"findings": found, "lungs": np.tile(np.uint8([0, 1, 1, 0, 0, 2, 2, 2, 0, 0]), (8, 1))}
    return Sample(record=replace(record, **changes), image=image, masks=masks)  # type: ignore[arg-type]


def test_imagefolder(tmp_path: Path) -> None:
    findings = (Finding("effusion", "right"), Finding("pneumonia"))
    scores = GateScores(agreement=0.9, nearest=1.2, labels=(LabelScore(code=1, dice=0.9),))
    samples = [
        replace(sample("x_tr_1", groups={"cause": "viral"}), masks={}),
        sample(
            "x-te-2", findings=findings, split="val", groups={"findings": "unknown", "age": "7"}, gate=scores
        ),
        *(sample(f"image-{number:04}") for number in range(20)),
        sample("located", estimated=("findings",)),
    ]
    with CohortWriter(tmp_path / "test-cohort", body="chest") as writer:
        for one in samples:
            writer.add(one)
    data = datasets.load_dataset(
        "imagefolder",
        data_dir=str(tmp_path / "test-cohort"),
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    rows = {row["id"]: row for row in data}
    assert len(rows) == len(data) == len(samples)
    second = rows["x-te-2"]
    np.testing.assert_array_equal(np.asarray(second["image"]), samples[1].image)
    np.testing.assert_array_equal(np.asarray(second["lungs"]), samples[1].masks["lungs"])
    np.testing.assert_array_equal(np.asarray(second["findings_mask"]), samples[1].masks["findings"])
    assert second["findings"] == [{"name": "effusion", "site": "right"}, {"name": "pneumonia", "site": ""}]
    assert (second["gate"]["agreement"], second["gate"]["nearest"]) == (0.9, 1.2)
    assert second["gate"]["labels"] == [{"code": 1, "dice": 0.9}]
    assert rows["x_tr_1"]["gate"] is None and rows["x_tr_1"]["estimated"] is None
    assert rows["located"]["estimated"] == ["findings"]
    assert (second["split"], second["age"], second["view"]) == ("val", "7", None)
    assert rows["x_tr_1"]["lungs"] is None and rows["x_tr_1"]["findings"] == []
    assert rows["x_tr_1"]["groups"]["cause"] == "viral"
