"""NIH: chest radiographs of ChestX-ray14 with text-mined labels; no masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import arg

from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.manifest import jobs_of, no_masks, read_manifest, record_of
from diptych.sources.meaning import findings_of, groups_of
from diptych.sources.tables import TableRow

if TYPE_CHECKING:
    from diptych.records.sample import Mask, Record

CITE = (
    "NIH Clinical Center, https://nihcc.app.box.com/v/ChestXray-NIHCC; Wang et al., ChestX-ray8, CVPR 2017; "
    "labels are text-mined (about 90 % right)"
)


@SOURCES.register(
    SourceCard(name="nih600", summary="chests with 14 findings", licence="free, attribution asked", cite=CITE)
)
@dataclass(frozen=True, kw_only=True)
class Nih600:
    """NIH: about 600 chest radiographs of ChestX-ray14; free with attribution; no masks.

    Findings come from the text-mined labels; view, sex and age from the table.

    Example: diptych import nih600 --folder ../shared/data/cxr_nih600 --out cohorts/nih
    """

    folder: Annotated[Path, arg(metavar="DIR")]
    """The folder with manifest.csv and images/."""

    def build(self) -> Intake:
        """Read the manifest."""
        rows = read_manifest(self.folder, ("labels", "view", "sex", "age", "patient"))
        return Intake(
            body="chest", name="nih600", note=CITE, jobs=jobs_of(rows, self.folder, no_masks, _record)
        )


def _record(row: TableRow, masks: Mapping[str, Mask]) -> Record:
    groups = groups_of({key: row.get(key) for key in ("view", "sex", "age")}, row.where)
    return record_of(
        row, "chest", findings_of("chest", row.get("labels"), f"{row.where}, field labels"), groups
    )
