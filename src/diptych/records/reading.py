"""Reading a cohort's `cohort.json` and `metadata.jsonl`; every problem is reported at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard, cast

from diptych.base.atomic import COHORT_MARK
from diptych.base.config import decode
from diptych.base.errors import DiptychError, Problems
from diptych.records.finding import Finding
from diptych.records.gate import GateScores
from diptych.records.ids import ID_RULE, is_id
from diptych.records.images import image_size
from diptych.records.labels import LABELS, Label, LabelSpace
from diptych.records.places import place_inside
from diptych.records.sample import LAYERS, Body, Provenance, Record
from diptych.records.vocabulary import BODIES, check_finding

SCHEMA = 1
HEADER_FILE = COHORT_MARK
ROWS_FILE = "metadata.jsonl"
GROUP_COLUMNS = ("view", "sex", "age", "age_group")
"""Group attributes with a column of their own; others stand in the column `groups`."""

FIXED = ("teeth", "lungs")
"""Layers whose codes mean the same in every cohort."""

_AGAIN = "write the cohort again with diptych"


@dataclass(frozen=True, kw_only=True)
class Header:
    """What `cohort.json` says of the whole cohort."""

    body: Body
    name: str
    note: str
    spaces: Mapping[str, LabelSpace]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of `metadata.jsonl` with the (checked) places of its files."""

    record: Record
    image: Path
    masks: Mapping[str, Path]


def read_folder(path: Path) -> tuple[Header, tuple[Row, ...]]:
    """The header and rows of the cohort at `path`, files looked up and their sizes compared.

    Raises one `DiptychError` with everything that is wrong (file, line, field, remedy).
    """
    if not any((path / name).exists() for name in (HEADER_FILE, ROWS_FILE)):
        remedy = f"give the folder that holds {ROWS_FILE}, or make one with diptych import"
        raise DiptychError.of(str(path), "is not a cohort folder", remedy)
    problems = Problems()
    header = None
    with problems.collect():
        header = read_header(path / HEADER_FILE)
    lines: list[str] = []
    with problems.collect():
        lines = _lines(path / ROWS_FILE)
    rows: list[Row] = []
    body: Body = header.body if header else "chest"
    for number, line in enumerate(lines, start=1):
        with problems.collect():
            rows.append(_Line(path, number, line, body, known_body=header is not None).row())
    _check_unique(path, rows, problems)
    if header and not rows and not problems:
        problems.add(str(path), "cohort is empty", "add samples to it or choose another")
    problems.raise_any()
    assert header is not None
    return header, tuple(rows)


