"""The `manifest.csv` that the five image cohorts share: one row an image, paths inside the folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from diptych.base.errors import DiptychError, Problems
from diptych.sources.tables import TableRow, read_table

if TYPE_CHECKING:
    from diptych.records.finding import Finding
    from diptych.records.sample import Body, Grey, Mask, Record, Sample

COLUMNS = ("id", "file", "split", "licence", "source")

Masks = Callable[[TableRow, Path], Mapping[str, "Mask"]]
"""Reads the layers of a row in Diptych's codes; the path is the cohort's folder."""
Describe = Callable[[TableRow, Mapping[str, "Mask"]], "Record"]
"""Makes the record of a row from its cells and its masks."""


def read_manifest(folder: Path, columns: tuple[str, ...] = ()) -> tuple[TableRow, ...]:
    """The rows of `folder/manifest.csv`. Raises `DiptychError` when it or a column is missing."""
    if not folder.is_dir():
        raise DiptychError.of(str(folder), "is not a folder", "give the folder that holds manifest.csv")
    return read_table(folder / "manifest.csv", (*COLUMNS, *columns))


def file_of(row: TableRow, folder: Path, column: str) -> Path:
    """The file that a cell names. Raises `DiptychError` when it leads out of the folder."""
    from diptych.records.places import place_inside

    return place_inside(folder, row.get(column), f"{row.where}, field {column}")


def no_masks(row: TableRow, folder: Path) -> Mapping[str, Mask]:
    """For cohorts that have images only."""
    return {}


def jobs_of(
    rows: tuple[TableRow, ...], folder: Path, masks: Masks, describe: Describe
) -> tuple[Callable[[], Sample], ...]:
    """One job a row."""
    return tuple(partial(read_sample, folder, row, masks, describe) for row in rows)


def record_of(
    row: TableRow, body: Body, findings: tuple[Finding, ...], groups: Mapping[str, str], *, text: str = ""
) -> Record:
    """The record of a row: its own id, subject, split, licence, source; a sentence where `text` is empty."""
    from diptych.records.ids import safe_id
    from diptych.records.sample import Record
    from diptych.sources.meaning import sentence

    name = safe_id(row.get("id"))
    return Record(
        id=name,
        body=body,
        text=text or sentence(body, findings, groups, name),
        subject=row.get("patient"),
        split=row.get("split"),
        findings=findings,
        groups=groups,
        licence=row.get("licence"),
        source=row.get("source"),
    )


def read_sample(folder: Path, row: TableRow, masks: Masks, describe: Describe) -> Sample:
    """One row with its pixels. Raises `DiptychError` with every problem of the row and its files."""
    from diptych.records.images import read_grey
    from diptych.records.sample import Sample

    problems = Problems()
    image: Grey | None = None
    layers: Mapping[str, Mask] | None = None
    with problems.collect():
        image = read_grey(file_of(row, folder, "file"))
    with problems.collect():
        layers = masks(row, folder)
    if image is None or layers is None:
        problems.raise_any()
    assert image is not None and layers is not None
    for layer, mask in layers.items():
        if mask.shape != image.shape:
            (height, width), (rows, columns) = mask.shape, image.shape
            found = f"layer {layer} is {width} x {height}, its image {columns} x {rows}"
            problems.add(row.where, found, "resize the mask")
    problems.raise_any()
    return Sample(record=describe(row, layers), image=image, masks=layers)
