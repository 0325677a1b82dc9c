"""A folder of records under examination: every fault at once, and what looks like one thing twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diptych.base.errors import Problems
from diptych.catalogue.duplicates import Twins, duplicates
from diptych.catalogue.loading import PACKAGED, Catalogue, load_catalogue


@dataclass(frozen=True)
class Validated:
    """A catalogue without faults, and pairs of records that a person should look at."""

    catalogue: Catalogue
    doubtful: tuple[Twins, ...]

    def lines(self) -> list[str]:
        """How many records there are, and each doubtful pair."""
        held = f"{len(self.catalogue)} records, no fault"
        return [held, *(f"to look at: {twins}" for twins in self.doubtful)]


def validate(folder: str | Path | None = None) -> Validated:
    """Check the records of a folder, or of the package.

    Raises one `DiptychError` with all faults: of syntax, of fields, ids that stand twice, and records that
    are at one address. Records that share a paper or a like name without addresses of their own are no fault.
    """
    catalogue = load_catalogue(folder)
    found = duplicates(catalogue)
    problems = Problems()
    for twins in found:
        if twins.sure:
            where = f"{Path(folder or PACKAGED) / twins.second}.yaml"
            problems.add(where, f"is at the address of {twins.first}", "drop one, or give its own address")
    problems.raise_any()
    return Validated(catalogue, tuple(twins for twins in found if not twins.sure))
