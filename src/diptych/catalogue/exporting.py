"""Entries to a file that other tools read; each format is one function from entries to text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from diptych.base.atomic import new_folder, write_text
from diptych.base.errors import DiptychError
from diptych.catalogue.changes import catalogue_versions
from diptych.catalogue.citations import bibtex, ris
from diptych.catalogue.croissant import croissant
from diptych.catalogue.entry import Entry
from diptych.catalogue.fields import FIELDS, table
from diptych.catalogue.writing import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a cell instead of showing it."""


def export_catalogue(entries: Sequence[Entry], to: str, out: Path) -> int:
    """Write the entries to `out` in the format `to`, whole or not at all; returns their number.

    Croissant has one file a data set: `out` is a folder that must not exist yet. Raises `DiptychError` for an
    unknown format, where there is nothing to write, and for a folder where a file is wanted.
    """
    if to != "croissant" and to not in FORMATS:
        known = ", ".join([*FORMATS, "croissant"])
        raise DiptychError.of("--to", f"does not know {to!r}", f"choose from {known}")
    if not entries:
        raise DiptychError.of("export", "no entry passes the filters", "ask for less")
    if to != "croissant" and out.is_dir():
        raise DiptychError.of(f"--out {out}", "is a folder", "give the name of a file")
    if to == "croissant":
        with new_folder(out) as folder:
            for entry in entries:
                write_text(folder / f"{entry.id}.json", _json(croissant(entry)))
    else:
        write_text(out, FORMATS[to](entries))
    return len(entries)


def to_csv(entries: Sequence[Entry]) -> str:
    """The fields as comma-separated values; cells that a spreadsheet would compute begin with '."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in table(entries):
        writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in row.values()])
    return file.getvalue()


def to_json(entries: Sequence[Entry]) -> str:
    """The records as they stand in the catalogue, with the version of its records."""
    return _json({"version": catalogue_versions()[0].version, "entries": [plain(entry) for entry in entries]})


def to_markdown(entries: Sequence[Entry]) -> str:
    """A table of the fields that fit one: markup in a text is escaped."""
    names = ("name", "kind", "year", "modality group", "generator family", "labels", "released", "licence")
    rows = [names, ["---"] * len(names)]
    for entry, row in zip(entries, table(entries), strict=True):
        cells = {name: _markdown(row[name]) or "–" for name in names}
        if entry.release.url:
            cells["name"] = f"[{cells['name']}](<{entry.release.url}>)"
        rows.append(list(cells.values()))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _markdown(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|~&" else letter for letter in text)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Entry]], str]] = {
    "csv": to_csv,
    "json": to_json,
    "bibtex": bibtex,
    "ris": ris,
    "markdown": to_markdown,
}
"""Formats of one file; `croissant` is a folder."""
