"""The site in a real browser whose network is cut: searched, filtered, by keyboard, narrow, printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from diptych.catalogue import Catalogue, parse_entry
from diptych.catalogue.scores import completeness
from diptych.catalogue.site.pages import Site
from diptych.catalogue.writing import plain

if TYPE_CHECKING:
    from conftest import Browser

SHOWN = (
    "[...document.querySelectorAll('#rows tr')].filter(row => row.getClientRects().length)"
    ".map(row => row.id.slice(7))"
)
STATUS = "document.getElementById('count').textContent"


def asked(browser: Browser, text: str) -> set[str]:
    """The ids that are left after typing a text into the empty field."""
    browser.js("document.getElementById('words').focus(); document.getElementById('words').select()")
    browser.write(text)
    return set(browser.js(SHOWN))


def check(browser: Browser, facet: str, value: str) -> None:
    """Click on an answer of a facet."""
    browser.js(f"document.querySelector('[data-facet={facet}] input[value={json.dumps(value)}]').click()")


def test_it_opens_asks_for_nothing_and_complains_of_nothing(browser: Browser, site: Path) -> None:
    for page in ("index.html", "statistics.html", "about.html", "entries/generatect.html"):
        browser.open(site / page)
        assert browser.requested() == [(site / page).as_uri()]
        assert browser.complaints() == []
        assert browser.js("document.styleSheets.length") > 0
        assert (
            browser.js("getComputedStyle(document.querySelector('.masthead')).backgroundColor")
            == "rgb(11, 16, 20)"
        )


def test_the_network_is_cut(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "reach.html"
    page.write_text("<!doctype html><title>reach</title>")
    browser.open(page)
    told = browser.js("fetch('https://example.org/').then(() => 'reached', () => 'cut off')")
    assert told == "cut off"


def test_words_find_records_and_their_synonyms(browser: Browser, site: Path, catalogue: Catalogue) -> None:
    browser.open(site / "index.html")
    assert len(browser.js(SHOWN)) == 102
    dental = {entry.id for entry in catalogue if "panoramic" in entry.modality}
    for word in ("panoramic", "OPG", "orthopantomogram", "ORTHOPANTO"):
        assert dental <= asked(browser, word), word
    assert len(asked(browser, "OPG")) < 10
    chest = {entry.id for entry in catalogue if "CXR" in entry.modality}
    assert chest <= asked(browser, "cxr") and chest <= asked(browser, "chest radiographs")
    both = asked(browser, "chest x-ray diffusion")
    assert both == asked(browser, "chest x-ray") & asked(browser, "diffusion") and 0 < len(both) < 30
    assert asked(browser, "the dataset of OPG") == asked(browser, "opg"), "words that tell nothing"
    assert asked(browser, "Pano-GAN") >= {"pano-gan"}


def test_every_record_is_found_by_its_name(browser: Browser, site: Path, catalogue: Catalogue) -> None:
    browser.open(site / "index.html")
    names = {entry.id: entry.name for entry in catalogue}
    # One call for all: what typing each of them would leave.
    code = """Object.fromEntries(Object.entries(%s).map(([id, name]) => {
      const field = document.getElementById('words');
      field.value = name;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      return [id, !document.getElementById('record-' + id).hidden];
    }))"""
    found = browser.js(code % json.dumps(names))
    assert [name for name, seen in found.items() if not seen] == []


def test_nothing_found_is_said(browser: Browser, site: Path) -> None:
    browser.open(site / "index.html")
    assert asked(browser, "zebra") == set()
    assert browser.js(STATUS) == "No record matches. Ask for less, or clear all."
    assert len(asked(browser, "  ...  ")) == 102
    for strange in ("\\", ".*", "[", "'\"<script>", "\u202e", "a" * 5000):
        asked(browser, strange)
    assert browser.complaints() == []


def test_facets_narrow_down_and_count(browser: Browser, site: Path, catalogue: Catalogue) -> None:
    browser.open(site / "index.html")
    check(browser, "modality", "chest X-ray")
    check(browser, "modality", "CT")
    either = {e.id for e in catalogue if {"chest X-ray", "CT"} & set(e.modality_groups)}
    assert set(browser.js(SHOWN)) == either
    check(browser, "family", "diffusion")
    both = {name for name in either if "diffusion" in (catalogue[name].generator.families or ())}
    assert set(browser.js(SHOWN)) == both
    assert browser.js(STATUS) == f"{len(both)} of 102 records"
    label = "document.querySelector('[data-facet=axis] input[value=%s]').closest('label')"
    told = sum("utility" in catalogue[name].axes for name in both)
    assert browser.js(f"{label % 'utility'}.querySelector('.n').textContent") == str(told)
    check(browser, "axis", "utility")
    check(browser, "axis", "fidelity")
    assert set(browser.js(SHOWN)) == {n for n in both if {"utility", "fidelity"} <= set(catalogue[n].axes)}
    browser.js("document.getElementById('clear').click()")
    assert len(browser.js(SHOWN)) == 102 and browser.js("location.hash") in ("", "#")


def test_masks_can_be_asked_for(browser: Browser, site: Path, catalogue: Catalogue) -> None:
    browser.open(site / "index.html", "#labels=masks")
    with_masks = {entry.id for entry in catalogue if "masks" in (entry.labels or ())}
    assert set(browser.js(SHOWN)) == with_masks
    check(browser, "labels", "depth")
    assert 0 < len(browser.js(SHOWN)) < len(with_masks)


def test_not_reported_can_be_asked_for(browser: Browser, site: Path, catalogue: Catalogue) -> None:
    browser.open(site / "index.html", "#licence=unknown")
    assert set(browser.js(SHOWN)) == {entry.id for entry in catalogue if entry.licence.family is None}


def test_a_filtered_table_has_an_address(browser: Browser, site: Path) -> None:
    browser.open(site / "index.html")
    asked(browser, "chest")
    check(browser, "kind", "dataset+generator")
    check(browser, "family", "diffusion")
    state, shown = browser.js("location.hash"), browser.js(SHOWN)
    assert 0 < len(shown) < 20 and "q=chest" in state
    browser.open(site / "index.html", state)
    assert browser.js(SHOWN) == shown
    assert browser.js("document.getElementById('words').value") == "chest"
    browser.js("location.hash = '#family=GAN'")
    browser.js("new Promise(done => setTimeout(done, 50))")
    assert browser.js("document.getElementById('words').value") == ""
    assert browser.js("[...document.querySelectorAll('.facet :checked')].map(i => i.value)") == ["GAN"]


@pytest.mark.parametrize(
    "state",
    [
        "#q=%3Cimg+src%3Dx+onerror%3Dwindow.bad%3D1%3E", "#family=%22%5D&sort=constructor&__proto__=x",
        "#sort=toString&constructor=1", "#=&&&=", "#q=%", "#q=" + "a" * 3000,
    ],
)  # fmt: skip
def test_a_hostile_address_does_nothing(browser: Browser, site: Path, state: str) -> None:
    browser.open(site / "index.html", state)
    assert browser.complaints() == [] and browser.js("window.bad") is None
    assert browser.js("document.querySelectorAll('#rows tr').length") == 102
    assert browser.js("document.getElementById('sort').value") == "newest"


def test_the_table_can_be_ordered(browser: Browser, site: Path, catalogue: Catalogue) -> None:
    browser.open(site / "index.html", "#sort=complete")
    scores = [completeness(catalogue[name]).met for name in browser.js(SHOWN)]
    assert scores == sorted(scores, reverse=True)
    browser.open(site / "index.html", "#sort=name")
    names = [catalogue[name].name.casefold()[0] for name in browser.js(SHOWN)]
    assert names == sorted(names)


def test_all_can_be_done_by_keyboard(browser: Browser, site: Path) -> None:
    browser.size(1280)
    browser.open(site / "index.html")
    browser.press("Tab")
    assert browser.js("document.activeElement.className") == "skip"
    assert browser.js("document.activeElement.getBoundingClientRect().left") >= 0, "it shows itself"
    assert browser.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("Enter")
    assert browser.js("document.activeElement.id") == "main"
    reached = []
    for _ in range(9):
        browser.press("Tab")
        reached.append(browser.js("document.activeElement.id || document.activeElement.value"))
    assert reached[0] == "words"
    assert "dataset" in reached
    while browser.js("document.activeElement.value") != "GAN":
        browser.press("Tab")
    browser.press(" ")
    assert browser.js(STATUS) == "39 of 102 records"
    assert browser.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_count_is_announced_and_fields_have_names(browser: Browser, site: Path) -> None:
    browser.open(site / "index.html")
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    seen = [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]]
    assert ("searchbox", "Search") in seen and ("combobox", "Order") in seen
    boxes = [name for role, name in seen if role == "checkbox"]
    assert len(boxes) > 20 and all(boxes)
    (status,) = [n for n in nodes if n.get("role", {}).get("value") == "status"]
    assert {p["name"]: p["value"].get("value") for p in status["properties"]}["live"] == "polite"
    assert ("table", "") in [(role, "") for role, _ in seen] and ("rowheader", "BUSGen generator") in seen


def longest_word(path: Path) -> int:
    """Letters of the longest word in the running text of a page: a DOI, an address, a file."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", path.read_text("utf-8"), flags=re.DOTALL)
    return max(map(len, text.split()))


