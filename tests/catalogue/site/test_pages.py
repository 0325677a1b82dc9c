"""The pages as files: complete, alike each time, small, without anything from elsewhere; texts stay texts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from diptych.base.errors import DiptychError
from diptych.catalogue import Catalogue, Entry, parse_entry
from diptych.catalogue.changes import catalogue_versions
from diptych.catalogue.scores import NOT_REPORTED, scores
from diptych.catalogue.site import build_site
from diptych.catalogue.site.facets import FACETS
from diptych.catalogue.site.pages import Site
from diptych.catalogue.writing import plain

VOID = {"meta", "link", "input", "br", "img"}


class Page(HTMLParser):
    """A page as a browser reads it: elements with attributes, the text, what stands in scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self._open: list[str] = []
        self.feed(html)
        assert self._open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in self.inline:
            self.inline[self._open[-1]].append(data)
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    found = {str(path.relative_to(site)): path for path in sorted(site.rglob("*.html"))}
    return {name: Page(path.read_text("utf-8")) for name, path in found.items()}


def test_there_is_a_page_for_everything_and_all_is_small(site: Path, catalogue: Catalogue) -> None:
    files = [path for path in site.rglob("*") if path.is_file()]
    names = {str(path.relative_to(site)) for path in files}
    entries = {f"entries/{entry.id}.html" for entry in catalogue}
    assert names == entries | {"index.html", "statistics.html", "about.html"}
    assert sum(path.stat().st_size for path in files) < 3_000_000


def test_equal_records_give_equal_bytes(site: Path, tmp_path: Path) -> None:
    build_site(tmp_path / "again")
    for path in site.rglob("*.html"):
        assert (tmp_path / "again" / path.relative_to(site)).read_bytes() == path.read_bytes()


