"""nnU-Net raw: consecutive labels, test images apart, and nnU-Net's own check where it is installed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.publishing import export
from diptych.records import FDI, Cohort, CohortWriter, Record, Sample


def test_layout(cohort: Cohort, tmp_path: Path) -> None:
    out = export(cohort=cohort, to="nnunet", out=tmp_path / "raw")
    assert sorted(path.name for path in out.iterdir()) == [
        "Dataset501_Twojaws_teeth",
        "Dataset502_Twojaws_anatomy",
    ]
    teeth, anatomy = sorted(out.iterdir())
    listed = {
        folder.name: sorted(path.name for path in folder.iterdir())
        for folder in teeth.iterdir()
        if folder.is_dir()
    }
    train = ["image-0", "image-1", "image-2", "image-4"]
    assert listed == {
        "imagesTr": [f"{name}_0000.png" for name in train],
        "labelsTr": [f"{name}.png" for name in train],
        "imagesTs": ["image-3_0000.png"],
        "labelsTs": ["image-3.png"],
    }
    assert json.loads((teeth / "splits_final.json").read_text()) == [
        {"train": ["image-0", "image-1", "image-4"], "val": ["image-2"]}
    ]
    assert json.loads((anatomy / "dataset.json").read_text())["numTraining"] == 3
    assert not (anatomy / "labelsTr" / "image-4.png").exists()


def test_labels_are_consecutive_and_lead_back(cohort: Cohort, tmp_path: Path) -> None:
    teeth = export(cohort=cohort, to="nnunet", out=tmp_path / "raw") / "Dataset501_Twojaws_teeth"
    description = json.loads((teeth / "dataset.json").read_text())
    assert sorted(description["labels"].values()) == list(range(33))
    assert description["channel_names"] == {"0": "radiograph"} and description["file_ending"] == ".png"
    legend = json.loads((teeth / "diptych_labels.json").read_text())["labels"]
    assert [(entry["value"], entry["code"]) for entry in legend] == list(enumerate(FDI, start=1))
    back = np.zeros(256, np.uint8)
    back[[entry["value"] for entry in legend]] = [entry["code"] for entry in legend]
    for number in (0, 4):
        labels = np.asarray(Image.open(teeth / "labelsTr" / f"image-{number}.png"))
        np.testing.assert_array_equal(back[labels], cohort.load(f"image-{number}").masks["teeth"])


def test_deciduous_teeth_come_after_the_permanent_ones(tmp_path: Path) -> None:
    mask = np.zeros((8, 8), np.uint8)
    mask[0, 0], mask[4, 4] = 48, 85
    record = Record(id="a", body="panoramic")
    with CohortWriter(tmp_path / "c", body="panoramic") as writer:
        writer.add(Sample(record=record, image=np.zeros((8, 8), np.uint8), masks={"teeth": mask}))
    out = export(cohort=tmp_path / "c", to="nnunet", out=tmp_path / "raw")
    labels = np.asarray(Image.open(next(out.rglob("labelsTr/a.png"))))
    assert (labels[0, 0], labels[4, 4]) == (32, 52)


def test_nothing_to_learn_from(tmp_path: Path) -> None:
    sample = Sample(record=Record(id="a", body="chest"), image=np.zeros((8, 8), np.uint8), masks={})
    with CohortWriter(tmp_path / "c", body="chest") as writer:
        writer.add(sample)
        lungs = {"lungs": np.ones((8, 8), np.uint8)}
        writer.add(replace(sample, record=Record(id="b", body="chest", split="test"), masks=lungs))
    with pytest.raises(DiptychError, match="has no masks to learn from"):
        export(cohort=tmp_path / "c", to="nnunet", out=tmp_path / "raw")


def test_nnunet_accepts_it(cohort: Cohort, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """nnU-Net's own integrity check (docs/how-to/export.md tells how to install it without torchvision)."""
    pytest.importorskip("nnunetv2")
    from nnunetv2.experiment_planning.verify_dataset_integrity import verify_dataset_integrity
    from nnunetv2.imageio.natural_image_reader_writer import NaturalImage2DIO

    for dataset in sorted(export(cohort=cohort, to="nnunet", out=tmp_path / "raw").iterdir()):
        verify_dataset_integrity(str(dataset), num_processes=1)
        assert "verify_dataset_integrity Done" in capfd.readouterr().out
    image, _ = NaturalImage2DIO().read_images(
        [str(tmp_path / "raw/Dataset501_Twojaws_teeth/imagesTr/image-1_0000.png")]
    )
    np.testing.assert_array_equal(image[0, 0], cohort.load("image-1").image)
