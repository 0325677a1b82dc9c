"""An entry as Croissant 1.1 metadata (mlcommons.org/croissant/1.1) with its synthetic-data fields.

The files themselves are with their publisher: a record describes a data set and lists no files. What was not
reported is left out.
"""

from __future__ import annotations

from typing import Any

from diptych.catalogue.entry import Entry

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification asks for."""


def croissant(entry: Entry) -> dict[str, Any]:
    """The JSON-LD of one entry, without fields that were not reported."""
    values = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": entry.name,
        "alternateName": entry.id,
        "description": _description(entry),
        "url": entry.release.url or entry.sources[0].url,
        "license": _licence(entry),
        "datePublished": None if entry.year is None else str(entry.year),
        "keywords": [*entry.modality_groups, *(entry.generator.families or ()), *(entry.labels or ())],
        "citeAs": _citation(entry),
        "sameAs": [f"https://doi.org/{doi}" for doi in entry.paper.dois or ()],
        "rai:hasSyntheticData": True,
        "rai:dataCollectionType": ["Synthetic"],
        "rai:dataUseCases": [use.use for use in entry.use_cases or ()],
        "rai:dataLimitations": entry.notes,
        "prov:wasDerivedFrom": list(entry.training.data or ()),
        "prov:wasGeneratedBy": entry.generator.model,
    }
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def _description(entry: Entry) -> str:
    """What it is in two sentences."""
    what = "generator" if entry.kind == "generator" else "data set"
    made = ", ".join(entry.generator.families or ("an unknown kind of generator",))
    seen = entry.release.evidence or "not told"
    return (
        f"Synthetic {', '.join(entry.modality)}: a {what}, made by {made}. Evidence of its release: {seen}."
    )


def _licence(entry: Entry) -> str | None:
    """The SPDX page where there is one, else the publisher's words."""
    licence = entry.licence
    return licence.words if licence.spdx is None else f"https://spdx.org/licenses/{licence.spdx}.html"


def _citation(entry: Entry) -> str | None:
    paper = entry.paper
    identifier = f"doi:{paper.dois[0]}" if paper.dois else f"arXiv:{paper.arxiv}" if paper.arxiv else None
    return ". ".join(part for part in (paper.title, identifier) if part) or None
