"""From a catalogue to a folder of pages that opens from a disk: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from diptych.base.atomic import new_folder, write_text
from diptych.catalogue.changes import catalogue_versions
from diptych.catalogue.loading import load_catalogue
from diptych.catalogue.review import Flow, count_flow, open_review
from diptych.catalogue.site.pages import Site


def build_site(out: Path, records: Path | None = None, review: Path | None = None) -> int:
    """Write the site of the packaged records, or of a folder of records; returns the number of records.

    `out` must be new or empty. With the folder of a review, the page of statistics shows its PRISMA flow.
    Equal records give equal bytes. Raises `DiptychError` for records with faults, for a review whose sums do
    not add up, and where `out` cannot be made; then nothing is written.
    """
    catalogue = load_catalogue(records)
    versions = catalogue_versions() if records is None else ()
    site = Site(catalogue=catalogue, versions=versions, flow=_flow(review))
    with new_folder(out) as folder:
        for name, page in site.pages():
            write_text(folder / name, page)
    return len(catalogue)


def _flow(review: Path | None) -> Flow | None:
    return None if review is None else count_flow(open_review(review))
