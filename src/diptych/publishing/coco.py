"""COCO instances: one annotation for every label in every image."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diptych.base.atomic import write_text
from diptych.base.progress import Bar
from diptych.base.registry import Card
from diptych.publishing import runs
from diptych.publishing.exporting import EXPORTERS
from diptych.publishing.images import put_image
from diptych.records.cohort import Cohort
from diptych.records.outline import outlines
from diptych.records.sample import Record, Sample

Categories = dict[tuple[str, int], int]
"""(layer, code) -> category id."""


@EXPORTERS.register(
    Card(
        name="coco",
        summary="images/ and annotations.json with outlines",
        reference="Lin et al. 2014, Microsoft COCO, arXiv:1405.0312",
    )
)
@dataclass(frozen=True, kw_only=True)
class CocoExporter:
    """`images/ID.png` and one `annotations.json`; categories are the labels of all layers.

    A label is written as polygons along pixel edges, or as run lengths where it has a hole. Layers
    may overlap, as COCO allows. Split, text, findings and licence stand with each image.
    """

    def run(self, cohort: Cohort, folder: Path, progress: Bar) -> None:
        """Write the folder."""
        categories, ids = _categories(cohort)
        licences = sorted({record.licence for record in cohort.records})
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for number, row in enumerate(cohort.rows, start=1):
            sample = cohort.load(row.record)
            put_image(row, sample, folder / "images" / f"{row.record.id}.png")
            images.append(_image(number, sample, 1 + licences.index(row.record.licence)))
            for annotation in _annotations(sample, ids):
                annotations.append({"id": len(annotations) + 1, "image_id": number} | annotation)
            progress.advance()
        data = {
            "info": {"description": cohort.name, "note": cohort.note, "body": cohort.body},
            "licenses": [{"id": 1 + index, "name": name, "url": ""} for index, name in enumerate(licences)],
            "images": images,
            "annotations": annotations,
            "categories": categories,
        }
        # One line: indented, every coordinate would take its own.
        write_text(folder / "annotations.json", json.dumps(data, ensure_ascii=False) + "\n")


def _categories(cohort: Cohort) -> tuple[list[dict[str, Any]], Categories]:
    """COCO categories of every label of every layer in use, numbered from 1, and where each label went."""
    ids: Categories = {}
    categories = []
    for layer in cohort.layers:
        for label in cohort.spaces[layer].labels:
            ids[layer, label.code] = len(ids) + 1
            entry = {"id": len(ids), "name": label.name, "supercategory": layer, "code": label.code}
            categories.append(entry | {"fdi": label.fdi, "snomed": label.snomed, "color": list(label.colour)})
    return categories, ids


def _image(number: int, sample: Sample, licence: int) -> dict[str, Any]:
    record: Record = sample.record
    height, width = sample.image.shape
    return {
        "id": number,
        "file_name": f"{record.id}.png",
        "height": height,
        "width": width,
        "license": licence,
        "split": record.split,
        "subject": record.subject,
        "text": record.text,
        "findings": [str(finding) for finding in record.findings],
        "provenance": record.provenance.origin,
    }


def _annotations(sample: Sample, ids: Categories) -> list[dict[str, Any]]:
    found = []
    for layer, mask in sample.masks.items():
        for code in np.unique(mask[mask > 0]).tolist():
            found.append({"category_id": ids[layer, code], "iscrowd": 0} | shape_of(mask == code))
    return found


def shape_of(plane: NDArray[np.bool_]) -> dict[str, Any]:
    """COCO's `segmentation`, `area` in pixels and `bbox` (x, y, width, height) of a plane, not empty."""
    rows, columns = np.flatnonzero(plane.any(1)), np.flatnonzero(plane.any(0))
    (top, bottom), (left, right) = (rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1)
    loops = outlines(plane[top:bottom, left:right])
    segmentation: Any = runs.encode(plane)
    if loops is not None:
        segmentation = [[int(x) for (dx, dy) in loop for x in (left + dx, top + dy)] for loop in loops]
    box = [int(left), int(top), int(right - left), int(bottom - top)]
    return {"segmentation": segmentation, "area": int(plane.sum()), "bbox": box}
