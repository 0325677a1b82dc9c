"""Verbs that show the catalogue: a site that opens from a disk, and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import arg

from diptych.cli.catalogue import Records
from diptych.cli.flags import Folder


@dataclass(frozen=True, kw_only=True)
class SiteOf:
    """Write the catalogue as a site: a table to search and filter, a page a record, statistics, citation.

    Opens from a disk without a server, and asks nothing of the network. With a review, the page of
    statistics shows its PRISMA flow.

    Example: diptych catalogue site --out site
    """

    out: Folder
    """The folder to make; new or empty."""
    records: Records = None
    """Another folder of records."""
    review: Annotated[Path | None, arg(metavar="REVIEW", help_behavior_hint="(default: no flow)")] = None
    """The folder of a review, all of whose records are decided."""

    def __call__(self) -> None:
        """Write the pages, and say which to open."""
        from diptych.catalogue.site import build_site
        from diptych.catalogue.site.matrices import of_records

        number = build_site(self.out, self.records, self.review)
        print(f"{self.out / 'index.html'}: {of_records(number)}")


@dataclass(frozen=True, kw_only=True)
class FiguresOf:
    """Draw the catalogue as SVG: gap matrices, evidence maps, counts; data sets first, generators apart.

    Example: diptych catalogue figures --out figures
    """

    out: Folder
    """The folder to make; new or empty."""
    records: Records = None
    """Another folder of records."""

    def __call__(self) -> None:
        """Write the figures, and name them."""
        from diptych.catalogue import load_catalogue
        from diptych.catalogue.site import write_figures

        names = write_figures(load_catalogue(self.records), self.out)
        print(*(self.out / name for name in names), sep="\n")


SITE: dict[str, type] = {"site": SiteOf, "figures": FiguresOf}
"""Verbs of the group `catalogue` that show it."""
