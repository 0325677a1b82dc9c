"""Export: a cohort in a layout that other tools read, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from diptych.base.atomic import new_folder
from diptych.base.progress import Bar, bar
from diptych.base.registry import Card, Registry
from diptych.records.cohort import Cohort


class Exporter(Protocol):
    """A frozen dataclass of options that writes one layout."""

    def run(self, cohort: Cohort, folder: Path, progress: Bar) -> None:
        """Write the cohort into the (scratch) folder and advance once a sample.

        Raises `DiptychError` when the layout cannot hold the cohort.
        """


EXPORTERS: Registry[type[Exporter], Card] = Registry("exporters")
"""Every layout by its name on the command line."""


def export(*, cohort: Cohort | Path | str, to: str, out: Path | str) -> Path:
    """Write a cohort (or the folder of one) as layout `to` into the new folder `out`; returns it.

    Every pixel is read and checked on the way. Raises `DiptychError` for a bad cohort, an unknown
    layout, or an `out` that is not empty; then nothing is written.
    """
    exporter = EXPORTERS[to]()
    opened = cohort if isinstance(cohort, Cohort) else Cohort.open(cohort)
    folder = Path(out)
    with new_folder(folder) as part, bar(f"Exporting to {to}", len(opened)) as running:
        exporter.run(opened, part, running)
    return folder
