"""COVID cases: published chest radiographs with two kinds of lung masks that must not be mixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import arg

from diptych.base.errors import DiptychError
from diptych.records.finding import Finding
from diptych.records.vocabulary import UNKNOWN
from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.manifest import file_of, jobs_of, read_manifest, record_of
from diptych.sources.meaning import groups_of
from diptych.sources.tables import TableRow

if TYPE_CHECKING:
    from diptych.records.sample import Mask, Record

CITE = (
    "Cohen et al. 2020, COVID-19 image data collection (arXiv:2003.11597, arXiv:2006.11988), "
    "licence per image; lung masks of the V7 Labs covid-19-xray-dataset, CC BY 4.0; "
    "multi-class masks of General Blockchain, CC BY 4.0"
)
_FREE = ("CC BY", "CC BY 3.0", "CC BY 4.0")
_NOTES = "CC BY-NC-SA"
_EMPTY = ("", "Unknown")
_WHOLE = {"COVID-19": ("pneumonia", "covid-19"), "ARDS": ("ards",), "No Finding": ()}
"""Every other label is the cause of a pneumonia, as is COVID-19 in the collection's own tree of labels."""

_LUNG, _SCREEN = 255, 127
"""V7's values: lung, and devices or arrows in front of it."""
_GB_LEFT, _GB_RIGHT = 1, 2
_GB_OPAQUE = (5, 6, 7, 8)
_GB_TUBES = (9, 10, 11, 12, 13)
_GB_ANATOMY = {3: 7, 4: 8}
_GB_FINDINGS = {5: 4, 6: 5, 7: 2, 8: 3, 9: 6, 10: 7, 11: 8, 12: 9, 13: 10}
"""General Blockchain's classes (multi_classes.json) -> codes of the chest layers."""
_TUBE = 0.025
"""Half the width of the widest tubes, as a share of the image's longer side."""


@SOURCES.register(
    SourceCard(name="covid-cases", summary="published COVID-19 cases", licence="per image", cite=CITE)
)
@dataclass(frozen=True, kw_only=True)
class CovidCases:
    """COVID cases: 311 published chest radiographs; lungs, anatomy and findings outlined in some of them.

    Two conventions of lung masks: v7 includes the lung behind the heart, gb leaves it out.

    Example: diptych import covid-cases --folder ../shared/data/cxr_covid_cases --lungs v7
    --licences cc-by --out cohorts/covid
    """

    folder: Annotated[Path, arg(metavar="DIR")]
    """The folder with manifest.csv, images/, lung_masks/ and multi_masks/."""
    lungs: Literal["v7", "gb"]
    """Which convention the layer `lungs` follows; images outlined in the other one get no lungs."""
    licences: Literal["all", "cc-by"] = "all"
    """`cc-by` keeps the images that may be used for anything with attribution."""
    text: Literal["rendered", "notes"] = "rendered"
    """Sentences from the labels, or the published clinical notes (CC BY-NC-SA) where there are any."""

    def build(self) -> Intake:
        """Read the manifest. Raises `DiptychError` when free images are asked for with notes that are not."""
        if self.licences == "cc-by" and self.text == "notes":
            raise DiptychError.of("--text notes", f"the notes are {_NOTES}", "use --text rendered")
        rows = read_manifest(
            self.folder, ("mask", "mask_multi", "labels", "text", "view", "sex", "age", "patient")
        )
        if self.licences == "cc-by":
            rows = tuple(row for row in rows if row.get("licence") in _FREE)
        describe = partial(_record, subjects=_subjects(rows), notes=self.text == "notes")
        jobs = jobs_of(rows, self.folder, partial(_masks, convention=self.lungs), describe)
        return Intake(body="chest", name=f"covid-cases-{self.lungs}", note=CITE, jobs=jobs)