@pytest.mark.parametrize("width", [1280, 820, 390, 320])
def test_no_page_is_wider_than_the_window(browser: Browser, site: Path, width: int) -> None:
    entries = sorted(site.glob("entries/*.html"), key=longest_word)[-4:]
    browser.size(width)
    for page in (site / "index.html", site / "statistics.html", site / "about.html", *entries):
        browser.open(page)
        assert browser.js("document.documentElement.scrollWidth") <= width, page.name
    browser.size(1280)


def test_at_390_pixels_rows_are_cards(browser: Browser, site: Path) -> None:
    browser.size(390, 844)
    browser.open(site / "index.html", "#q=pano-gan")
    assert browser.js("document.getElementById('filters').open") is False
    card = "document.querySelector('#record-pano-gan %s')"
    assert browser.js(f"getComputedStyle({card % 'td'}).display") == "grid"
    assert browser.js(f"getComputedStyle({card % 'td'}, '::before').content") == '"Modality"'
    right = browser.js(
        f"Math.max(...[...{card % ''}.querySelectorAll('*')].map(e => e.getBoundingClientRect().right))"
    )
    assert right <= 390
    browser.size(1280)


def test_without_scripts_the_table_stands(browser: Browser, site: Path) -> None:
    browser.scripts(False)
    browser.open(site / "index.html")
    tree = browser.ask("Accessibility.getFullAXTree")["nodes"]
    browser.scripts(True)
    roles = [node["role"]["value"] for node in tree if not node["ignored"]]
    assert roles.count("rowheader") == 102
    assert "searchbox" not in roles and "checkbox" not in roles, "what does not work is not offered"


