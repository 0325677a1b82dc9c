"""Verbs of the living catalogue: find, read, compare, count, export, add, check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from diptych.cli.flags import at_least

if TYPE_CHECKING:
    from diptych.catalogue import Catalogue
    from diptych.catalogue.filters import Filters
    from diptych.catalogue.searching import Hit

Terms = Annotated[tuple[str, ...], arg(metavar="TERM ...", help_behavior_hint="(default: any)")]
Records = Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="(default: the package's records)")]


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """Flags that choose records; all that are given must hold."""

    text: Positional[Annotated[tuple[str, ...], arg(metavar="WORD ...")]] = ()
    """What to look for: any words, in any order; never query syntax."""
    kind: Terms = ()
    """dataset, generator or dataset+generator."""
    modality: Terms = ()
    """Such as CXR, MRI, ultrasound, or a group such as dermatology."""
    region: Terms = ()
    """Such as brain, breast, jaws and teeth."""
    family: Terms = ()
    """GAN, diffusion, flow, autoregressive, VAE, procedural, unknown."""
    conditioning: Terms = ()
    """What the images were asked for by: text, class, mask, image, attributes, parameters, none ..."""
    labels: Terms = ()
    """What comes with the images: masks, classes, boxes, text, depth ..."""
    licence: Terms = ()
    """permissive, copyleft, non-commercial, restricted, unknown, or a family such as MIT."""
    access: Terms = ()
    """open, registration, request, unknown."""
    use: Terms = ()
    """Such as augmentation, class imbalance, privacy-preserving sharing, benchmarking."""
    has: Terms = ()
    """All of these: an axis of evaluation (privacy, utility ...), a released part, a label, doi, paper."""
    year: Annotated[str, arg(metavar="YEAR|FROM-TO", help_behavior_hint="(default: any)")] = ""
    """2024, 2022-2024, 2023- or -2020."""
    records: Records = None
    """Another folder of records."""

    def _hits(self, limit: int) -> tuple[Hit, ...]:
        from diptych.catalogue import load_catalogue
        from diptych.catalogue.searching import search

        return search(" ".join(self.text), load_catalogue(self.records), self._filters(), limit)

    def _filters(self) -> Filters:
        from diptych.catalogue.filters import Filters

        return Filters(
            kind=self.kind,
            modality=self.modality,
            region=self.region,
            family=self.family,
            conditioning=self.conditioning,
            labels=self.labels,
            licence=self.licence,
            access=self.access,
            use=self.use,
            has=self.has,
            year=self.year,
        )


@dataclass(frozen=True, kw_only=True)
class Search(_Chosen):
    """Find records by words and by what they are, the best match first.

    Synonyms are understood: CXR finds chest X-rays, OPG panoramic radiographs, segmentation finds masks. What
    was not reported matches `unknown`, never no.

    Example: diptych catalogue search chest x-ray diffusion --licence permissive --has weights
    """

    limit: int = 10
    """How many records to print."""

    def __call__(self) -> None:
        """Print the records, two lines each."""
        from diptych.catalogue.searching import suggestion
        from diptych.catalogue.showing import listed

        lines = listed(self._hits(self.limit))
        if not lines:
            better = suggestion(" ".join(self.text), _open(self.records))
            lines = [f"no record matches; {f'did you mean: {better}' if better else 'ask for less'}"]
            lines += self._alone()
        print(*lines, sep="\n")

    def _alone(self) -> list[str]:
        """What each of several flags finds by itself, so that one sees which to leave out."""
        found = self._filters().alone(_open(self.records))
        told = ", ".join(f"--{name} {number}" for name, number in found.items())
        return [f"each alone finds: {told}"] if len(found) > 1 else []


@dataclass(frozen=True, kw_only=True)
class Show:
    """Print all that is known of a record, where it was seen, and its scores item by item.

    Example: diptych catalogue show pano-gan
    """

    id: Positional[Annotated[str, arg(metavar="ID")]]
    """The record's id, as `search` prints it."""
    records: Records = None
    """Another folder of records."""

    def __call__(self) -> None:
        """Print the record."""
        from diptych.catalogue.showing import full

        print(*full(_open(self.records)[self.id]), sep="\n")


@dataclass(frozen=True, kw_only=True)
class Compare:
    """Print records side by side, field by field.

    Values of metrics are printed as their authors report them: other features and sample sizes give other
    numbers, so that they rank nothing.

    Example: diptych catalogue compare pano-gan panodiff-sr
    """

    ids: Positional[Annotated[tuple[str, ...], arg(metavar="ID ID ...")]]
    """Two ids or more."""
    records: Records = None
    """Another folder of records."""

    def __call__(self) -> None:
        """Print the comparison."""
        from diptych.catalogue.showing import side_by_side

        catalogue = _open(self.records)
        print(*side_by_side([catalogue[name] for name in self.ids]), sep="\n")