def _masks(row: TableRow, folder: Path, *, convention: str) -> Mapping[str, Mask]:
    from diptych.records.images import read_mask

    layers: dict[str, Mask] = {}
    if row.get("mask") and convention == "v7":
        path = file_of(row, folder, "mask")
        layers["lungs"] = v7_lungs(read_mask(path), str(path))
    if row.get("mask_multi"):
        path = file_of(row, folder, "mask_multi")
        multi = read_mask(path)
        _check(multi, range(14), str(path))
        if convention == "gb":
            layers["lungs"] = gb_lungs(multi)
        layers["anatomy"] = _recode(multi, _GB_ANATOMY)
        layers["findings"] = _recode(multi, _GB_FINDINGS)
    return layers


def v7_lungs(mask: Mask, where: str) -> Mask:
    """V7's mask (255 lung, 127 what covers it) as codes 1 and 2, the lung behind pacemakers filled in."""
    from diptych.sources.lungs import hidden_behind, split_sides

    _check(mask, (0, _SCREEN, _LUNG), where)
    return hidden_behind(split_sides(mask == _LUNG), mask == _SCREEN)


def gb_lungs(multi: Mask) -> Mask:
    """The whole lungs of a multi-class mask as codes 1 and 2.

    Opacities and tubes are painted over the lungs there: opacities count as lung, tubes where
    lung lies on both sides of them. General Blockchain's left and right are the patient's.
    """
    import numpy as np

    from diptych.sources.lungs import LEFT, RIGHT, fill_covered, split_sides

    lungs = np.isin(multi, (_GB_LEFT, _GB_RIGHT, *_GB_OPAQUE))
    reach = max(1, round(_TUBE * max(multi.shape)))
    sides = split_sides(fill_covered(lungs, np.isin(multi, _GB_TUBES), reach))
    sides[multi == _GB_RIGHT] = RIGHT
    sides[multi == _GB_LEFT] = LEFT
    return sides


def _check(mask: Mask, lawful: range | tuple[int, ...], where: str) -> None:
    import numpy as np

    unknown = sorted({int(value) for value in np.unique(mask)} - set(lawful))
    if unknown:
        values = ", ".join(map(str, unknown))
        raise DiptychError.of(where, f"unknown value {values}", f"lawful are {', '.join(map(str, lawful))}")


def _recode(mask: Mask, codes: Mapping[int, int]) -> Mask:
    import numpy as np

    table = np.zeros(256, np.uint8)
    table[list(codes)] = list(codes.values())
    recoded: Mask = table[mask]
    return recoded


def _record(row: TableRow, masks: Mapping[str, Mask], *, subjects: Mapping[str, str], notes: bool) -> Record:
    view, _, position = row.get("view").partition(" ")
    groups = groups_of({"view": view, "sex": row.get("sex"), "age": row.get("age")}, row.where)
    groups |= {"position": position.lower()} if position else {}
    labels = row.get("labels").split("|")
    groups |= {"findings": UNKNOWN} if any(label in _EMPTY for label in labels) else {}
    causes = [label for label in labels if label not in (*_WHOLE, *_EMPTY, "Pneumonia")]
    groups |= {"cause": ", ".join(causes)} if causes else {}
    text = row.get("text") if notes and row.get("text_kind").startswith("clinical notes") else ""
    record = record_of(row, "chest", of_labels(labels), groups, text=text)
    licence = f"{record.licence}; text {_NOTES}" if text else record.licence
    return replace(record, subject=subjects[row.get("patient")], licence=licence)


def of_labels(labels: list[str]) -> tuple[Finding, ...]:
    """The findings of an image's labels, each once."""
    names = (name for label in labels if label not in _EMPTY for name in _WHOLE.get(label, ("pneumonia",)))
    return tuple(Finding(name) for name in dict.fromkeys(names))


def _subjects(rows: tuple[TableRow, ...]) -> dict[str, str]:
    """Patient cells -> subjects; a cell "a|b" says that a and b are one person."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    cells = {row.get("patient") for row in rows}
    for cell in sorted(cells):
        first, *others = cell.split("|")
        for other in others:
            parent[root(other)] = root(first)
    return {cell: root(cell.split("|")[0]) for cell in cells}