def test_nothing_comes_from_elsewhere(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert {tag for tag, _ in page.elements} & {
            "img",
            "iframe",
            "object",
            "embed",
            "form",
            "base",
        } == set()
        assert [link["href"] for link in page.all("link")] == ["data:,"], name
        assert page.values("src") == page.values("style") == page.values("srcset") == []
        assert [a for _, own in page.elements for a in own if a.startswith("on")] == []
        assert not re.search(r"@import|url\(|fetch\(|XMLHttp|import\(", str(page.inline))


def test_the_policy_allows_just_what_is_in_the_page(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        (policy,) = [
            m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"
        ]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        styles = {digest(text) for text in page.inline["style"]}
        assert set(rules["style-src"].split()) == styles, name
        kinds = [own.get("type", "") for own in page.all("script")]
        run = {digest(text) for text, kind in zip(page.inline["script"], kinds, strict=True) if not kind}
        assert set(rules.get("script-src", "").split()) == run
        assert bool(run) == (name == "index.html")


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_links_within_the_site_lead_somewhere(site: Path, pages: dict[str, Page]) -> None:
    ids = {name: set(page.values("id")) for name, page in pages.items()}
    for name, page in pages.items():
        assert len(page.values("id")) == len(ids[name]), "an id stands twice"
        for href in (own["href"] for own in page.all("a")):
            if href.startswith("http"):
                continue
            path, _, place = href.partition("#")
            target = (
                str(((site / name).parent / path).resolve().relative_to(site.resolve())) if path else name
            )
            assert target in pages, href
            assert "=" in place or not place or unquote(place) in ids[target], href


def test_pages_can_be_used_by_keyboard_and_by_ear(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        assert page.all("html") == [{"lang": "en"}] and len(page.all("h1")) == len(page.all("main")) == 1
        assert page.all("a")[0] == {"class": "skip", "href": "#main"}, name
        assert [
            own.get("tabindex") for own in page.all("div") if own.get("class", "").startswith("scroll")
        ] == ["0" for own in page.all("div") if own.get("role") == "region" and own["aria-label"]]
        labelled = set(page.values("for"))
        for own in page.all("input") + page.all("select"):
            assert own.get("id") in labelled or own.get("type") == "checkbox"
    index = pages["index.html"]
    assert [own for own in index.all("p") if own.get("aria-live") == "polite" and own["role"] == "status"]
    names = set(index.values("id"))
    groups = [own["aria-labelledby"] for own in index.all("ul") if own.get("role") == "group"]
    assert len(groups) == len(FACETS) and set(groups) <= names


def test_the_table_is_complete_without_a_script(site: Path, catalogue: Catalogue) -> None:
    html = (site / "index.html").read_text("utf-8")
    rows = re.findall(r'<tr role="row" id="record-([^"]+)">(.*?)</tr>', html, re.DOTALL)
    assert sorted(name for name, _ in rows) == [entry.id for entry in catalogue]
    years = [catalogue[name].year or 0 for name, _ in rows]
    assert years == sorted(years, reverse=True)
    for name, row in rows:
        text, entry = Page(f"<table>{row}</table>").text, catalogue[name]
        assert entry.name in text and (entry.licence.words or "–") in text
        assert text.count(NOT_REPORTED) == sum(
            not value
            for value in (
                entry.generator.families,
                entry.year,
                entry.axes,
                entry.release.parts,
                entry.licence.words,
            )
        )


def leaves(value: Any) -> Iterator[str]:
    """All texts and numbers of a record as they are shown."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ("kind", "read_in"):
                yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, float):
        yield f"{value:g}"
    elif isinstance(value, int) and not isinstance(value, bool):
        yield f"{value:,}" if value > 9999 else str(value)
    elif isinstance(value, str):
        yield value


def test_a_page_shows_every_fact_of_its_record(pages: dict[str, Page], catalogue: Catalogue) -> None:
    shown = 0
    for entry in catalogue:
        page = pages[f"entries/{entry.id}.html"]
        text = " ".join((page.text + " ".join(page.values("href"))).split()).replace(",", "")
        for leaf in leaves(plain(entry)):
            assert " ".join(leaf.split()).replace(",", "") in text, (entry.id, leaf)
            shown += 1
    assert shown > 3000


def test_scores_open_into_their_items_and_absence_is_said(
    pages: dict[str, Page], catalogue: Catalogue
) -> None:
    for entry in catalogue:
        page = pages[f"entries/{entry.id}.html"]
        text = " ".join(page.text.split())
        for score in scores(entry):
            assert f"{score.name.capitalize()}: {score.met} of {len(score.items)}" in text
            for item in score.items:
                assert " ".join(f"{item.name} {item.known}".split()) in text
        # An empty fact is never an empty cell.
        assert not re.search(r"<dd>\s*</dd>", str(page.text)) and NOT_REPORTED in text
        assert f"@misc{{{entry.id}," in text


def test_the_version_and_its_history_are_told(pages: dict[str, Page]) -> None:
    about, newest = pages["about.html"], catalogue_versions()[0]
    for version in catalogue_versions():
        assert version.version in about.text and version.date in about.text
        assert all(change in about.text for change in version.changes)
    assert f"@misc{{diptych-catalogue-{newest.version}," in about.text
    assert all(f"Records {newest.version} of {newest.date}" in page.text for page in pages.values())


def test_records_of_another_folder_have_no_version_of_ours(tmp_path: Path, record: dict[str, Any]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "toy.yaml").write_text(json.dumps(record))
    assert build_site(tmp_path / "out", tmp_path / "mine") == 1
    about = Page((tmp_path / "out" / "about.html").read_text("utf-8"))
    assert "diptych-catalogue" not in about.text and "1 records" not in about.text
    assert catalogue_versions()[0].changes[0] not in about.text


BAD = (
    "</script></style></title><script>window.bad=1</script><img src=x onerror=window.bad=1> \"' "
    "onmouseover='window.bad=1' {{ 7*7 }} {% raw %} javascript:window.bad=1 <!-- ]]> &lt;b&gt; \\u003c"
)
FREE = frozenset({
    "name", "model", "task", "metric", "gain", "result", "method", "fairness", "cost", "because", "words",
    "title", "resolution", "collection", "evidence", "notes", "note", "data", "size", "modality_note",
    "body_region_note", "conditioning_note", "labels_note", "hosting_note",
})  # fmt: skip


def hostile(value: Any, key: str = "") -> Any:
    """A record with something bad in every free text."""
    if isinstance(value, dict):
        return {name: hostile(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [hostile(item, key) for item in value]
        return [f"{item} {n}" for n, item in enumerate(items)] if key == "data" else items
    return f"{value[:40].strip()} {BAD}" if isinstance(value, str) and key in FREE else value


def with_bad_addresses(entry: Entry, bad: str = "javascript:window.bad=1//https://a.org") -> Entry:
    """The schema refuses such addresses: put in behind its back, they still lead nowhere."""
    sources = tuple(source.model_copy(update={"url": bad}) for source in entry.sources)
    uses = entry.use_cases and tuple(use.model_copy(update={"source": bad}) for use in entry.use_cases)
    release, paper = (
        part.model_copy(update={name: bad for name in ("url", "code_url") if getattr(part, name, None)})
        for part in (entry.release, entry.paper)
    )
    update = {"sources": sources, "use_cases": uses, "release": release, "paper": paper}
    return entry.model_copy(update=update)


def test_hostile_texts_are_shown_as_texts(catalogue: Catalogue) -> None:
    entries = [parse_entry(json.dumps(hostile(plain(entry))), entry.id) for entry in catalogue]
    hurt = Catalogue(tuple(map(with_bad_addresses, entries)))
    good = {name: Page(html) for name, html in Site(catalogue=catalogue).pages()}
    shown = 0
    for name, html in Site(catalogue=hurt).pages():
        page = Page(html)
        tags = [(tag, sorted(own)) for tag, own in page.elements if tag not in ("a", "br", "dt", "dd", "div")]
        expected = [(t, sorted(o)) for t, o in good[name].elements if t not in ("a", "br", "dt", "dd", "div")]
        assert tags == expected or name == "statistics.html", name
        assert [a for _, own in page.elements for a in own if a.startswith("on")] == []
        assert not any(href.startswith("javascript") for href in page.values("href"))
        assert "49" not in re.findall(r"onmouseover='window.bad=1' (\S+)", page.text)
        shown += page.text.count(BAD)
    assert shown > 2000


def test_a_review_puts_its_flow_on_the_page(tmp_path: Path, reviewed: Path) -> None:
    build_site(tmp_path / "out", review=reviewed)
    page = Page((tmp_path / "out" / "statistics.html").read_text("utf-8"))
    assert "PRISMA 2020 flow diagram" in page.text
    assert "2 records identified, 0 removed before screening, 2 screened, 1 excluded" in page.text
    without = Page(dict(Site(catalogue=Catalogue((parse_entry(TOY),))).pages())["statistics.html"])
    assert "no PRISMA flow" in without.text and "PRISMA 2020" not in without.text


TOY = json.dumps(
    {
        "id": "toy", "name": "Toy", "kind": "dataset", "modality": ["CXR"], "release": {"seen": False},
        "sources": [{"url": "https://example.org/toy", "seen": "2026-11-22"}], "verified": "2026-11-22",
    }
)  # fmt: skip


def test_a_review_that_is_not_done_leaves_nothing_behind(tmp_path: Path, undecided: Path) -> None:
    with pytest.raises(DiptychError, match="screened"):
        build_site(tmp_path / "out", review=undecided)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DiptychError, match="not empty"):
        build_site(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
