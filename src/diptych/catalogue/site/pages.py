"""The pages of the site as HTML: texts are escaped, nothing is loaded, and each page's policy keeps it so."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from diptych.catalogue.changes import Version
from diptych.catalogue.citations import bibtex, latex
from diptych.catalogue.entry import Entry
from diptych.catalogue.loading import Catalogue
from diptych.catalogue.review import Flow, describe, draw_prisma
from diptych.catalogue.scores import NOT_REPORTED, completeness, scores
from diptych.catalogue.site.facets import FACETS, KINDS, address, told
from diptych.catalogue.site.facts import facts
from diptych.catalogue.site.figures import COLLECTION, DATA_SETS, GENERATORS, Figure, draw_figures
from diptych.catalogue.site.jsonld import CATALOGUE_NAME, dataset_jsonld, summary
from diptych.catalogue.site.matrices import of_records
from diptych.catalogue.site.words import searchable
from diptych.catalogue.statistics import reading
from diptych.catalogue.synonyms import STOP

if TYPE_CHECKING:
    from jinja2 import Environment

SHORT_NAME = "Synthetic medical images: a living catalogue"
_OF_PART = {DATA_SETS: ("dataset", "dataset+generator"), GENERATORS: ("generator",)}
"""The kinds of records in a part; parts that no filter gives have no links."""
_FACET_OF = {
    "modality group": "modality",
    "generator family": "family",
    "year": "year",
    "evaluation axis": "axis",
}
"""Question of a matrix -> the facet that filters by it."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the pages are made of. `versions`, newest first, are empty for records of another's folder."""

    catalogue: Catalogue
    versions: Sequence[Version] = ()
    flow: Flow | None = None

    def pages(self) -> Iterator[tuple[str, str]]:
        """Names of files, relative to the site, with their HTML."""
        yield "index.html", self._index()
        yield "statistics.html", self._statistics()
        yield (
            "about.html",
            self._render("about.html", page="about.html", scores=scores(self.catalogue.entries[0])),
        )
        for entry in self.catalogue:
            yield f"entries/{entry.id}.html", self._entry(entry)

    def _index(self) -> str:
        newest = sorted(
            self.catalogue, key=lambda entry: (-(entry.year or 0), entry.name.casefold(), entry.id)
        )
        data = {"stop": sorted(STOP), "records": [_record(entry) for entry in newest]}
        groups = [(facet, facet.options(newest)) for facet in FACETS]
        return self._render(
            "index.html", page="index.html", data=data, groups=groups, rows=[_row(entry) for entry in newest]
        )

    def _statistics(self) -> str:
        drawn = draw_figures(self.catalogue)
        flow = self.flow and (draw_prisma(self.flow), describe(self.flow))
        return self._render(
            "statistics.html",
            page="statistics.html",
            gaps=_grouped([figure for figure in drawn if figure.matrix]),
            linked=tuple(_OF_PART),
            maps=[figure for figure in drawn if not (figure.matrix or figure.count)],
            counts=[figure for figure in drawn if figure.count],
            reading=reading(self.catalogue).lines(),
            flow=flow,
        )

    def _entry(self, entry: Entry) -> str:
        return self._render(
            "entry.html",
            root="../",
            entry=entry,
            summary=summary(entry),
            sections=facts(entry),
            scores=scores(entry),
            bibtex=bibtex([entry]),
            cited=_cited(entry),
            data=dataset_jsonld(entry),
        )

    def _render(self, template: str, **values: Any) -> str:
        common = {
            "root": "",
            "page": "",
            "site": self,
            "title": SHORT_NAME,
            "full_title": CATALOGUE_NAME,
            "not_reported": NOT_REPORTED,
            "collection": COLLECTION,
            "bibtex_of_all": self._bibtex(),
        }
        return _environment().get_template(template).render(**{**common, **values})

    def _bibtex(self) -> str:
        """How to cite the catalogue; records of another's folder are another's to cite."""
        if not self.versions:
            return ""
        newest = self.versions[0]
        fields = {
            "title": f"{{{latex(CATALOGUE_NAME)}}}",
            "author": "{The Diptych authors}",
            "year": newest.date[:4],
            "version": newest.version,
            "note": f"records of {newest.date}",
        }
        body = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
        return f"@misc{{diptych-catalogue-{newest.version},\n{body}}}\n"


def _grouped(gaps: Sequence[Figure]) -> list[list[Figure]]:
    """Gap matrices of the same two questions together."""
    return [
        list(group) for _, group in groupby(gaps, lambda figure: figure.matrix and figure.matrix.row_name)
    ]


def _record(entry: Entry) -> dict[str, Any]:
    """What the script filters and sorts by."""
    known = completeness(entry)
    return {"id": entry.id, "words": searchable(entry), "told": told(entry), "complete": known.met}


def _row(entry: Entry) -> dict[str, Any]:
    """What the table shows of an entry."""
    return {
        "id": entry.id,
        "name": entry.name,
        "kind": KINDS[entry.kind],
        "modality": entry.modality_groups,
        "family": ", ".join(entry.generator.families or ()),
        "year": str(entry.year or ""),
        "axes": ", ".join(entry.axes),
        "released": ", ".join(entry.release.parts or ()),
        "access": entry.release.access or "",
        "licence": entry.licence.words or "",
        "licence_class": entry.licence_class,
        "complete": completeness(entry),
    }


def _cited(entry: Entry) -> str:
    """The entry in one line, as a list of references would have it."""
    paper = entry.paper
    identifiers = [f"https://doi.org/{doi}" for doi in paper.dois or ()]
    identifiers += [f"arXiv:{paper.arxiv}"] if paper.arxiv else []
    where = identifiers or [address for address in (entry.release.url, paper.url) if address]
    year = str(entry.year or "year not reported")
    return ". ".join([paper.title or entry.name, year, *where])


def cell_link(figure: Figure, row: str, column: str) -> str:
    """The filtered table behind a cell of a gap matrix; empty where no filter gives just these records."""
    matrix = figure.matrix
    if matrix is None or figure.part not in _OF_PART or not matrix.count(row, column):
        return ""
    chosen = {_FACET_OF[matrix.row_name]: (row,), _FACET_OF[matrix.column_name]: (column,)}
    return f"index.html{address(kind=_OF_PART[figure.part], **chosen)}"


def web(url: str) -> str:
    """The address if it is one of the web, else nothing: a link can then do no more than open a page."""
    return url if url.startswith(("https://", "http://")) else ""


def digest_of(text: str) -> str:
    """The source expression with which a policy allows one text (CSP level 2, SHA-256)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("diptych.catalogue.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.filters |= {"web": web, "digest": digest_of, "of_records": of_records}
    environment.globals |= {
        "css": Markup(_colours() + _own("site.css")),
        "list_css": Markup(_own("list.css")),
        "list_js": Markup(_own("list.js")),
        "cell_link": cell_link,
    }
    return environment


def _own(name: str) -> str:
    """A file of this room as it is: style sheets and scripts are no templates."""
    return (files("diptych.catalogue.site") / "templates" / name).read_text("utf-8")


def _colours() -> str:
    """The colours of the reports, light and dark, which stand before their first rule."""
    return (files("diptych.reports") / "templates" / "page.css").read_text("utf-8").partition("* {")[0]
