"""nnU-Net raw: one dataset for every mask layer, labels numbered without gaps."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.base.atomic import write_json
from diptych.base.errors import DiptychError
from diptych.base.progress import Bar
from diptych.base.registry import Card
from diptych.publishing.exporting import EXPORTERS
from diptych.publishing.images import put_image
from diptych.records.cohort import Cohort
from diptych.records.images import encode_png
from diptych.records.labels import DECIDUOUS, Label
from diptych.records.reading import Row
from diptych.records.sample import Mask, Sample

FIRST = 501
"""Number of the first dataset; nnU-Net reserves those below for others."""
READER = "NaturalImage2DIO"


@EXPORTERS.register(
    Card(
        name="nnunet",
        summary="Dataset501_NAME with imagesTr, labelsTr, dataset.json",
        reference="Isensee et al. 2021, nnU-Net, Nature Methods 18, 203-211",
    )
)
@dataclass(frozen=True, kw_only=True)
class NnunetExporter:
    """nnU-Net's raw layout: `Dataset501_NAME` and on, one for every mask layer.

    Images of the split `test` go apart (imagesTs, labelsTs); samples without the layer are left out.
    `diptych_labels.json` keeps what each number stands for, so predictions can be turned back into FDI
    numbers; `splits_final.json` offers the cohort's own train and val to nnU-Net's preprocessed folder.
    """

    def run(self, cohort: Cohort, folder: Path, progress: Bar) -> None:
        """Write the datasets. Raises `DiptychError` when there is no mask to learn from."""
        if not any(row.masks and row.record.split != "test" for row in cohort.rows):
            raise DiptychError.of(
                str(cohort.path), "has no masks to learn from", "nnU-Net needs a mask layer"
            )
        datasets: dict[str, _Dataset] = {}
        for layer in cohort.layers:
            name = f"Dataset{FIRST + len(datasets)}_{_plain(cohort.name)}_{layer}"
            datasets[layer] = _Dataset(folder / name, _labels(cohort, layer))
        for row in cohort.rows:
            sample = cohort.load(row.record)
            for layer in row.masks:
                datasets[layer].add(row, sample, sample.masks[layer])
            progress.advance()
        for layer, dataset in datasets.items():
            dataset.close(cohort, layer)


class _Dataset:
    """One dataset folder in the making."""

    def __init__(self, folder: Path, labels: tuple[Label, ...]) -> None:
        self._folder, self._labels = folder, labels
        self._table = renumber(labels)
        self._names: dict[str, list[str]] = {"train": [], "val": [], "test": []}

    def add(self, row: Row, sample: Sample, mask: Mask) -> None:
        """Write one image and its labels."""
        name, split = row.record.id, row.record.split if row.record.split in self._names else "train"
        end = "Ts" if split == "test" else "Tr"
        put_image(row, sample, self._folder / f"images{end}" / f"{name}_0000.png")
        labels = self._folder / f"labels{end}" / f"{name}.png"
        labels.parent.mkdir(parents=True, exist_ok=True)
        labels.write_bytes(encode_png(self._table[mask]))
        self._names[split].append(name)

    def close(self, cohort: Cohort, layer: str) -> None:
        """Write the descriptions. Raises `DiptychError` when no image is left to train on."""
        train, val = self._names["train"], self._names["val"]
        if not train and not val:
            raise DiptychError.of(
                str(cohort.path), f"layer {layer} has test samples only", "add train samples"
            )
        licences = sorted({record.licence for record in cohort.records if record.licence})
        description = {
            "channel_names": {"0": "radiograph"},
            "labels": {"background": 0} | {label.name: 1 + index for index, label in enumerate(self._labels)},
            "numTraining": len(train) + len(val),
            "file_ending": ".png",
            "overwrite_image_reader_writer": READER,
            "name": self._folder.name,
            "description": cohort.note,
            "licence": "; ".join(licences),
        }
        write_json(self._folder / "dataset.json", description)
        legend = [{"value": 1 + index} | asdict(label) for index, label in enumerate(self._labels)]
        write_json(
            self._folder / "diptych_labels.json", {"body": cohort.body, "layer": layer, "labels": legend}
        )
        if train and val:
            write_json(self._folder / "splits_final.json", [{"train": train, "val": val}])


def renumber(labels: tuple[Label, ...]) -> NDArray[np.uint8]:
    """A table (256,) from codes to consecutive numbers: background 0, then the labels in order from 1."""
    table = np.zeros(256, np.uint8)
    for index, label in enumerate(labels):
        table[label.code] = 1 + index
    return table


def _labels(cohort: Cohort, layer: str) -> tuple[Label, ...]:
    """The labels of a layer; deciduous teeth only where one is seen.

    So the 32 permanent teeth, and any other layer's labels, get the same numbers in every export:
    real and synthetic cohorts can be joined.
    """
    from diptych.records.images import read_mask

    labels = cohort.spaces[layer].labels
    if layer != "teeth":
        return labels
    paths = (row.masks[layer] for row in cohort.rows if layer in row.masks)
    seen = any(np.isin(DECIDUOUS, read_mask(path)).any() for path in paths)
    return tuple(label for label in labels if seen or label.code not in DECIDUOUS)


def _plain(name: str) -> str:
    """The name with nothing but letters and digits in it, as nnU-Net wants."""
    return re.sub(r"[^A-Za-z0-9]+", "", name) or "Cohort"
