"""What a repair took away: pieces of findings that the rows do not name, or that lay where none can be."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy import ndimage

from diptych.base.wording import few
from diptych.layouts import Layout
from diptych.layouts.examining import CRUMB
from diptych.layouts.shown import EIGHT
from diptych.records.labels import LABELS
from diptych.records.sample import Mask

NAMED = 3
"""Rows that are named for each finding; of others their number is told."""


class Mended:
    """Findings that are gone after a repair, with the rows that lost them."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {}

    def add(self, row: str, before: Layout, after: Layout) -> None:
        """Note what one row lost."""
        if "findings" not in before.layers:
            return
        for label in LABELS[before.body, "findings"].labels:
            planes = [layout.layers["findings"] == label.code for layout in (before, after)]
            if _lost(*planes):
                self._rows.setdefault(label.name, []).append(row)

    def report(self, labels: Path) -> None:
        """Say it in one line, if anything is gone."""
        if not self._rows:
            return
        told = "; ".join(f"{name} of {few(rows, NAMED)}" for name, rows in self._rows.items())
        what = f"the repair took findings away that their rows do not name there: {told}"
        print(f"diptych: note on {labels}: {what}", file=sys.stderr)


def _lost(before: Mask, after: Mask) -> bool:
    """Whether more pieces of a finding are gone than came up elsewhere, to where it was moved."""
    return _pieces_apart(before, after) > _pieces_apart(after, before)


def _pieces_apart(one: Mask, other: Mask) -> int:
    """Pieces of a plane, crumbs aside, that the other plane has no pixel of."""
    pieces = ndimage.label(one, EIGHT)[0]
    areas = np.bincount(pieces.ravel())
    kept = np.bincount(pieces[other.astype(bool)].ravel(), minlength=len(areas))
    return int(((areas > CRUMB * one.size) & (kept == 0))[1:].sum())
