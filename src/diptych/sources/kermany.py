"""Kermany: chest radiographs of children with masks of the lungs, normal or with pneumonia."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import arg

from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.manifest import file_of, jobs_of, read_manifest, record_of
from diptych.sources.meaning import findings_of
from diptych.sources.pairs import Codes, read_mask_as
from diptych.sources.tables import TableRow

if TYPE_CHECKING:
    from diptych.records.sample import Mask, Record

CITE = (
    "Kermany, Zhang, Goldbaum 2018 (Mendeley Data rscbjbr9sj), CC BY 4.0; "
    "lung masks of the V7 Labs covid-19-xray-dataset, CC BY 4.0"
)
_CAUSES = ("bacterial", "viral")


@SOURCES.register(
    SourceCard(name="kermany", summary="children's chests with lung masks", licence="CC BY 4.0", cite=CITE)
)
@dataclass(frozen=True, kw_only=True)
class Kermany:
    """Kermany: 849 chest radiographs of children, normal or pneumonia, lungs outlined; CC BY 4.0.

    The masks (V7 convention) include the lung behind the heart.

    Example: diptych import kermany --folder ../shared/data/cxr_kermany_lungs --out cohorts/kermany
    """

    folder: Annotated[Path, arg(metavar="DIR")]
    """The folder with manifest.csv, images/ and lung_masks/."""

    def build(self) -> Intake:
        """Read the manifest."""
        rows = read_manifest(self.folder, ("mask", "labels", "patient"))
        return Intake(
            body="chest", name="kermany", note=CITE, jobs=jobs_of(rows, self.folder, _masks, _record)
        )


def _masks(row: TableRow, folder: Path) -> Mapping[str, Mask]:
    return {"lungs": read_mask_as("lungs", file_of(row, folder, "mask"), Codes(body="chest"))}


def _record(row: TableRow, masks: Mapping[str, Mask]) -> Record:
    labels = row.get("labels")
    groups = {"view": "AP", "age_group": "child"}
    cause = labels.partition(" ")[0]
    groups |= {"cause": cause} if cause in _CAUSES else {}
    return record_of(row, "chest", findings_of("chest", labels, f"{row.where}, field labels"), groups)
