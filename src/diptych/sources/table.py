"""Any table with one row an image: CSV, TSV, JSON lines, Excel, with a mapping of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import UseAppendAction, arg

from diptych.base.errors import DiptychError, Problem, Problems
from diptych.sources import planning
from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.meaning import findings_of, groups_of, sentence_of, split_of
from diptych.sources.pairs import Codes, read_pair
from diptych.sources.tables import TableRow, read_table

if TYPE_CHECKING:
    from diptych.records.sample import Record, Sample

_FIELDS = ("text", "subject", "split", "findings", "licence", "source")


@SOURCES.register(SourceCard(name="table", summary="a table with one row an image", licence="your own"))
@dataclass(frozen=True, kw_only=True)
class Table:
    """A CSV, TSV, JSON-lines or Excel table with one row an image, its columns mapped to fields.

    New ids and subjects replace the names in the table; only mapped columns are read.

    Example: diptych import table --body chest --table cases.csv --image file --layer lungs=mask
    --column findings=labels --column subject=patient --out mine
    """

    body: Literal["chest", "panoramic"]
    """What the images show."""
    table: Annotated[Path, arg(metavar="FILE")]
    """The table: .csv, .tsv, .jsonl or .xlsx (its first sheet)."""
    image: Annotated[str, arg(metavar="COLUMN")] = "file_name"
    """The column with the image's path."""
    root: Annotated[Path | None, arg(metavar="DIR")] = None
    """The folder that paths begin from; the table's own unless given."""
    layer: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="NAME=COLUMN")] = ()
    """A mask layer and the column with its path (may be empty in a row); may be repeated."""
    column: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="FIELD=COLUMN")] = ()
    """text, subject, split, findings ("pneumonia|effusion right"), licence, source, view, sex, age,
    age_group, or a group of your own; may be repeated."""
    remap: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="LAYER:VALUE=CODE")] = ()
    """Replace a mask value by a code (teeth:1=11, lungs:1=both); may be repeated."""
    label: Annotated[tuple[str, ...], UseAppendAction, arg(metavar="LAYER:CODE=NAME")] = ()
    """Name a code of your own in the layers anatomy and findings; may be repeated."""
    val: float = 0.15
    """Share of the subjects to put into the split `val`, where no column gives the split."""
    name: str = "image"
    """The new ids begin with this."""

    def build(self) -> Intake:
        """Read the table. Raises `DiptychError` naming every row that cannot be understood."""
        planning.check_name(self.name)
        layers = planning.parse_pairs(self.layer, "--layer")
        planning.check_layers(tuple(layers), self.body)
        columns = planning.parse_pairs(self.column, "--column")
        rows = read_table(self.table, (self.image, *layers.values(), *columns.values()))
        records = self._records(rows, columns)
        codes = Codes.parse(self.body, self.remap, self.label)
        jobs = [
            partial(_read, record, row, *self._files(row, layers), codes)
            for record, row in zip(records, rows, strict=True)
        ]
        return Intake(body=self.body, name=self.name, jobs=tuple(jobs), spaces=codes.spaces)

    def _files(self, row: TableRow, layers: Mapping[str, str]) -> tuple[Path, dict[str, Path]]:
        root = self.root or self.table.parent
        masks = {layer: root / name for layer, column in layers.items() if (name := row.get(column))}
        return root / row.get(self.image), masks

    def _records(self, rows: tuple[TableRow, ...], columns: Mapping[str, str]) -> tuple[Record, ...]:
        problems, records = Problems(), []
        pseudonyms = planning.Pseudonyms("s")
        for number, row in enumerate(rows):
            if not row.get(self.image):
                problems.add(
                    f"{row.where}, field {self.image}", "names no image", "fill it in or drop the row"
                )
            with problems.collect():
                records.append(self._record(planning.new_id(self.name, number), row, columns, pseudonyms))
        problems.raise_any()
        return tuple(records) if "split" in columns else planning.with_validation(records, self.val)

    def _record(
        self, name: str, row: TableRow, columns: Mapping[str, str], pseudonyms: planning.Pseudonyms
    ) -> Record:
        from diptych.records.sample import Record

        cells = {field: row.get(column) for field, column in columns.items()}
        labels = cells.get("findings", "")
        groups = groups_of({key: cells[key] for key in columns if key not in _FIELDS}, row.where)
        return Record(
            id=name,
            body=self.body,
            text=sentence_of(self.body, cells.get("text", ""), f"{row.where}, field {columns.get('text')}"),
            subject=pseudonyms.of(cells.get("subject", "")),
            split=split_of(cells.get("split", ""), f"{row.where}, field {columns.get('split')}"),
            findings=findings_of(self.body, labels, f"{row.where}, field {columns.get('findings')}"),
            groups=groups if labels else groups | {"findings": "unknown"},
            licence=cells.get("licence", ""),
            source=cells.get("source", ""),
        )


def _read(record: Record, row: TableRow, image: Path, masks: Mapping[str, Path], codes: Codes) -> Sample:
    from diptych.records.sample import Sample

    try:
        pixels, planes = read_pair(image, masks, codes)
    except DiptychError as error:
        told = (Problem(f"{row.where}, {one.where}", one.what, one.remedy) for one in error.problems)
        raise DiptychError(told) from None
    return Sample(record=planning.told_by_masks(record, planes), image=pixels, masks=planes)
