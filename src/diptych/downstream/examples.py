"""What a learner sees of a cohort for one task: images and truth as arrays, read once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.downstream.arrays import to_bytes
from diptych.downstream.tasks import Classes, Task, find_task
from diptych.records.cohort import Cohort
from diptych.records.pixels import stretch_mask
from diptych.records.reading import Row
from diptych.records.sample import Body, Record, Sample
from diptych.records.splits import subject_of
from diptych.records.vocabulary import UNKNOWN

NOT_KNOWN = -1
"""Of a label that nobody looked for, which is neither there nor absent."""

MOST_KEPT = 4096
"""Rows whose pixels are kept in memory: 100 MB at 64 x 128 pixels."""

Pixels = tuple[NDArray[np.uint8], NDArray[np.uint8]]

_KEPT: dict[tuple[object, ...], Pixels] = {}
"""The cells of a study train on the same real files over and over, and shrinking a mask takes longer than
some of its steps."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """The rows of a cohort that have a truth for the task, stretched to one size."""

    task: Task
    body: Body
    classes: Classes
    name: str
    """Where they are from, for messages."""
    ids: tuple[str, ...]
    subjects: tuple[str, ...]
    real: NDArray[np.bool_]
    """(N,): of a patient, neither of a model nor of the phantom engine."""
    estimated: NDArray[np.bool_]
    """(N,): the masks of the task's layer are a model's estimate (`diptych locate`), and no truth."""
    images: NDArray[np.uint8]
    """(N, H, W)."""
    truth: NDArray[np.int16]
    """Masks (N, H, W) of codes, 0 for everything else; or labels (N, classes): 1, 0, `NOT_KNOWN`."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.images.shape[1], self.images.shape[2]

    def pick(self, ids: Collection[str]) -> Examples:
        """Those with these ids, in their own order. Raises `DiptychError` when there are none."""
        wanted = set(ids)
        keep = [row for row, name in enumerate(self.ids) if name in wanted]
        if not keep:
            raise DiptychError.of(self.name, "none of the ids are here", "choose other ids")
        return replace(
            self,
            ids=tuple(self.ids[row] for row in keep),
            subjects=tuple(self.subjects[row] for row in keep),
            real=self.real[keep],
            estimated=self.estimated[keep],
            images=self.images[keep],
            truth=self.truth[keep],
        )

    def counted(self, seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Answers (N, H, W) to these images, of a partial task without the codes that no truth here shows."""
        return np.where(np.isin(seen, np.unique(self.truth)), seen, 0) if self.task.partial else seen

    def counts(self) -> NDArray[np.int64]:
        """How many images show each class, (classes,)."""
        if self.task.kind == "classification":
            counts: NDArray[np.int64] = (self.truth == 1).sum(axis=0)
            return counts
        shown = np.zeros((len(self), 256), dtype=bool)
        for row, mask in enumerate(self.truth):
            shown[row, np.unique(mask)] = True
        counts = shown[:, list(self.classes.codes)].sum(axis=0)
        return counts


def load_examples(cohort: Cohort, task: Task | str, size: tuple[int, int] | None = None) -> Examples:
    """The rows of a cohort that have a truth for the task, at (H, W), the task's own size unless given.

    Rows without the task's mask layer, or with no known label, are left out: they say nothing. Files that
    this process has read for the task before are not read again. Raises `DiptychError` for a body region
    that the task is not for, and when no row is left.
    """
    task = find_task(task)
    size = size or task.size(cohort.body)
    classes = task.classes(cohort)
    rows = [row for row in cohort.rows if not task.layer or task.layer in row.masks]
    pixels = [_read(cohort, row, task, classes, size) for row in rows]
    truth = [_truth(row.record, own[1], task, classes) for row, own in zip(rows, pixels, strict=True)]
    keep = [i for i, one in enumerate(truth) if task.kind == "segmentation" or (one != NOT_KNOWN).any()]
    if not keep:
        raise _nothing(cohort, task)
    records = [rows[i].record for i in keep]
    return Examples(
        task=task,
        body=cohort.body,
        classes=classes,
        name=str(cohort.path),
        ids=tuple(record.id for record in records),
        subjects=tuple(subject_of(record) for record in records),
        real=np.array([record.provenance.kind == "real" for record in records]),
        estimated=np.array([task.layer in record.estimated for record in records]),
        images=np.stack([pixels[i][0] for i in keep]),
        truth=np.stack([truth[i] for i in keep]),
    )


def _read(cohort: Cohort, row: Row, task: Task, classes: Classes, size: tuple[int, int]) -> Pixels:
    """The pixels of a row, from memory where the very same files were read before."""
    files = (row.image, row.masks[task.layer]) if task.layer else (row.image,)
    stamps = tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    key = (stamps, task.name, classes.codes, size)
    if key not in _KEPT:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = _pixels(cohort.load(row.record), task, classes, size)
    return _KEPT[key]


def _pixels(sample: Sample, task: Task, classes: Classes, size: tuple[int, int]) -> Pixels:
    """The image at (H, W); and the mask at (H, W), or for a classification the codes that it shows."""
    image = to_bytes(sample.image, size)
    if not task.layer:
        return image, np.zeros(0, np.uint8)
    mask = sample.masks[task.layer]
    if task.kind == "classification":
        return image, np.unique(mask)
    small = stretch_mask(mask, size)
    return image, np.where(np.isin(small, classes.codes), small, 0).astype(np.uint8)


def _truth(record: Record, mask: NDArray[np.uint8], task: Task, classes: Classes) -> NDArray[np.int16]:
    if task.kind == "segmentation":
        return mask.astype(np.int16)
    if task.layer:
        return np.isin(classes.codes, mask).astype(np.int16)
    return np.array([_finding(record, name) for name in task.findings], np.int16)


def _finding(record: Record, name: str) -> int:
    if any(finding.name == name for finding in record.findings):
        return 1
    return NOT_KNOWN if UNKNOWN in (record.groups.get(name), record.groups.get("findings")) else 0


def _nothing(cohort: Cohort, task: Task) -> DiptychError:
    what = f"no row has the layer {task.layer!r}" if task.layer else "nobody looked for the findings"
    return DiptychError.of(
        str(cohort.path), f"{what} that the task {task.name} learns", "choose another task"
    )


def check_truth(held: Examples, rows: str) -> None:
    """Raise `DiptychError` for held-out `rows` that are no truth: not real, or with masks by a model."""
    if not held.real.all():
        what = f"{int((~held.real).sum())} of {len(held)} {rows} are not real"
        raise DiptychError.of(held.name, what, "hold out images of patients")
    if held.estimated.any():
        count = int(held.estimated.sum())
        what = f"the layer {held.task.layer!r} of {count} of {len(held)} {rows} is estimated, not drawn"
        raise DiptychError.of(held.name, what, "train on such rows; hold out masks that people drew")


def same_classes(parts: Sequence[Examples]) -> Classes:
    """The classes of several parts. Raises `DiptychError` when their label spaces or body regions differ."""
    first = parts[0]
    for part in parts[1:]:
        if part.body != first.body:
            what = f"holds {part.body} images, and {first.name} {first.body} ones"
            raise DiptychError.of(part.name, what, "train and test on one body region")
        if part.classes != first.classes:
            what = f"its layer {part.task.layer!r} has other labels than that of {first.name}"
            raise DiptychError.of(part.name, what, "give cohorts with one label space")
        if part.size != first.size:
            what = f"is {part.size[0]} x {part.size[1]}, and {first.name} {first.size[0]} x {first.size[1]}"
            raise DiptychError.of(part.name, what, "load all parts at one size")
    return first.classes
