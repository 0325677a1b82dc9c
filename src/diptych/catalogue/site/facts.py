"""What the page of a record shows: every field, under a few headings; an empty text was not reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from diptych.catalogue.entry import Entry
from diptych.catalogue.fields import FIELDS
from diptych.catalogue.site.facets import KINDS


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A name and what is known: a text, or addresses with their words."""

    name: str
    text: str = ""
    links: tuple[tuple[str, str], ...] = ()
    """(words, address)."""


def facts(entry: Entry) -> dict[str, list[Fact]]:
    """Heading -> its facts, in an order that is the same for every entry."""
    found = {
        heading: [Fact(name=name, text=tell(entry)) for name, tell in tellers.items()]
        for heading, tellers in _SECTIONS.items()
    } | {"Where to get it, and on which terms": _terms(entry), "Publication": _publication(entry)}
    return {
        heading: [fact for fact in rows if fact.text or fact.links or fact.name not in _ASIDES]
        for heading, rows in found.items()
    }


_ASIDES = (
    "collection",
    "notes",
    "licence family",
    "licence class",
    "SPDX identifier",
    "what qualifies the licence",
    "page of the paper",
)
"""Facts that nobody owes: where one is absent, nothing is missing."""


def _yes(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


def _terms(entry: Entry) -> list[Fact]:
    release, licence = entry.release, entry.licence
    return [
        Fact(name="address", links=_link(release.url)),
        Fact(name="code", links=_link(release.code_url)),
        Fact(name="released", text=FIELDS["released"](entry)),
        Fact(name="a page to get it from", text="seen" if release.seen else ""),
        Fact(name="evidence", text=release.evidence or ""),
        Fact(name="weights", text=_yes(release.weights, "can be had", "announced, not there")),
        Fact(name="access", text=FIELDS["access"](entry)),
        Fact(name="hosting", text=FIELDS["hosting"](entry)),
        Fact(name="licence", text=licence.words or ""),
        Fact(name="licence family", text=licence.family or ""),
        Fact(name="licence class", text="" if entry.licence_class == "unknown" else entry.licence_class),
        Fact(name="SPDX identifier", text=licence.spdx or ""),
        Fact(name="what qualifies the licence", text=licence.note or ""),
    ]


def _publication(entry: Entry) -> list[Fact]:
    paper = entry.paper
    return [
        Fact(name="title", text=paper.title or ""),
        Fact(name="DOI", links=tuple((doi, f"https://doi.org/{doi}") for doi in paper.dois or ())),
        Fact(name="arXiv", links=_link(paper.arxiv and f"https://arxiv.org/abs/{paper.arxiv}", paper.arxiv)),
        Fact(name="page of the paper", links=_link(paper.url)),
    ]


def _link(url: str | None, words: str | None = None) -> tuple[tuple[str, str], ...]:
    return () if url is None else ((words or url, url),)


def _utility(entry: Entry) -> str:
    """The task and what came out, then the authors' words for the setting."""
    note = entry.evaluation.utility.note if entry.evaluation.utility else None
    return "; ".join(filter(None, (FIELDS["utility"](entry), note)))


Tell = Callable[[Entry], str]
_SECTIONS: Mapping[str, Mapping[str, Tell]] = {
    "What it is": {
        "kind": lambda entry: KINDS[entry.kind],
        **{
            name: FIELDS[name]
            for name in (
                "year",
                "collection",
                "modality",
                "body region",
                "dimensionality",
                "samples",
                "resolution",
                "conditioning",
                "labels",
            )
        },
        "notes": FIELDS["notes"],
    },
    "How it was made": {
        "generator family": FIELDS["generator family"],
        "generator": FIELDS["generator"],
        "seeds": lambda entry: _yes(entry.generator.seeds_published, "published", "not published"),
        "trained on": FIELDS["trained on"],
    },
    "How it was judged": {
        **{name: FIELDS[name] for name in ("readers", "privacy")},
        "utility": _utility,
        **{name: FIELDS[name] for name in ("fairness", "cost")},
    },
}