def test_paper_has_the_records_and_no_tools(browser: Browser, site: Path) -> None:
    browser.open(site / "index.html", "#family=flow")
    browser.ask("Emulation.setEmulatedMedia", media="print")
    hidden = "getComputedStyle(document.querySelector('%s')).display"
    assert [browser.js(hidden % name) for name in (".tools", "nav", ".order")] == ["none"] * 3
    assert len(browser.js(SHOWN)) == 4
    assert browser.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.open(site / "entries" / "pano-gan.html")
    items = (
        "[...document.querySelectorAll('.items li')].every(item => item.getBoundingClientRect().height > 0)"
    )
    assert browser.js(items), "scores are open on paper"
    browser.ask("Emulation.setEmulatedMedia", media="")


def test_hostile_records_run_nothing(browser: Browser, catalogue: Catalogue, tmp_path: Path) -> None:
    bad = "</script></style><script>window.bad=1</script><img src=x onerror=window.bad=1> \"' onclick='bad=1'"
    values = plain(catalogue["pano-gan"])
    values |= {
        "name": f"name {bad}",
        "notes": bad,
        "modality_note": bad,
        "resolution": bad,
        "collection": bad,
    }
    values["paper"]["title"] = values["licence"] = None
    values = {**values, "licence": {"words": bad, "family": "other"}, "paper": {"title": bad}}
    entry = parse_entry(json.dumps(values))
    for name, html in Site(catalogue=Catalogue((entry,))).pages():
        page = tmp_path / name
        page.parent.mkdir(exist_ok=True)
        page.write_text(html)
        browser.open(page)
        assert browser.js("window.bad") is None
        assert browser.complaints() == [], "not even tried: the policy had nothing to stop"
        assert browser.requested() == [page.as_uri()]
    assert browser.js("document.querySelector('h1').textContent") == f"name {bad}"
    browser.open(tmp_path / "index.html")
    assert asked(browser, "onerror window") == {"pano-gan"}
    assert browser.js("window.bad") is None


def test_a_cell_of_a_matrix_leads_to_its_records(browser: Browser, site: Path) -> None:
    browser.open(site / "statistics.html")
    links = browser.js(
        "[...document.querySelectorAll('.matrix a')].map(a => [a.getAttribute('href'), a.textContent])"
    )
    assert len(links) > 80
    for href, number in links[::12]:
        browser.open(site / "index.html", "#" + href.partition("#")[2])
        assert len(browser.js(SHOWN)) == int(number), href
