"""The JSON-LD of every record against what schema.org says of a Dataset, as it stands in the pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from diptych.catalogue import Catalogue, Entry
from diptych.catalogue.site import dataset_jsonld

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_url(value: Any) -> bool:
    return (
        isinstance(value, str)
        and urlsplit(value).scheme in ("http", "https")
        and "." in urlsplit(value).netloc
    )


def are(kind: Any) -> Any:
    return lambda value: isinstance(value, list) and bool(value) and all(map(kind, value))


def is_thing(*types: str) -> Any:
    """A nested item of one of these types, by name or by the addresses that are the same."""
    return lambda value: (
        isinstance(value, dict)
        and value["@type"] in types
        and set(value) <= {"@type", "name", "sameAs"}
        and (is_text(value.get("name")) or are(is_url)(value.get("sameAs")))
    )


DATASET = {
    "@context": lambda value: value == "https://schema.org",
    "@type": lambda value: value == "Dataset",
    "additionalType": is_url,
    "name": is_text,
    "identifier": is_text,
    "description": lambda value: is_text(value) and 50 <= len(value) <= 5000,
    "url": is_url,
    "license": lambda value: is_url(value) or is_thing("CreativeWork")(value),
    "isAccessibleForFree": lambda value: isinstance(value, bool),
    "datePublished": lambda value: re.fullmatch(r"\d{4}", value) is not None,
    "keywords": are(is_text),
    "measurementTechnique": are(is_text),
    "isBasedOn": are(is_thing("CreativeWork")),
    "citation": is_thing("ScholarlyArticle"),
    "includedInDataCatalog": is_thing("DataCatalog"),
}
"""Property of Dataset that is used -> whether a value is of its range (schema.org/Dataset; the length of a
description as search engines for data sets ask for)."""
NEEDED = {"@context", "@type", "name", "description", "url", "identifier", "includedInDataCatalog"}


def faults(data: dict[str, Any]) -> list[str]:
    """What is wrong with the JSON-LD of a data set."""
    unknown = [f"{name} is no property" for name in data if name not in DATASET]
    missing = [f"{name} is missing" for name in NEEDED - set(data)]
    wrong = [f"{name}: {data[name]!r}" for name in DATASET if name in data and not DATASET[name](data[name])]
    return unknown + missing + wrong


def test_every_page_has_one_valid_data_set(site: Path, catalogue: Catalogue) -> None:
    for entry in catalogue:
        (found,) = SCRIPT.findall((site / "entries" / f"{entry.id}.html").read_text("utf-8"))
        data = json.loads(found)
        assert faults(data) == [], entry.id
        assert data == dataset_jsonld(entry)


def test_the_check_can_fail(catalogue: Catalogue) -> None:
    data = dataset_jsonld(catalogue["pano-gan"])
    spoilt = {
        **data,
        "description": "short",
        "url": "javascript:1",
        "license": {"@type": "Thing"},
        "rating": 5,
    }
    del spoilt["name"]
    assert len(faults(spoilt)) == 5


def test_what_was_not_reported_is_left_out(catalogue: Catalogue) -> None:
    data = dataset_jsonld(catalogue["pano-gan"])
    assert "license" not in data and "labels: none; licence: not reported." in data["description"]
    assert data["citation"]["sameAs"] == [
        "https://doi.org/10.3390/jimaging11020041", "https://arxiv.org/abs/2507.21200",
    ]  # fmt: skip
    unknown = next(entry for entry in catalogue if entry.labels is None)
    assert "labels: not reported" in dataset_jsonld(unknown)["description"]


def test_a_generator_says_that_it_is_one(catalogue: Catalogue) -> None:
    assert dataset_jsonld(catalogue["generatect"]).get("additionalType") == (
        None if catalogue["generatect"].holds_images else "https://schema.org/SoftwareApplication"
    )
    kinds = {entry.holds_images: "additionalType" in dataset_jsonld(entry) for entry in catalogue}
    assert kinds == {True: False, False: True}


@pytest.mark.parametrize("bad", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028'\"&amp;"])
def test_a_text_cannot_leave_its_script(catalogue: Catalogue, bad: str) -> None:
    from diptych.catalogue.loading import Catalogue as Records
    from diptych.catalogue.site.pages import Site

    hurt: Entry = catalogue["pano-gan"].model_copy(update={"name": f"a {bad}"})
    page = dict(Site(catalogue=Records((hurt,))).pages())["entries/pano-gan.html"]
    assert page.count("<script") == page.count("</script") == 1
    (found,) = SCRIPT.findall(page)
    assert "<" not in found
    assert json.loads(found)["name"] == f"a {bad}"
