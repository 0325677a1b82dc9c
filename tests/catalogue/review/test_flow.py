"""The PRISMA flow: numbers that add up or are refused, and their drawing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from diptych.base.errors import DiptychError
from diptych.catalogue.review import (
    Arm,
    Count,
    Flow,
    Search,
    check_flow,
    count_flow,
    draw_prisma,
    flow_json,
    import_searches,
    open_review,
    read_flow,
)
from diptych.catalogue.review.deduplicating import remove_duplicates

from .conftest import TITLES, Say, export

ARM = Arm(
    identified=(Count(name="PubMed", n=60), Count(name="Scopus", n=40)),
    registers=(Count(name="ClinicalTrials.gov", n=5),),
    duplicates=20, ineligible=2, removed=3, screened=80, excluded=50, sought=30, missing=2, assessed=28,
    ruled_out=(Count(name="No images", n=10), Count(name="Not public", n=8)), included=10,
)  # fmt: skip
FLOW = Flow(title="Organs", databases=ARM, new_studies=9, new_reports=10, total_studies=9, total_reports=10)
SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def everyone(say: Say, stage: str, said: dict[str, object]) -> None:
    for reviewer in ("anna", "bert"):
        say(stage, reviewer, said)


@pytest.fixture
def done(folder: Path, tmp_path: Path, say: Say) -> Path:
    """Round 1 of five records and a duplicate; round 2 with one record of a database and two of websites."""
    import_searches([export(tmp_path / "b.ris", TITLES[0])], folder, Search(source="Scopus"))
    remove_duplicates(open_review(folder), "2026-01-02")
    everyone(
        say, "screening", {"alpha": "include", "beta": "include", "gamma": "include", "delta": "include"}
    )
    everyone(say, "screening", {"epsilon": "exclude"})
    say("retrieval", "anna", {"delta": "missing"})
    everyone(say, "eligibility", {"alpha": "include", "beta": "include", "gamma": ("exclude", "No images")})
    return folder


def test_the_log_is_counted(done: Path) -> None:
    flow = count_flow(open_review(done))
    assert flow.databases == Arm(
        identified=(Count(name="PubMed", n=5), Count(name="Scopus", n=1)),
        duplicates=1, screened=5, excluded=1, sought=4, missing=1, assessed=3,
        ruled_out=(Count(name="No images", n=1),), included=2,
    )  # fmt: skip
    assert (flow.new_studies, flow.total_reports, flow.previous_reports) == (2, 2, 0)


def test_an_update_knows_what_was_before_and_rounds_add_up(done: Path, tmp_path: Path, say: Say) -> None:
    web = export(tmp_path / "web.ris", "Eta of skin", "Theta of bones")
    import_searches([export(tmp_path / "c.ris", "Zeta of ears")], done, Search(round=2))
    import_searches([web], done, Search(source="Websites", channel="website"))
    everyone(say, "screening", {"zeta": "include", "eta": "include", "theta": "exclude"})
    everyone(say, "eligibility", {"zeta": "include", "eta": "include"})
    review = open_review(done)
    first, second, all_of_them = (count_flow(review, n) for n in (1, 2, None))
    assert first == replace(count_flow(review, 1)) and first.previous_reports == 0
    assert (second.previous_reports, second.new_reports, second.total_reports) == (2, 2, 4)
    assert second.others.identified == (Count(name="Websites", n=2),) and second.others.excluded == 1
    for name in ("screened", "excluded", "sought", "missing", "assessed", "included", "duplicates"):
        assert getattr(all_of_them.databases, name) == sum(
            getattr(f.databases, name) for f in (first, second)
        )
    assert "Total studies included in" in words(draw_prisma(second))
    with pytest.raises(DiptychError, match="has no round 3"):
        count_flow(review, 3)


def test_reports_of_one_study_count_once(folder: Path, say: Say, tmp_path: Path) -> None:
    from diptych.catalogue.review import Sitting, Verdict, decide

    everyone(say, "screening", dict.fromkeys(("alpha", "beta"), "include"))
    everyone(say, "screening", dict.fromkeys(("gamma", "delta", "epsilon"), "exclude"))
    for reviewer in ("anna", "bert"):
        told = [Verdict(record=f"rossi2023{n}", word="include", study="Trial 1") for n in ("alpha", "beta")]
        decide(open_review(folder), Sitting(stage="eligibility", reviewer=reviewer, date="2026-01-01"), told)
    flow = count_flow(open_review(folder))
    assert (flow.total_studies, flow.total_reports) == (1, 2)


def test_open_records_are_refused_with_the_sums(say: Say) -> None:
    say("screening", "anna", {"alpha": "include", "beta": "include"})
    review = say("screening", "bert", {"alpha": "include", "beta": "exclude"})
    with pytest.raises(DiptychError) as caught:
        count_flow(review)
    said = [str(problem) for problem in caught.value.problems]
    assert "identified less removed is 5, but screened is 2: 3 unscreened (rossi2023gamma" in said[0]
    assert "screened less excluded is 2, but sought is 1: 1 screening conflict (rossi2023beta)" in said[1]
    assert "sought less not retrieved is 1, but assessed is 0: 1 unassessed" in said[2]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            replace(FLOW, databases=replace(ARM, duplicates=19)),
            "identified 105 - removed 24 = 81, but screened is 80",
        ),
        (
            replace(FLOW, databases=replace(ARM, excluded=51)),
            "screened 80 - excluded 51 = 29, but sought is 30",
        ),
        (
            replace(FLOW, databases=replace(ARM, missing=0)),
            "sought 30 - not retrieved 0 = 30, but assessed is 28",
        ),
        (
            replace(FLOW, databases=replace(ARM, ruled_out=())),
            "assessed 28 - excluded 0 = 28, but included is 10",
        ),
        (replace(FLOW, total_studies=8), "previous and new studies = 9, but total studies is 8"),
        (replace(FLOW, new_studies=11, total_studies=11), "new: 11 studies cannot have 10 reports"),
        (replace(FLOW, new_reports=11), "included by each way = 10, but new reports is 11"),
        (replace(FLOW, databases=replace(ARM, ineligible=-2, duplicates=24)), "ineligible is -2"),
    ],
)
def test_sums_that_do_not_add_up(broken: Flow, said: str) -> None:
    with pytest.raises(DiptychError, match=re.escape(said)):
        draw_prisma(broken)


def test_counts_go_to_a_file_and_back(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_text(json.dumps(flow_json(FLOW)))
    assert read_flow(path) == FLOW
    for text, said in (
        ("[]", "expected an object"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        (json.dumps(flow_json(FLOW) | {"extra": 1}), "unknown field"),
        (json.dumps(flow_json(FLOW) | {"new_studies": "9"}), "expected a whole number"),
        (json.dumps(flow_json(FLOW) | {"new_studies": True}), "expected a whole number"),
    ):
        path.write_text(text)
        with pytest.raises(DiptychError, match=said):
            read_flow(path)


def test_the_drawing_says_every_number() -> None:
    told = " ".join(words(draw_prisma(FLOW)))
    for phrase in (
        "PubMed (n = 60)", "Databases (n = 100)", "Registers (n = 5)", "Duplicate records (n = 20)",
        "Records screened (n = 80)", "Records excluded (n = 50)", "Reports not retrieved (n = 2)",
        "Not public (n = 8)", "Identification", "Screening", "Included",
    ):  # fmt: skip
        assert phrase in told
    assert "other methods" not in told and "Previous studies" not in told


def test_the_drawing_is_told_to_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(draw_prisma(FLOW))
    named = {node.get("id") for node in root if node.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.get("role") == "img" and set((root.get("aria-labelledby") or "").split()) == named
    assert "105 records identified, 25 removed before screening, 80 screened" in (root[1].text or "")


def test_text_becomes_no_markup() -> None:
    nasty = "</text><script>alert(1)</script><image href='x' onerror=\"y\"/>\x00\x1b\u202e]]>&amp;"
    arm = replace(ARM, identified=(Count(name=nasty, n=100),), ruled_out=(Count(name=nasty, n=18),))
    svg = draw_prisma(replace(FLOW, title=nasty, databases=arm, others=Arm()))
    tags = {node.tag.removeprefix(SVG) for node in ElementTree.fromstring(svg).iter()}
    assert tags == {"svg", "title", "desc", "rect", "text", "polyline", "polygon"}
    assert not re.search(r"[\x00\x1b\u202e]|<script|onerror=\"", svg)


def test_many_and_long_reasons_stay_within_the_drawing() -> None:
    many = (*(Count(name=f"Reason {n} " + "x" * 300, n=1) for n in range(1000)),)
    arm = replace(ARM, identified=(Count(name="y", n=1087),), screened=1067, excluded=37, sought=1030)
    arm = replace(arm, missing=20, assessed=1010, ruled_out=many)
    svg = draw_prisma(replace(FLOW, databases=arm))
    assert "980 others (n = 980)" in " ".join(words(svg)) and len(svg) < 60_000
    root = ElementTree.fromstring(svg)
    width, height = (float(root.get(side) or 0) for side in ("width", "height"))
    for box in root.iter(f"{SVG}rect"):
        if box.get("x"):
            assert float(box.get("x") or 0) + float(box.get("width") or 0) <= width
            assert float(box.get("y") or 0) + float(box.get("height") or 0) <= height


def test_boxes_do_not_overlap(done: Path) -> None:
    others = Arm(
        identified=(Count(name="Websites", n=3),), screened=3, excluded=1, sought=2, assessed=2, included=2
    )
    flow = replace(FLOW, others=others, new_reports=12, previous_studies=4, previous_reports=5)
    svg = draw_prisma(replace(flow, total_studies=13, total_reports=17))
    rects = [node for node in ElementTree.fromstring(svg).iter(f"{SVG}rect") if node.get("x")]
    frames = [tuple(float(r.get(k) or 0) for k in ("x", "y", "width", "height")) for r in rects]
    for n, (x, y, w, h) in enumerate(frames):
        for a, b, c, d in frames[:n]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y


def test_an_empty_flow_is_drawn() -> None:
    check_flow(Flow(title="Nothing yet", databases=Arm()))
    assert "Records identified from:" in words(draw_prisma(Flow(title="Nothing yet", databases=Arm())))
