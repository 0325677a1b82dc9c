"""Leaks by pixels: no image of a training is a held-out one, whatever its name and subject."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from diptych.base.errors import Problems
from diptych.records.images import image_size, read_grey
from diptych.records.pixels import content_hash
from diptych.records.reading import Row

MOST_KEPT = 65_536
"""Images whose size and hash are kept: the cells of a study fuse the same files over and over."""

_REMEDIES = {
    "real": "keep both in one split, as one subject, or leave one out",
    "synthetic": "leave it out, and look at its generator",
}

Sides = tuple[int, ...]
Stamp = tuple[Path, int, int]


def check_pixels(rows: Iterable[Row], problems: Problems) -> None:
    """Note every training row whose pixels are those of a held-out image, and damaged files.

    Only images with the same sides can be the same, so others are not read.
    """
    held, train = dict[Sides, list[Row]](), dict[Sides, list[Row]]()
    for row in rows:
        with problems.collect():
            group = train if row.record.split == "train" else held
            group.setdefault(_sides(_stamp(row.image)), []).append(row)
    for sides in sorted(held.keys() & train.keys()):
        _check_group(held[sides], train[sides], problems)


def _check_group(held: Iterable[Row], train: Iterable[Row], problems: Problems) -> None:
    names = dict[str, str]()
    for row in held:
        with problems.collect():
            names[_hash(_stamp(row.image))] = row.record.id
    for row in train:
        with problems.collect():
            if name := names.get(_hash(_stamp(row.image))):
                kind = "real" if row.record.provenance.kind == "real" else "synthetic"
                what = f"its image is the held-out {name}, pixel by pixel"
                problems.add(f"{kind} row {row.record.id}", what, _REMEDIES[kind])


def _stamp(file: Path) -> Stamp:
    """What tells that a file is the one that was read before; of a missing one, that it is none."""
    try:
        found = file.stat()
    except OSError:
        return file, -1, -1
    return file, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=MOST_KEPT)
def _sides(stamp: Stamp) -> Sides:
    """The sides of an image, the shorter first: a header does not say which way is up."""
    return tuple(sorted(image_size(stamp[0])))


@lru_cache(maxsize=MOST_KEPT)
def _hash(stamp: Stamp) -> str:
    return content_hash(read_grey(stamp[0]))
