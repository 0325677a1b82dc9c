"""The page and its numbers, from rows made by hand."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.evaluation import protocol as protocols
from diptych.evaluation.candidates import Candidate
from diptych.evaluation.compare import Outcome, applies
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.report import Provenance, write
from diptych.evaluation.rows import NOT_ESTIMABLE, WORDS, Row
from diptych.evaluation.tables import cost_table, group_blocks, unmeasured
from diptych.evaluation.words import TITLES
from diptych.metrics.estimate import Estimate
from diptych.reports import Block, Prose

FIELDS = "metric extractor group value low high n unit floor bad_reference note"


def about(value: float, half: float = 0.05, n: int = 50) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half, n=n)


def row(metric: str, value: Estimate, **changes: object) -> Row:
    card = MEASURES.card(metric)
    made = Row(
        metric=metric,
        axis=card.axis,
        extractor="lite" if "features" in card.needs else "",
        group="all",
        estimate=value,
        floor=about(0.0),
        bad=about(1.0),
        bad_name=card.bad,
        better="lower",
        primary=True,
        others=(("phantoms", about(0.7)),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


ROWS = (
    row("kid", about(0.5)),
    row("frechet", about(math.inf), primary=False),
    row("mask-agreement", about(0.02), others=(("phantoms", about(0.7)), ("shuffled pairs", about(0.97)))),
    row("plausibility", about(0.5, half=3.0), floor=about(0.0, half=3.0)),
    row(
        "copy-rate",
        replace(NOT_ESTIMABLE, notes=("training images: give --train",)),
        floor=NOT_ESTIMABLE,
        bad=NOT_ESTIMABLE,
        others=(),
    ),
    row("kid", about(0.4, n=25), group="finding=none"),
    row("kid", replace(NOT_ESTIMABLE, n=9, notes=("not estimable: 9 subjects",)), group="finding=mass"),
    row("kid", about(0.1), group="gap of finding", bad=NOT_ESTIMABLE, worst="none"),
    row("mask-agreement", about(0.4), group="finding=none"),
    row("mask-agreement", about(0.3), group="finding=mass"),
    row("mask-agreement", about(0.1), group="gap of finding", bad=NOT_ESTIMABLE, worst="none"),
)
COST = (
    replace(
        ROWS[0], metric="seconds", axis="cost", estimate=about(3.5), floor=NOT_ESTIMABLE, bad=NOT_ESTIMABLE
    ),
)
ORIGIN = Provenance(command="diptych evaluate", facts=(("Real images", "9, fingerprint ab"),), cost=COST)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    images = np.random.default_rng(0).integers(0, 256, (12, 16, 16)).astype(np.uint8)
    side = Candidate(
        name="mine",
        body="chest",
        images=images,
        masks=(images > 128).astype(np.uint8),
        findings=(frozenset(),) * 12,
        groups=({},) * 12,
        subjects=tuple(f"s{i}" for i in range(12)),
    )
    judged = np.zeros((12, 16, 16), np.uint8)
    return Outcome(
        rows=ROWS,
        synthetic=side,
        reference=side,
        train=side,
        judged=judged,
        features=None,
        undivided="Not by sex.",
    )


@pytest.fixture(scope="module")
def folder(outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write(out, outcome, protocols.load(protocols.DEFAULT), ORIGIN)
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text("utf-8")


def cells(page: str, start: str) -> str:
    """The text of the page from a heading to the next section."""
    part = page[page.index(start) :].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def test_the_numbers_are_strict_json_with_their_protocol_beside(folder: Path) -> None:
    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is no JSON")

    listed = json.loads((folder / "report.json").read_text("utf-8"), parse_constant=refuse)
    assert len(listed) == len(ROWS) + 1
    assert all(set(FIELDS.split()) <= set(one) for one in listed)
    assert listed[1]["value"] is None
    assert {one["verdict"] for one in listed} <= {*WORDS, None}
    assert listed[2]["others"]["shuffled pairs"]["n"] == 50
    about_it = json.loads((folder / "about.json").read_text("utf-8"))
    assert about_it["protocol_sha256"] == protocols.load(protocols.DEFAULT).hash
    assert about_it["facts"] == [["Real images", "9, fingerprint ab"]]
    assert "numpy" in about_it["software"]


def test_everyone_stands_in_one_table(page: str) -> None:
    table = cells(page, '<section id="all"')
    heads = ("this cohort", "other real images", "bad reference", "phantoms", "shuffled pairs")
    assert [table.index(head) for head in heads] == sorted(table.index(head) for head in heads)
    line = table[table.index(TITLES["mask-agreement"][0]) :]
    assert [found in line for found in ("0.0200", "1.00", "0.700", "0.970", "n 50")] == [True] * 5


def test_groups_have_their_gap_and_their_worst(page: str) -> None:
    told = cells(page, '<section id="groups"')
    for words in (
        "By finding",
        "n 25",
        "not estimable 9 subjects",
        "Gap 0.100",
        "Worst none none",
        "Not by sex.",
    ):
        assert words in told


def test_only_the_three_words_are_verdicts(page: str) -> None:
    chips = set(re.findall(r'class="chip [a-z]+">([^<]+)<', page))
    words = set(re.findall(r'class="word">([^<]+)<', page))
    assert chips | words <= {*WORDS, "no verdict"}
    assert {"between", "within floor", "no verdict"} <= words
    assert "cannot be told apart" in page


def test_what_nobody_was_put_through_is_one_line() -> None:
    assert unmeasured(ROWS[:1]) == ""
    assert unmeasured(ROWS[:5]).startswith("Not measured: Copies of training images (training images: give")


def test_measures_of_teeth_are_not_asked_of_a_chest() -> None:
    card = MEASURES.card("prompt-adherence")
    assert applies(card, "panoramic")
    assert not applies(card, "chest")
    assert applies(MEASURES.card("kid"), "chest")


def test_every_measure_has_a_name_for_people() -> None:
    assert {name for name in MEASURES if name not in TITLES} == set()


def test_a_cost_that_nobody_told_is_said_so(page: str) -> None:
    assert "3.50" in cells(page, '<section id="cost"')
    nothing = replace(COST[0], estimate=replace(NOT_ESTIMABLE, notes=("not told: no file",)))
    assert cost_table((nothing,)) == Prose("What the cohort cost is not told: no file.")


def test_groups_without_any_value_are_one_sentence(outcome: Outcome) -> None:
    def blocks(found: tuple[Row, ...]) -> tuple[Block, ...]:
        return group_blocks(replace(outcome, rows=found, undivided=""))

    few = replace(NOT_ESTIMABLE, notes=("not estimable: 3 subjects",))
    rows = (
        row("kid", about(0.4), group="sex=F"),
        row("kid", few, group="sex=M"),
        row("kid", few, group="gap of sex", bad=NOT_ESTIMABLE),
    )
    kinds = [block.kind for block in blocks(rows)]
    assert kinds == ["prose", "table", "prose", "prose"]
    assert blocks(rows)[2] == Prose("Not estimable by sex: M (3 subjects).")
    assert [block.kind for block in blocks(rows[1:])][:2] == ["prose", "prose"]


def test_the_page_asks_nobody_and_names_nothing_twice(page: str) -> None:
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page) == []
    assert "@import" not in page and "<script" not in page
    # Drawings share the shape of their ticks, under one name.
    names = re.findall(r' id="([^"]+)"', re.sub(r"<defs>.*?</defs>", "", page, flags=re.DOTALL))
    assert len(set(names)) == len(names)
