"""Writing a cohort: whole or not at all, the same samples always as the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from diptych.base.atomic import new_folder, write_json
from diptych.base.config import encode
from diptych.base.errors import DiptychError, Problems
from diptych.records.ids import ID_RULE, is_id
from diptych.records.images import encode_png
from diptych.records.labels import LABELS, LabelSpace
from diptych.records.reading import GROUP_COLUMNS, HEADER_FILE, ROWS_FILE, SCHEMA
from diptych.records.sample import LAYERS, Body, Mask, Record, Sample
from diptych.records.vocabulary import check_finding

FINDINGS_MASK = "findings_mask_file_name"
"""Names the mask of findings a second time. Hugging Face's loader shows the file of `x_file_name` as
column `x`, and the column `findings` is taken by the list of findings."""


class CohortWriter:
    """Collects samples into a new cohort folder that appears when the block ends well.

    >>> with CohortWriter(Path("out"), body="chest", name="mine") as writer:  # doctest: +SKIP
    ...     writer.add(sample)

    `spaces` replaces the built-in label space of the layers `anatomy` and `findings`.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        body: Body,
        name: str = "",
        note: str = "",
        spaces: Mapping[str, LabelSpace] | None = None,
    ) -> None:
        self.path = Path(path)
        self._body, self._name, self._note = body, name or self.path.name, note
        self._spaces = {layer: space for (owner, layer), space in LABELS.items() if owner == body}
        self._spaces |= spaces or {}
        self._stack = ExitStack()
        self._part = Path()
        self._lines: list[dict[str, Any]] = []
        self._ids: set[str] = set()
        self._layers: set[str] = set()

    def __enter__(self) -> CohortWriter:
        self._part = self._stack.enter_context(new_folder(self.path))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        with self._stack:
            if kind is None:
                self._close()
                return None
            # Hands the error to `new_folder`, which removes the scratch folder.
            return self._stack.__exit__(kind, error, trace)

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, sample: Sample, png_text: Mapping[str, str] | None = None) -> None:
        """Check one sample and write its files; `png_text` goes into the image's text chunks.

        Raises `DiptychError` with every problem of the sample, before anything of it is written.
        """
        self.check(sample)
        record = replace(sample.record, layers=tuple(layer for layer in LAYERS if layer in sample.masks))
        self._put(f"images/{record.id}.png", encode_png(sample.image, png_text))
        for layer in record.layers:
            self._put(f"masks/{layer}/{record.id}.png", encode_png(sample.masks[layer]))
        self._ids.add(record.id.lower())
        self._layers.update(record.layers)
        self._lines.append(as_line(record))

    def check(self, sample: Sample) -> None:
        """Raise `DiptychError` with everything that keeps the sample out of this cohort."""
        record, problems = sample.record, Problems()
        if not is_id(record.id):
            problems.add(f"id {record.id!r}", "cannot name a sample", ID_RULE)
        elif record.id.lower() in self._ids:
            problems.add(f"id {record.id}", "occurs twice", "give every sample its own id")
        if record.body != self._body:
            problems.add(record.id, f"shows the {record.body}, not the {self._body}", "write it elsewhere")
        try:
            json.dumps(as_line(record), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            problems.add(record.id, "has a text with half a character", "write its texts in UTF-8")
        for finding in record.findings:
            with problems.collect():
                check_finding(self._body, finding, f"{record.id}, finding")
        image = sample.image
        if image.ndim != 2 or image.size == 0 or image.dtype not in (np.uint8, np.uint16):
            problems.add(record.id, f"image is {image.dtype} {image.shape}", "give (H, W) uint8 or uint16")
        for layer, mask in sample.masks.items():
            with problems.collect():
                check_mask(mask, self._spaces.get(layer), image.shape, f"{record.id}, layer {layer}")
        problems.raise_any()

    def _put(self, name: str, data: bytes) -> None:
        path = self._part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def _close(self) -> None:
        if not self._lines:
            raise DiptychError.of(str(self.path), "cohort would be empty", "check that the input has samples")
        layers = [layer for layer in LAYERS if layer in self._layers]
        with (self._part / ROWS_FILE).open("w", encoding="utf-8", newline="\n") as file:
            for line in self._lines:
                files = {"file_name": line.pop("file_name")}
                files |= {f"{layer}_file_name": line.pop(f"{layer}_file_name", None) for layer in layers}
                if "findings" in layers:
                    files[FINDINGS_MASK] = files["findings_file_name"]
                file.write(json.dumps(files | line, ensure_ascii=False) + "\n")
        header = {
            "schema": SCHEMA,
            "body": self._body,
            "name": self._name,
            "note": self._note,
            "made_by": _made_by(),
            "layers": {layer: [asdict(label) for label in self._spaces[layer].labels] for layer in layers},
        }
        write_json(self._part / HEADER_FILE, header)


def check_mask(mask: Mask, space: LabelSpace | None, shape: tuple[int, ...], where: str) -> None:
    """Raise `DiptychError` unless the mask fits its image's shape and its layer's codes."""
    if space is None:
        raise DiptychError.of(where, "is no layer of this body region", f"use one of {', '.join(LAYERS)}")
    if mask.dtype != np.uint8 or mask.shape != shape:
        found = f"mask is {mask.dtype} {_size(mask.shape)}, its image {_size(shape)}"
        raise DiptychError.of(where, found, "give 8-bit codes at the size of the image")
    present = np.flatnonzero(np.bincount(mask.ravel(), minlength=256))
    unknown = sorted({int(code) for code in present} - {0, *space.codes})
    if unknown:
        lawful = ", ".join(str(code) for code in space.codes[:40])
        raise DiptychError.of(
            where, f"unknown value {', '.join(map(str, unknown))}", f"lawful are 0, {lawful}"
        )


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, reversed(shape)))


def as_line(record: Record) -> dict[str, Any]:
    """A record as its line of `metadata.jsonl`, with the files where `CohortWriter` puts them."""
    line: dict[str, Any] = {"file_name": f"images/{record.id}.png"}
    line |= {f"{layer}_file_name": f"masks/{layer}/{record.id}.png" for layer in record.layers}
    line |= {"id": record.id, "text": record.text, "subject": record.subject, "split": record.split}
    line["findings"] = [{"name": finding.name, "site": finding.site} for finding in record.findings]
    line |= {column: record.groups.get(column) for column in GROUP_COLUMNS}
    rest = {key: value for key, value in record.groups.items() if key not in GROUP_COLUMNS}
    if rest:
        line["groups"] = dict(sorted(rest.items()))
    if record.estimated:
        line["estimated"] = list(record.estimated)
    line |= {"licence": record.licence, "source": record.source}
    line["provenance"] = asdict(record.provenance)
    if record.gate is not None:
        line["gate"] = encode(record.gate)
    return line


def _made_by() -> str:
    try:
        return f"diptych {version('diptych')}"
    except PackageNotFoundError:
        return "diptych"
