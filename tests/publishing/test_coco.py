"""COCO export, read back with pycocotools and with Diptych's own importer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.publishing import EXPORTERS, export
from diptych.publishing.coco import shape_of
from diptych.publishing.runs import encode
from diptych.records import Cohort
from diptych.records.outline import outlines
from diptych.sources import Coco, import_cohort

reference = pytest.importorskip("pycocotools.mask")
coco = pytest.importorskip("pycocotools.coco")


def planes(seed: int, height: int, width: int) -> np.ndarray:
    share = (0.2, 0.5, 0.8)[seed % 3]
    plane = np.random.default_rng(seed).random((height, width)) < share
    plane[seed % height, seed % width] = True
    return plane


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=80, deadline=None)
def test_run_lengths_equal_the_reference(seed: int, height: int, width: int) -> None:
    plane = planes(seed, height, width)
    theirs = reference.encode(np.asfortranarray(plane.astype(np.uint8)))
    assert encode(plane) == {"size": [height, width], "counts": theirs["counts"].decode()}


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=80, deadline=None)
def test_shapes_come_back_exactly(seed: int, height: int, width: int) -> None:
    plane = planes(seed, height, width)
    shape = shape_of(plane)
    segmentation = shape["segmentation"]
    if isinstance(segmentation, list):
        segmentation = reference.merge(reference.frPyObjects(segmentation, height, width))
    np.testing.assert_array_equal(np.asarray(reference.decode(segmentation)).astype(bool), plane)
    box = reference.toBbox(encode(plane)).tolist()
    assert shape["bbox"] == box and shape["area"] == plane.sum()


def test_outlines() -> None:
    assert outlines(np.ones((2, 3), bool)) == [[(0, 0), (3, 0), (3, 2), (0, 2)]]
    ring = np.ones((3, 3), bool)
    ring[1, 1] = False
    assert outlines(ring) is None
    assert len(outlines(np.eye(3, dtype=bool)) or []) == 3


def test_the_whole_cohort_comes_back(cohort: Cohort, tmp_path: Path) -> None:
    out = export(cohort=cohort.path, to="coco", out=tmp_path / "coco")
    data = coco.COCO(out / "annotations.json")
    names = {category["id"]: category for category in data.dataset["categories"]}
    assert {category["supercategory"] for category in names.values()} == {"teeth", "anatomy"}
    for image in data.dataset["images"]:
        sample = cohort.load(image["file_name"].removesuffix(".png"))
        assert (image["height"], image["width"]) == sample.image.shape and image[
            "split"
        ] == sample.record.split
        licence = data.dataset["licenses"][image["license"] - 1]["name"]
        assert licence == sample.record.licence and image["text"] == sample.record.text
        rebuilt = {layer: np.zeros_like(mask) for layer, mask in sample.masks.items()}
        for annotation in data.loadAnns(data.getAnnIds(imgIds=image["id"])):
            category = names[annotation["category_id"]]
            rebuilt[category["supercategory"]][data.annToMask(annotation) > 0] = category["code"]
        for layer, mask in sample.masks.items():
            np.testing.assert_array_equal(rebuilt[layer], mask)
    kinds = {type(annotation["segmentation"]) for annotation in data.dataset["annotations"]}
    assert kinds == {list, dict}


def test_images_keep_their_marks(cohort: Cohort, tmp_path: Path) -> None:
    export(cohort=cohort, to="coco", out=tmp_path / "coco")
    for number in range(5):
        original = cohort.path / "images" / f"image-{number}.png"
        copy = tmp_path / "coco" / "images" / f"image-{number}.png"
        assert copy.read_bytes() == original.read_bytes()
        assert Image.open(copy).info["Mark"] == f"synthetic {number}"


def test_our_importer_reads_our_export(cohort: Cohort, tmp_path: Path) -> None:
    out = export(cohort=cohort, to="coco", out=tmp_path / "coco")
    data = json.loads((out / "annotations.json").read_text())
    keep = {entry["id"] for entry in data["categories"] if entry["supercategory"] == "teeth"}
    data["categories"] = [entry for entry in data["categories"] if entry["id"] in keep]
    data["annotations"] = [entry for entry in data["annotations"] if entry["category_id"] in keep]
    (out / "teeth.json").write_text(json.dumps(data))
    source = Coco(
        body="panoramic", annotations=out / "teeth.json", images=out / "images", layer="teeth", val=0
    )
    back = import_cohort(source, tmp_path / "back")
    for number in range(5):
        np.testing.assert_array_equal(back.load(number).masks["teeth"], cohort.load(number).masks["teeth"])
        np.testing.assert_array_equal(back.load(number).image > 0, cohort.load(number).image > 0)


@pytest.mark.parametrize("layout", sorted(EXPORTERS))
def test_every_layout_is_whole_or_not_there(cohort: Cohort, tmp_path: Path, layout: str) -> None:
    (cohort.path / "masks" / "teeth" / "image-4.png").write_bytes(b"torn")
    with pytest.raises(DiptychError, match="image-4.png: cannot be read"):
        export(cohort=cohort, to=layout, out=tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["cohort"]


@pytest.mark.parametrize("layout", sorted(EXPORTERS))
def test_same_cohort_same_bytes(cohort: Cohort, tmp_path: Path, layout: str) -> None:
    one, two = (export(cohort=cohort, to=layout, out=tmp_path / name) for name in ("one", "two"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files and all((one / file).read_bytes() == (two / file).read_bytes() for file in files)


def test_unknown_layout(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="did you mean 'coco'"):
        export(cohort=cohort, to="cocoa", out=tmp_path / "out")