@dataclass(frozen=True, kw_only=True)
class Stats:
    """Count the records: what there is, how it was made and judged, what for, on which terms.

    Data sets come first, generators apart. Counts of evaluations are lower bounds: what the material seen
    does not tell is not counted.

    Example: diptych catalogue stats
    """

    records: Records = None
    """Another folder of records."""

    def __call__(self) -> None:
        """Print the tables, in Markdown, and what they say."""
        from diptych.catalogue.statistics import reading, statistics

        catalogue = _open(self.records)
        for table in statistics(catalogue):
            print(*table.lines(), "", sep="\n")
        print(*reading(catalogue).lines(), sep="\n")


@dataclass(frozen=True, kw_only=True)
class ExportRecords(_Chosen):
    """Write records for other tools: all of them, or those that words and flags choose.

    csv is a flat table, json the records as they are, bibtex and ris cite them, markdown is a table for a
    page, croissant is a folder with one metadata file a record. A file that is there is replaced.

    Example: diptych catalogue export --kind dataset --to csv --out datasets.csv
    """

    to: Annotated[str, arg(metavar="csv|json|bibtex|ris|croissant|markdown")]
    """The format."""
    out: Annotated[Path, arg(metavar="FILE|DIR")]
    """The file to write; for croissant a folder to make."""

    def __call__(self) -> None:
        """Write the file, and say what is in it."""
        from diptych.catalogue.exporting import export_catalogue

        chosen = [hit.entry for hit in self._hits(limit=1_000_000)]
        number = export_catalogue(chosen, self.to, self.out)
        print(f"{self.out}: {number} {'record' if number == 1 else 'records'}")


@dataclass(frozen=True, kw_only=True)
class Add:
    """Add a record to a folder: asks for its fields or takes a YAML file, checks it, writes ID.yaml.

    Refused: a record with a fault, an id that is taken, and a record that may be there already (by address,
    DOI, arXiv number, title or name). Editors complete the YAML by src/diptych/catalogue/entry.schema.json.

    Example: diptych catalogue add --into records
    """

    into: Annotated[Path, arg(metavar="DIR")]
    """The folder of records; in a checkout src/diptych/catalogue/entries."""
    source: Annotated[
        Path | None, arg(name="from", metavar="FILE", help_behavior_hint="(default: you are asked)")
    ] = None
    """A YAML file with the record."""
    distinct: bool = False
    """It is another thing than the records that it resembles."""

    def __call__(self) -> None:
        """Write the record."""
        from diptych.catalogue.adding import add_entry

        print(f"{add_entry(self.source, self.into, self.distinct)}: written")


@dataclass(frozen=True, kw_only=True)
class Validate:
    """Check a folder of records and tell all faults at once (40 in full), each with file, line and field.

    Example: diptych catalogue validate --records records
    """

    records: Records = None
    """Another folder of records."""

    def __call__(self) -> None:
        """Say that there is no fault, and which records to look at; leaves with code 2 at a fault."""
        from diptych.catalogue.validating import validate

        print(*validate(self.records).lines(), sep="\n")


@dataclass(frozen=True, kw_only=True)
class Links:
    """Ask the addresses of the records whether they still answer. Reaches the network.

    Polite: one request a host at a time with a pause, HEAD before GET, robots.txt is heeded, no retries. The
    package's records take minutes.

    Example: diptych catalogue links --pause 3
    """

    records: Records = None
    """Another folder of records."""
    pause: float = 2.0
    """Seconds between two requests to one host."""
    timeout: float = 20.0
    """Seconds to wait for an answer."""

    def __post_init__(self) -> None:
        at_least(1, timeout=int(self.timeout))
        at_least(0, pause=int(self.pause))

    def __call__(self) -> None:
        """Print every address that does not simply answer, then the numbers."""
        from diptych.catalogue.links import Manners, check_links, summary

        links = check_links(_open(self.records), Manners(pause=self.pause, timeout=self.timeout))
        print(*summary(links), sep="\n")


def _open(records: Path | None) -> Catalogue:
    from diptych.catalogue import load_catalogue

    return load_catalogue(records)


CATALOGUE: dict[str, type] = {
    "search": Search,
    "show": Show,
    "compare": Compare,
    "stats": Stats,
    "export": ExportRecords,
    "add": Add,
    "validate": Validate,
    "links": Links,
}
"""Verbs of the group `catalogue`; the review and the site add theirs."""
