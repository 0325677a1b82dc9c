"""Hannover: chest radiographs of patients with COVID-19; no masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import arg

from diptych.records.finding import Finding
from diptych.records.vocabulary import UNKNOWN
from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.manifest import jobs_of, no_masks, read_manifest, record_of
from diptych.sources.meaning import groups_of
from diptych.sources.tables import TableRow

if TYPE_CHECKING:
    from diptych.records.sample import Mask, Record

CITE = (
    "Winther et al. 2020, COVID-19 Image Repository, Hannover Medical School "
    "(doi 10.25835/0090041), CC BY 3.0"
)


@SOURCES.register(
    SourceCard(name="hannover", summary="adults' chests, COVID-19", licence="CC BY 3.0", cite=CITE)
)
@dataclass(frozen=True, kw_only=True)
class Hannover:
    """Hannover: 115 chest radiographs of patients with COVID-19; CC BY 3.0; no masks.

    The label is of the patient: whether this very image shows pneumonia was not recorded.

    Example: diptych import hannover --folder ../shared/data/cxr_hannover --out cohorts/hannover
    """

    folder: Annotated[Path, arg(metavar="DIR")]
    """The folder with manifest.csv and images/."""

    def build(self) -> Intake:
        """Read the manifest."""
        rows = read_manifest(self.folder, ("labels", "view", "sex", "patient"))
        return Intake(
            body="chest", name="hannover", note=CITE, jobs=jobs_of(rows, self.folder, no_masks, _record)
        )


def _record(row: TableRow, masks: Mapping[str, Mask]) -> Record:
    labels = row.get("labels").split("|")
    groups = groups_of({key: row.get(key) for key in ("view", "sex", "age")}, row.where)
    groups |= {"pneumonia": UNKNOWN, "icu": "yes" if "ICU" in labels else "no"}
    return record_of(row, "chest", (Finding("covid-19"),) if "COVID-19" in labels else (), groups)
