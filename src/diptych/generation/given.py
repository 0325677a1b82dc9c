"""Label maps of one's own: the rows of a cohort, checked and fitted to what a checkpoint paints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from diptych.base.errors import DiptychError, Problems
from diptych.base.progress import track
from diptych.base.wording import few
from diptych.generation.mended import Mended
from diptych.generation.painting import painted_layers
from diptych.generation.request import strange
from diptych.layouts import Layout, check, repair
from diptych.layouts.shown import is_shown
from diptych.models.gan.gan import GanConfig
from diptych.records.cohort import Cohort
from diptych.records.foreign import check_codes
from diptych.records.labels import LABELS
from diptych.records.pixels import stretch_mask
from diptych.records.sample import Record
from diptych.records.writing import check_mask
from diptych.training.checkpoint import Checkpoint
from diptych.training.examples import check_permanent

NAMED = 8
"""Findings that are named in a note about all rows; of others their number is told."""
_LEAVE = ", or leave the row out"


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """The label maps of a cohort, taken in turn; `mend` repairs those that are unlawful."""

    cohort: Cohort
    config: GanConfig
    mend: bool

    def record_of(self, number: int) -> Record:
        """The row that sample `number` (>= 0) is painted from."""
        return self.cohort.rows[number % len(self.cohort)].record

    def layout_of(self, number: int, _seed: int) -> Layout:
        """The layout of a sample's row, fitted and mended; the seed changes its style only."""
        return self.mended(self.fitted(self.record_of(number)))

    def mended(self, layout: Layout) -> Layout:
        """The layout as it is painted."""
        return repair(layout) if self.mend else layout

    def fitted(self, record: Record) -> Layout:
        """The layers of a row that are painted, stretched to the checkpoint's size.

        Raises `DiptychError` for files that cannot be read, codes that are not painted (before a repair could
        take them away), and maps that are too small.
        """
        layout = Layout.of_sample(self.cohort.load(record))
        layers = {name: layout.layers[name] for name in painted_layers(self.config) if name in layout.layers}
        problems = Problems()
        for name, mask in layers.items():
            with problems.collect():
                check_mask(mask, LABELS[layout.body, name], mask.shape, f"layer {name}")
                if name == "teeth":
                    check_permanent(mask, f"layer {name}")
        problems.raise_any()
        size = self.config.size
        if layout.size[0] < size[0] or layout.size[1] < size[1]:
            what = f"is {layout.size[0]} x {layout.size[1]} pixels"
            raise DiptychError.of("layout", what, f"give at least {size[0]} x {size[1]}")
        small = {name: stretch_mask(mask, size) for name, mask in layers.items()}
        return replace(layout, layers=small, composer="given")

    def check(self, record: Record, layout: Layout) -> None:
        """Raise `DiptychError` with every reason why no image should be painted of a row's layout.

        Findings of the whole image are not held against a layer that was estimated: what the estimate did
        not find is asked for all the same, without a place.
        """
        open_ = {f for f in layout.findings if "findings" in record.estimated and not f.site}
        held = tuple(f for f in layout.findings if f not in open_ or is_shown(layout, f))
        problems = Problems()
        with problems.collect():
            check(replace(layout, findings=held), size=self.config.size)
        with problems.collect():
            # Said here, so that a group that no sentence can say is not met only while painting.
            _ = layout.text
        problems.raise_any()


def given(checkpoint: Checkpoint, labels: Path, config: GanConfig, *, mend: bool = False) -> Given:
    """The label maps of a cohort, every row checked; says what is not painted, and what was mended away.

    Raises one `DiptychError`, a line a problem, with every row that cannot be read, has codes that are not
    painted, is too small, or is unlawful.
    """
    cohort = Cohort.open(labels)
    _check_cohort(cohort, checkpoint, config)
    maps = Given(cohort=cohort, config=config, mend=mend)
    problems, mended = Problems(), Mended()
    for record in track(cohort.records, "checking", len(cohort)):
        with _collected(problems, labels, record):
            before = maps.fitted(record)
            after = maps.mended(before)
            maps.check(record, after)
            mended.add(record.id, before, after)
    problems.raise_any()
    for note in _notes(cohort, checkpoint, config):
        print(f"diptych: note on {labels}: {note}", file=sys.stderr)
    mended.report(labels)
    return maps


def _notes(cohort: Cohort, checkpoint: Checkpoint, config: GanConfig) -> Iterator[str]:
    """What is not painted, and which findings of all rows the checkpoint has not seen on real images."""
    for layer in (name for name in cohort.layers if name not in painted_layers(config)):
        yield f"{checkpoint.name} does not paint {layer}: that layer is left out"
    never, phantoms = strange({f for record in cohort.records for f in record.findings}, checkpoint)
    if never:
        yield f"{checkpoint.name} has never seen {few(never, NAMED)}"
    if phantoms:
        yield f"{checkpoint.name} has seen {few(phantoms, NAMED)} on phantoms only"


def _check_cohort(cohort: Cohort, checkpoint: Checkpoint, config: GanConfig) -> None:
    """Raise `DiptychError` for another body region, or codes that mean something else to the checkpoint."""
    where = str(cohort.path)
    if cohort.body != config.body:
        what = f"holds {cohort.body} label maps"
        raise DiptychError.of(where, what, f"{checkpoint.name} paints {config.body} radiographs")
    check_codes(cohort, painted_layers(config), checkpoint.name, "paints")


@contextmanager
def _collected(problems: Problems, labels: Path, record: Record) -> Iterator[None]:
    """Absorb the problems of a row, each with the row's name."""
    try:
        yield
    except DiptychError as error:
        for problem in error.problems:
            inner = problem.where.removeprefix("layout").removeprefix(f"sample {record.id}").lstrip(", ")
            where = ", ".join(filter(None, (str(labels), f"row {record.id}", inner)))
            problems.add(where, problem.what, f"{problem.remedy.removesuffix(_LEAVE)}{_LEAVE}")
