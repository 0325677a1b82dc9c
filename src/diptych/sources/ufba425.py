"""UFBA-425: panoramic radiographs with a label map of teeth, pixel = FDI number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import arg

from diptych.base.errors import DiptychError
from diptych.records.finding import Finding
from diptych.records.vocabulary import UNKNOWN, missing_teeth
from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.manifest import file_of, jobs_of, read_manifest, record_of
from diptych.sources.pairs import Codes, read_mask_as
from diptych.sources.tables import TableRow

if TYPE_CHECKING:
    from diptych.records.sample import Mask, Record

CITE = (
    "Budagam et al. 2025, UFBA-425 (figshare 29827475, arXiv:2406.03747), "
    "a subset of UFBA-UESC Dental Images (Silva, Oliveira, Pithon 2018)"
)
_NAMED = {"restorations": "restoration", "dental appliance": "appliance", "implant": "implant"}
_MORE = "more than 32 teeth"
_SILENT = {"5": ("restoration", "appliance"), "6": ("restoration", "appliance", "implant")}
"""Categories 5 (implant) and 6 (more than 32 teeth) were sorted by that alone: whether there are
restorations or appliances was not recorded."""


@SOURCES.register(
    SourceCard(name="ufba425", summary="panoramics with teeth by FDI number", licence="Apache-2.0", cite=CITE)
)
@dataclass(frozen=True, kw_only=True)
class Ufba425:
    """UFBA-425: 425 panoramic radiographs, each tooth outlined and numbered; Apache-2.0.

    Missing teeth are read off the masks, restorations and appliances off the image's category.

    Example: diptych import ufba425 --folder ../shared/data/pr_ufba425 --out cohorts/ufba
    """

    folder: Annotated[Path, arg(metavar="DIR")]
    """The folder with manifest.csv, images/ and tooth_masks/."""

    def build(self) -> Intake:
        """Read the manifest."""
        rows = read_manifest(self.folder, ("mask", "labels"))
        return Intake(
            body="panoramic", name="ufba425", note=CITE, jobs=jobs_of(rows, self.folder, _masks, _record)
        )


def _masks(row: TableRow, folder: Path) -> Mapping[str, Mask]:
    return {"teeth": read_mask_as("teeth", file_of(row, folder, "mask"), Codes(body="panoramic"))}


def _record(row: TableRow, masks: Mapping[str, Mask]) -> Record:
    import numpy as np

    present = {int(code) for code in np.unique(masks["teeth"])}
    whole, groups = of_category(row.get("labels"), f"{row.where}, field labels")
    return record_of(row, "panoramic", (*missing_teeth(present), *whole), groups)


def of_category(labels: str, where: str) -> tuple[tuple[Finding, ...], dict[str, str]]:
    """The findings of a category such as "category 2|32 teeth|restorations", and what it leaves unknown."""
    number, *words = labels.split("|")
    if not number.startswith("category "):
        raise DiptychError.of(where, f"{labels!r} names no category", "write category 1 to 10 and its words")
    findings = [Finding(name) for word, name in _NAMED.items() if word in words]
    if _MORE in words:
        findings.append(Finding("supernumerary"))
    silent = _SILENT.get(number.removeprefix("category "), ())
    return tuple(findings), dict.fromkeys(silent, UNKNOWN)
