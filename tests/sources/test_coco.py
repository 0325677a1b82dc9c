"""COCO: polygons and run lengths as the reference library draws them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.records import Finding
from diptych.sources import Coco
from diptych.sources.shapes import plane_of

reference = pytest.importorskip("pycocotools.mask")


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_run_lengths_agree_with_the_reference(seed: int, height: int, width: int) -> None:
    plane = np.random.default_rng(seed).random((height, width)) > 0.5
    packed = reference.encode(np.asfortranarray(plane.astype(np.uint8)))
    text = {"size": [height, width], "counts": packed["counts"].decode()}
    np.testing.assert_array_equal(plane_of(text, (height, width), "x"), plane)
    flat = plane.T.ravel()
    edges = np.flatnonzero(np.diff(flat.astype(int))) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    loose = {"size": [height, width], "counts": [0, *runs] if flat[0] else runs}
    np.testing.assert_array_equal(plane_of(loose, (height, width), "x"), plane)


def test_polygons_agree_with_the_reference() -> None:
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    corners = np.stack(
        [100 + 60 * np.cos(angles), 80 + 40 * np.sin(3 * angles) / 3 + 30 * np.sin(angles)], -1
    )
    points = corners.ravel().tolist()
    ours = plane_of([points], (160, 200), "x")
    theirs = reference.decode(reference.merge(reference.frPyObjects([points], 160, 200))).astype(bool)
    assert (ours & theirs).sum() / (ours | theirs).sum() > 0.98


def test_a_square_covers_its_pixels() -> None:
    plane = plane_of([[2, 1, 6, 1, 6, 4, 2, 4]], (6, 8), "x")
    wanted = np.zeros((6, 8), bool)
    wanted[1:4, 2:6] = True
    np.testing.assert_array_equal(plane, wanted)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        "text",
        [[1, 2, 3]],
        [[1, 2, 3, 4]],
        [["a"] * 6],
        [[0, 0, float("nan"), 1, 1, 1]],
        {"size": [4, 4], "counts": [16]},
        {"size": [6, 8], "counts": [10, -4, 42]},
        {"size": [6, 8], "counts": [47]},
        {"size": [6, 8], "counts": "\x00\x7f"},
        {"size": [6, 8], "counts": 7},
        {"size": [6, 8], "counts": [True] * 48},
    ],
)
def test_bad_shapes_are_refused(bad: object) -> None:
    with pytest.raises(DiptychError, match="^annotation 3: "):
        plane_of(bad, (6, 8), "annotation 3")


def dataset(make, names: list[str], **changes: object) -> dict[str, object]:
    make.image("images/x.png", make.grey())
    box = [2, 2, 10, 2, 10, 9, 2, 9]
    small = [4, 4, 6, 4, 6, 6, 4, 6]
    annotations = [
        {"id": 1, "image_id": 5, "category_id": 10, "area": 4, "segmentation": [small]},
        {"id": 2, "image_id": 5, "category_id": 11, "area": 56, "segmentation": [box]},
    ]
    categories = [{"id": 10 + index, "name": name} for index, name in enumerate(names)]
    images = [{"id": 5, "file_name": "x.png", "height": 24, "width": 40}]
    data = {"images": images, "categories": categories, "annotations": annotations} | changes
    (make.root / "a.json").write_text(json.dumps(data))
    return data


def source(make, **options: object) -> Coco:
    base = {"body": "panoramic", "annotations": make.root / "a.json", "images": make.root / "images"}
    return Coco(**(base | {"layer": "teeth", "val": 0} | options))


def test_teeth_by_number_or_name(make) -> None:
    dataset(make, ["tooth 1.8", "Lower_left first molar"])
    sample = make.cohort(source(make)).load(0)
    mask = sample.masks["teeth"]
    assert mask[5, 5] == 18 and mask[3, 3] == 36 and (mask > 0).sum() == 56
    assert len(sample.record.findings) == 30 and Finding("missing", "18") not in sample.record.findings


def test_unknown_categories_become_labels_where_they_may(make) -> None:
    dataset(make, ["Caries", "cyst"])
    cohort = make.cohort(source(make, layer="findings"))
    mask = cohort.load(0).masks["findings"]
    assert mask[5, 5] == 1 and cohort.spaces["findings"].of(int(mask[3, 3])).name == "cyst"


def test_categories_by_hand(make) -> None:
    dataset(make, ["molar A", "jaw"])
    with pytest.raises(DiptychError) as caught:
        make.cohort(source(make))
    assert [problem.where for problem in caught.value.problems] == ["category 'molar A'", "category 'jaw'"]
    cohort = make.cohort(source(make, category=("molar A=46", "jaw=none")))
    assert set(np.unique(cohort.load(0).masks["teeth"])) == {0, 46}


def test_every_problem_at_once(make) -> None:
    stray = [{"id": 7, "image_id": 6, "category_id": 10}, {"id": 8, "image_id": 5, "category_id": 99}]
    dataset(make, ["11", "12"], annotations=stray)
    with pytest.raises(
        DiptychError, match=r"annotation 7: has the unknown image 6[\s\S]*annotation 8: .* category 99"
    ):
        make.cohort(source(make))
    images = [{"id": 1, "file_name": "x.png", "height": 9, "width": 40}, {"id": 2, "file_name": "none.png"}]
    dataset(make, ["11", "12"], images=images, annotations=[])
    with pytest.raises(DiptychError) as caught:
        make.cohort(source(make))
    text = sorted(str(problem) for problem in caught.value.problems)
    assert "none.png: file is missing" in text[0] and "is 40 x 24, the annotations say 40 x 9" in text[1]