def read_header(path: Path) -> Header:
    """`cohort.json`; raises `DiptychError` when it is missing or not what diptych writes."""
    try:
        data = _whole(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DiptychError.of(str(path), "file is missing", _AGAIN) from None
    except (OSError, ValueError, RecursionError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", _AGAIN) from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else data
        raise DiptychError.of(str(path), f"schema is {found!r}, not {SCHEMA}", _AGAIN)
    if data.get("body") not in BODIES:
        raise DiptychError.of(
            f"{path}, field body", f"{data.get('body')!r} is no body region", f"use {' or '.join(BODIES)}"
        )
    body = cast(Body, data["body"])
    spaces = {layer: space for (owner, layer), space in LABELS.items() if owner == body}
    layers = data.get("layers", {})
    if not isinstance(layers, dict) or not set(layers) <= set(LAYERS):
        raise DiptychError.of(
            f"{path}, field layers", "is not an object of known layers", f"use {', '.join(LAYERS)}"
        )
    spaces |= {
        layer: _space(layer, labels, f"{path}, field layers.{layer}") for layer, labels in layers.items()
    }
    return Header(body=body, name=str(data.get("name", "")), note=str(data.get("note", "")), spaces=spaces)


def _whole(text: str) -> Any:
    r"""The value of JSON text. Raises `ValueError` for half a character (`\ud800`), too."""
    value = json.loads(text)
    if "\\ud" in text.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _space(layer: str, labels: object, where: str) -> LabelSpace:
    if not isinstance(labels, list):
        raise DiptychError.of(where, "is not a list of labels", _AGAIN)
    space = LabelSpace(layer, tuple(decode(Label, label, where) for label in labels))
    if len(set(space.codes)) != len(space.codes) or not all(0 < code < 256 for code in space.codes):
        raise DiptychError.of(where, "codes are not distinct numbers from 1 to 255", _AGAIN)
    if not all(0 <= part < 256 for label in space.labels for part in label.colour):
        raise DiptychError.of(where, "colours are not numbers from 0 to 255", _AGAIN)
    fixed = next((own for (_, name), own in LABELS.items() if name == layer in FIXED), space)
    if strange := sorted(set(space.codes) - set(fixed.codes)):
        what = f"{', '.join(map(str, strange))} is no code of {layer}, whose codes are fixed"
        raise DiptychError.of(where, what, "put structures of your own into the layer anatomy or findings")
    return space


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DiptychError.of(str(path), "file is missing", _AGAIN) from None
    except (OSError, ValueError) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", _AGAIN) from None
    # Not splitlines(): JSON strings may hold other Unicode line ends.
    return [line for line in text.split("\n") if line.strip()]


def _check_unique(path: Path, rows: list[Row], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        key = row.record.id.lower()
        if key in seen:
            problems.add(f"{path / ROWS_FILE}, id {row.record.id}", "occurs twice", "keep one of the lines")
        seen[key] = row.record.id


class _Line:
    """One line of `metadata.jsonl`, field by field; the first reading collects all its problems."""

    def __init__(self, root: Path, number: int, text: str, body: Body, *, known_body: bool) -> None:
        self._root, self._body, self._known_body = root, body, known_body
        self._where = f"{root / ROWS_FILE} line {number}"
        self._problems = Problems()
        try:
            data = _whole(text)
        except (ValueError, RecursionError) as error:
            raise DiptychError.of(self._where, f"is not JSON ({error})", "correct or drop the line") from None
        if not isinstance(data, dict):
            raise DiptychError.of(self._where, "is not a JSON object", "correct or drop the line")
        self._data: dict[str, Any] = data

    def row(self) -> Row:
        """The checked row, or one `DiptychError` with all problems of this line."""
        image = self._file("file_name")
        masks = {layer: path for layer in LAYERS if (path := self._file(f"{layer}_file_name", optional=True))}
        self._check_sizes(image, masks)
        record = Record(
            id=self._id(),
            body=self._body,
            text=self._text("text"),
            subject=self._text("subject"),
            split=self._text("split") or "train",
            layers=tuple(masks),
            estimated=self._estimated(masks),
            findings=self._findings(),
            groups=self._groups(),
            licence=self._text("licence"),
            source=self._text("source"),
            provenance=self._provenance(),
            gate=self._gate(),
        )
        self._problems.raise_any()
        return Row(record=record, image=image or self._root, masks=masks)

    def _bad(self, field: str, what: str, remedy: str = "correct the line") -> None:
        self._problems.add(f"{self._where}, field {field}", what, remedy)

    def _text(self, field: str) -> str:
        value = self._data.get(field)
        if value is not None and not isinstance(value, str):
            self._bad(field, f"{value!r} is not a text")
            return ""
        return value or ""

    def _id(self) -> str:
        value = self._text("id")
        if not is_id(value):
            self._bad("id", f"{value!r} cannot name a sample", ID_RULE)
        return value

    def _file(self, field: str, *, optional: bool = False) -> Path | None:
        """The file named by a field, unless it is hostile (outside the cohort) or missing."""
        name = self._text(field)
        if not name:
            if not optional and not self._problems:
                self._bad(field, "names no file")
            return None
        with self._problems.collect():
            path = place_inside(self._root, name, f"{self._where}, field {field}")
            if path.is_file():
                return path
            self._bad(field, f"{name} is missing", "restore the file or drop the line")
        return None

    def _check_sizes(self, image: Path | None, masks: Mapping[str, Path]) -> None:
        sizes: dict[Path, tuple[int, int]] = {}
        for path in [image, *masks.values()]:
            if path is not None:
                with self._problems.collect():
                    sizes[path] = image_size(path)
        if image not in sizes:
            return
        for layer, path in masks.items():
            if path in sizes and sizes[path] != sizes[image]:
                height, width = sizes[path]
                wanted = f"its image is {sizes[image][1]} x {sizes[image][0]}"
                self._bad(
                    f"{layer}_file_name", f"{path.name} is {width} x {height}, {wanted}", "resize the mask"
                )

    def _estimated(self, masks: Mapping[str, Path]) -> tuple[str, ...]:
        names = self._data.get("estimated") or []
        if not isinstance(names, list) or not all(name in LAYERS for name in names):
            self._bad("estimated", f"{names!r} is no list of layers", f"name some of {', '.join(LAYERS)}")
            return ()
        return tuple(layer for layer in masks if layer in names)

    def _findings(self) -> tuple[Finding, ...]:
        items = self._data.get("findings") or []
        if not isinstance(items, list):
            self._bad("findings", "is not a list")
            return ()
        found = []
        for item in items:
            if not _is_texts(item) or not {"name"} <= set(item) <= {"name", "site"}:
                self._bad("findings", f"{item!r} is no finding", 'write {"name": ..., "site": ...}')
                continue
            finding = Finding(item["name"], item.get("site", ""))
            with self._problems.collect():
                if self._known_body:
                    check_finding(self._body, finding, f"{self._where}, field findings")
            found.append(finding)
        return tuple(found)

    def _groups(self) -> Mapping[str, str]:
        groups = {column: value for column in GROUP_COLUMNS if (value := self._text(column))}
        rest = self._data.get("groups") or {}
        if not _is_texts(rest):
            self._bad("groups", "is not an object of texts")
            return groups
        return groups | {key: value for key, value in rest.items() if value}

    def _provenance(self) -> Provenance:
        with self._problems.collect():
            return decode(Provenance, self._data.get("provenance") or {}, f"{self._where}, field provenance")
        return Provenance()

    def _gate(self) -> GateScores | None:
        told = self._data.get("gate")
        with self._problems.collect():
            return None if told is None else decode(GateScores, told, f"{self._where}, field gate")
        return None


def _is_texts(value: object) -> TypeGuard[dict[str, str]]:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
