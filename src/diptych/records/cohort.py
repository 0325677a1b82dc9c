"""A cohort: images with everything that belongs to them, on disk as a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.records.images import read_grey, read_mask
from diptych.records.labels import LabelSpace
from diptych.records.reading import Row, read_folder
from diptych.records.sample import Body, Record, Sample
from diptych.records.writing import CohortWriter, as_line, check_mask

__all__ = ["Cohort", "CohortWriter"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cohort:
    """The records of a cohort folder, or of a part of it; pixels are read on demand."""

    path: Path
    body: Body
    name: str
    note: str
    spaces: Mapping[str, LabelSpace]
    """The label space of every layer, as `cohort.json` has it."""
    rows: tuple[Row, ...]

    @classmethod
    def open(cls, path: Path | str) -> Cohort:
        """Read the folder's metadata and the headers of its images.

        Raises one `DiptychError` with every problem found (file, line, field, remedy):
        bad JSON, unknown findings, missing or unreadable files, sizes that differ, paths
        that lead out of the folder, no samples at all. `check` reads the pixels too.
        """
        root = Path(path)
        header, rows = read_folder(root)
        return cls(
            path=root, body=header.body, name=header.name, note=header.note, spaces=header.spaces, rows=rows
        )

    @property
    def records(self) -> tuple[Record, ...]:
        """What is known of every image without its pixels, in the order of the file."""
        return tuple(row.record for row in self.rows)

    @property
    def layers(self) -> tuple[str, ...]:
        """The mask layers that at least one sample has."""
        return tuple(layer for layer in self.spaces if any(layer in row.masks for row in self.rows))

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, in order of appearance."""
        return tuple(dict.fromkeys(row.record.split for row in self.rows))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Sample]:
        return (self._read(row) for row in self.rows)

    def load(self, which: Record | int | str) -> Sample:
        """The sample of a record, an index or an id, pixels read and checked.

        Raises `DiptychError` when a file is missing or damaged, sizes differ, or a mask
        has a value that its layer does not know.
        """
        return self._read(self._row(which))

    def check(self) -> None:
        """Read every pixel; raise one `DiptychError` with all that is wrong."""
        problems = Problems()
        for row in self.rows:
            with problems.collect():
                self._read(row)
        problems.raise_any()

    def select(self, *, split: str | None = None, ids: Iterable[str] | None = None) -> Cohort:
        """The part with this split, these ids, or both. Raises `DiptychError` when it is empty."""
        rows = self.rows
        if split is not None:
            rows = tuple(row for row in rows if row.record.split == split)
            if not rows:
                remedy = f"it has {', '.join(self.splits)}"
                raise DiptychError.of(str(self.path), f"no samples in split {split!r}", remedy)
        if ids is not None:
            wanted = {self._row(name).record.id for name in ids}
            rows = tuple(row for row in rows if row.record.id in wanted)
            if not rows:
                raise DiptychError.of(str(self.path), "none of the ids are here", "choose other ids")
        return replace(self, rows=rows)

    def fingerprint(self) -> str:
        """SHA-256 over records and file contents: equal for equal cohorts, wherever they lie."""
        digest = hashlib.sha256(self.body.encode())
        for row in sorted(self.rows, key=lambda row: row.record.id):
            digest.update(json.dumps(as_line(row.record), sort_keys=True).encode())
            for file in (row.image, *(row.masks[layer] for layer in sorted(row.masks))):
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    @cached_property
    def _by_id(self) -> dict[str, Row]:
        return {row.record.id: row for row in self.rows}

    def _row(self, which: Record | int | str) -> Row:
        if isinstance(which, int):
            return self.rows[which]
        name = which if isinstance(which, str) else which.id
        if name in self._by_id:
            return self._by_id[name]
        near = get_close_matches(name, self._by_id, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else "look into metadata.jsonl"
        raise DiptychError.of(str(self.path), f"no sample {name!r}", remedy)

    def _read(self, row: Row) -> Sample:
        problems = Problems()
        image = None
        with problems.collect():
            image = read_grey(row.image)
        masks = {}
        for layer, path in row.masks.items():
            with problems.collect():
                mask = read_mask(path)
                check_mask(
                    mask, self.spaces[layer], image.shape if image is not None else mask.shape, str(path)
                )
                masks[layer] = mask
        problems.raise_any()
        assert image is not None
        return Sample(record=row.record, image=image, masks=masks)
