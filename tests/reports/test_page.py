"""The page: one file, safe text, open to everyone."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from diptych.reports import (
    Bars,
    Cell,
    Command,
    Entry,
    Facts,
    Figure,
    Figures,
    Fold,
    Legend,
    Line,
    Lineup,
    Measure,
    Measures,
    Notice,
    Panel,
    Prose,
    Report,
    Section,
    Standing,
    Standings,
    Table,
    overlay,
    radiograph,
    render,
    write_report,
)
from diptych.reports.page import amount, number, place

HOSTILE = '<script src="http://evil">alert(1)</script>" onload="x'
VOID = {"meta", "link", "img", "line", "circle", "path", "br"}


class Walk(HTMLParser):
    """Collects the elements and checks that they are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text, self._open = "", list[str]()
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


def full_report(text: str = "words") -> Report:
    image, mask = np.full((8, 16), 90, dtype=np.uint8), np.zeros((8, 16), dtype=np.uint8)
    mask[2:6, 2:6] = 1
    layers = (radiograph(image), overlay(mask, {1: (1, 2, 3)}))
    panel = Panel(layers=layers, alt=text, caption=text)
    figure = Figure(panels=(panel, panel), title=text, text=text, details=((text, text),), tone="synthetic")
    measure = Measure(name=text, value=0.5, low=0.4, high=0.6, n=9, unit=text, meaning=text, target=0.9)
    entry = Entry(value=0.5, low=0.4, high=0.6, n=9, note=text)
    line = Line(name=text, entries=(entry, None, entry, entry, entry), unit=text, notes=(text,))
    standing = Standing(
        name=text, value=0.5, low=0.4, high=0.6, bad=0.0, good=1.0, n=9, word=text, unit=text, notes=(text,)
    )
    table = Table(caption=text, head=(text, text), rows=((text, Cell(text, (text,))),), foot=((text, text),))
    blocks = (
        Standings(caption=text, rows=(standing,), good_name=text),
        Lineup(caption=text, columns=(text,) * 5, groups=((text, (line,)),)),
        Fold(title=text, blocks=(table, table)),
        Prose(text),
        Notice(title=text, text=text),
        Facts(rows=((text, text),)),
        Figures(figures=(figure, figure)),
        Legend(entries=((text, (255, 0, 10)),), title=text),
        Table(caption=text, head=(text, text), rows=((text, text),)),
        Measures(caption=text, rows=(measure,)),
        Bars(caption=text, rows=((text, 3.0),), unit=text),
        Command(text=text),
    )
    return Report(
        title=text,
        subtitle=text,
        facts=Facts(rows=((text, text),)),
        notice=Notice(title=text, text=text),
        sections=(
            Section(key="one", title=text, blocks=blocks),
            Section(key="two", title=text, blocks=blocks),
        ),
        colophon=text,
    )


@pytest.fixture(scope="module")
def page() -> str:
    return render(full_report())


def test_the_page_needs_nothing_else(page: str) -> None:
    walk = Walk(page)
    addresses = [at.get(key) for _, at in walk.seen for key in ("src", "href") if at.get(key)]
    assert addresses
    assert all(address is not None and address.startswith(("data:", "#")) for address in addresses)
    assert "script" not in {tag for tag, _ in walk.seen}
    assert "@import" not in page and "url(" not in page


def test_text_from_files_stays_text() -> None:
    walk, plain = Walk(render(full_report(HOSTILE))), Walk(render(full_report()))
    assert [tag for tag, _ in walk.seen] == [tag for tag, _ in plain.seen]
    assert not any("onload" in at for _, at in walk.seen)
    assert HOSTILE in walk.text


def test_the_page_is_open_to_everyone(page: str) -> None:
    walk = Walk(page)
    assert walk.all("html") == [{"lang": "en"}]
    assert all("alt" in at for at in walk.all("img"))
    assert all(at.get("aria-label") for _, at in walk.seen if at.get("role") == "img")
    assert [tag for tag, _ in walk.seen if tag in ("h1", "h2")] == ["h1", "h2", "h2"]
    assert len(walk.all("caption")) == 12
    assert all(at.get("scope") for at in walk.all("th"))


def test_every_link_leads_somewhere_and_no_name_is_used_twice(page: str) -> None:
    walk = Walk(page)
    names = [at["id"] for _, at in walk.seen if at.get("id")]
    assert len(names) == len(set(names))
    assert {str(at["href"])[1:] for at in walk.all("a")} <= set(names)


def test_equal_reports_are_equal_files(page: str, tmp_path: Path) -> None:
    write_report(full_report(), tmp_path / "a" / "report.html")
    assert (tmp_path / "a" / "report.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.97, "0.970"),
        (1.0, "1.00"),
        (-0.25, "\u22120.250"),
        (12.345, "12.3"),
        (1234.5, "1,234"),
        (math.nan, "–"),
    ],
)
def test_numbers_read_well(value: float, said: str) -> None:
    assert number(value) == said


def test_whole_amounts_have_no_decimals() -> None:
    assert (amount(30.0), amount(0.5)) == ("30", "0.500")


def test_the_track_is_true() -> None:
    track = Measures(caption="", rows=(), start=0.5, end=1.0)
    assert [place(track, value) for value in (0.5, 0.75, 1.0, 2.0, 0.0)] == [0, 50, 100, 100, 0]


def test_a_line_has_one_scale_for_all_who_stand_on_it() -> None:
    ends = Entry(value=2.0, low=1.0, high=3.0, n=9), Entry(value=5.0, low=math.nan, high=math.nan, n=9)
    line = Line(name="", entries=(*ends, None))
    assert [line.place(value) for value in (1.0, 2.0, 5.0)] == [0, 25, 100]
    assert math.isnan(line.place(math.nan))


def test_narrow_screens_have_a_name_beside_every_number(page: str) -> None:
    """Below the width of a tablet the heads of tables are gone, and each cell says its own."""
    cells = [at for at in Walk(page).all("td") if at.get("class") not in ("drawn", "blank")]
    bars = 2
    assert [at for at in cells if not at.get("data-head")] == [{}] * bars
    assert "max-width: 48rem" in page and "attr(data-head)" in page


def test_print_shows_what_is_folded_in_grey(page: str) -> None:
    printed = page.partition("@media print")[2]
    assert "details-content" in printed
    assert "--ink: #000" in printed
    assert len(Walk(page).all("details")) == len(Walk(page).all("summary")) == 2
