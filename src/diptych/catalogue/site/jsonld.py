"""An entry as schema.org/Dataset, so that search engines for data sets understand its page.

A generator is marked as a Dataset, too: published weights and the code that draws images are among what such
engines list. `additionalType` says what it is. What was not reported is left out.
"""

from __future__ import annotations

from typing import Any

from diptych.catalogue.entry import Entry
from diptych.catalogue.site.facets import KINDS

CATALOGUE_NAME = "The living catalogue of public synthetic medical image data sets"
_SOFTWARE = "https://schema.org/SoftwareApplication"


def dataset_jsonld(entry: Entry) -> dict[str, Any]:
    """The JSON-LD of one entry (schema.org/Dataset)."""
    values = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "additionalType": None if entry.holds_images else _SOFTWARE,
        "name": entry.name,
        "identifier": entry.id,
        "description": f"{entry.name}. {summary(entry)}",
        "url": entry.release.url or entry.sources[0].url,
        "license": _licence(entry),
        "isAccessibleForFree": True if entry.release.access == "open" else None,
        "datePublished": None if entry.year is None else str(entry.year),
        "keywords": _keywords(entry),
        "measurementTechnique": list(entry.generator.families or ()),
        "isBasedOn": [{"@type": "CreativeWork", "name": name} for name in entry.training.data or ()],
        "citation": _paper(entry),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": CATALOGUE_NAME},
    }
    return {name: value for name, value in values.items() if value not in (None, [])}


def summary(entry: Entry) -> str:
    """What it is, in two sentences without its name."""
    families = ", ".join(entry.generator.families or ()) or "not reported"
    labels = "not reported" if entry.labels is None else ", ".join(entry.labels) or "none"
    licence = entry.licence.words or "not reported"
    return (
        f"A {KINDS[entry.kind]} of synthetic medical images. Modality: {', '.join(entry.modality)}; made by: "
        f"{families}; labels: {labels}; licence: {licence}."
    )


def _keywords(entry: Entry) -> list[str]:
    terms = (*entry.modality_groups, *entry.modality, *(entry.body_region or ()), *(entry.labels or ()))
    return ["synthetic", "medical imaging", *dict.fromkeys(terms)]


def _licence(entry: Entry) -> str | dict[str, str] | None:
    """The SPDX page where there is one, else a work of the publisher's words."""
    licence = entry.licence
    if licence.spdx is not None:
        return f"https://spdx.org/licenses/{licence.spdx}.html"
    return None if licence.words is None else {"@type": "CreativeWork", "name": licence.words}


def _paper(entry: Entry) -> dict[str, Any] | None:
    """The publication, by title and identifiers."""
    paper = entry.paper
    same = [f"https://doi.org/{doi}" for doi in paper.dois or ()]
    same += [f"https://arxiv.org/abs/{paper.arxiv}"] if paper.arxiv else []
    if not (paper.title or same):
        return None
    values = {"@type": "ScholarlyArticle", "name": paper.title, "sameAs": same}
    return {name: value for name, value in values.items() if value not in (None, [])}
