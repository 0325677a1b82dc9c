"""Whatever the grammar writes, the parser reads back: every body, wording, finding and group."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.prompts import tokens
from diptych.prompts.grammar import FRAMES, render
from diptych.prompts.parser import parse
from diptych.prompts.words import Vocabulary
from diptych.records import Finding
from diptych.records.vocabulary import AGE_GROUPS, BODIES, SEXES, SITES, TEETH, VIEWS, age_group

VOCABULARY = Vocabulary.standard()
PLAIN = {Finding("missing", tooth) for tooth in ("18", "28", "38", "48")} | {Finding("restoration")}
BUSY = PLAIN | {
    Finding("caries", "36"),
    Finding("deep caries", "37"),
    Finding("crown", "16"),
    Finding("root canal", "16"),
    Finding("restoration", "26"),
    Finding("implant", "46"),
    Finding("missing", "46"),
    Finding("impacted", "23"),
    Finding("periapical lesion", "16"),
    Finding("appliance"),
}
SICK = {
    Finding("opacity", "right upper"),
    Finding("opacity", "left lower"),
    Finding("opacity"),
    Finding("effusion", "left"),
    Finding("effusion"),
    Finding("pneumothorax", "right"),
    Finding("cardiomegaly"),
    Finding("pneumonia"),
}


def findings_of(body: str) -> st.SearchStrategy[frozenset[Finding]]:
    pairs = [Finding(name, site) for name, sites in SITES[body].items() for site in sites]
    few = st.frozensets(st.sampled_from(pairs), max_size=10)
    if body == "chest":
        return few
    several_on_one = st.builds(
        lambda tooth, names: frozenset(Finding(name, tooth) for name in names),
        st.sampled_from(TEETH),
        st.sets(st.sampled_from([name for name, sites in SITES[body].items() if tooth_finding(sites)])),
    )
    missing = st.sets(st.sampled_from(TEETH)).map(
        lambda teeth: frozenset(Finding("missing", t) for t in teeth)
    )
    arches = st.sets(st.sampled_from("1234")).map(
        lambda quadrants: frozenset(Finding("missing", t) for t in TEETH if t[0] in quadrants)
    )
    return st.lists(st.one_of(few, several_on_one, missing, arches), max_size=3).map(
        lambda parts: frozenset().union(*parts)
    )


def tooth_finding(sites: tuple[str, ...]) -> bool:
    return "18" in sites


@st.composite
def groups_of(draw: st.DrawFn, body: str) -> dict[str, str]:
    groups = {}
    if draw(st.booleans()):
        groups["sex"] = draw(st.sampled_from(SEXES))
    if draw(st.booleans()):
        groups["age"] = str(draw(st.integers(0, 120)))
    if draw(st.booleans()):
        groups["age_group"] = (
            age_group(groups["age"]) if "age" in groups else draw(st.sampled_from(AGE_GROUPS))
        )
    if body == "chest" and draw(st.booleans()):
        groups["view"] = draw(st.sampled_from(VIEWS))
    return groups


def check(body: str, findings: frozenset[Finding], groups: Mapping[str, str], wording: int) -> str:
    text = render(body, findings, groups, wording)
    reading = parse(text)
    assert (reading.body, reading.findings, dict(reading.groups)) == (body, findings, groups), text
    assert not reading.notes, text
    assert not reading.findings & reading.absent, text
    assert not VOCABULARY.unknown(text), text
    return text


@pytest.mark.parametrize("body", BODIES)
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_what_is_rendered_is_read_back(body: str, data: st.DataObject) -> None:
    findings = data.draw(findings_of(body))
    check(body, findings, data.draw(groups_of(body)), data.draw(st.integers(0, 100_000)))


@pytest.mark.parametrize(
    ("body", "findings"),
    [
        ("panoramic", frozenset()),
        ("panoramic", PLAIN),
        ("panoramic", BUSY),
        ("chest", frozenset()),
        ("chest", SICK),
    ],
    ids=["full mouth", "plain mouth", "busy mouth", "normal chest", "sick chest"],
)
def test_every_frame_and_many_wordings(body: str, findings: frozenset[Finding]) -> None:
    texts = [check(body, frozenset(findings), {}, wording) for wording in range(12 * FRAMES)]
    assert len(set(texts)) >= 8
    check(body, frozenset(findings), {"sex": "F", "age": "34"}, 5)


def test_orders_vary_with_the_wording() -> None:
    texts = [render("panoramic", BUSY, {}, wording).lower() for wording in range(40)]
    first = {text.find("crown") < text.find("impact") for text in texts if "impact" in text}
    assert first == {True, False}


def test_the_plain_wording() -> None:
    assert (
        render("panoramic", PLAIN) == "Panoramic radiograph, teeth 18, 28, 38 and 48 missing, restorations."
    )
    assert render("panoramic", ()) == "Panoramic radiograph, full set of 32 teeth."
    assert render("chest", {Finding("opacity", "left upper")}, {"view": "PA", "age_group": "child"}) == (
        "PA chest radiograph of a child, opacity in the left upper zone."
    )


def test_the_same_arguments_give_the_same_sentence() -> None:
    shuffled = sorted(BUSY, key=lambda finding: hash((finding, "another order")))
    assert all(render("panoramic", BUSY, {}, w) == render("panoramic", shuffled, {}, w) for w in range(30))


def test_long_stories_are_told_briefly() -> None:
    long = {Finding("missing", tooth) for tooth in TEETH[::3]} | {
        Finding("restoration", t) for t in TEETH[1::3]
    }
    long |= {Finding("crown", tooth) for tooth in TEETH[2::5]} | {Finding("caries", t) for t in TEETH[2::7]}
    lengths = [len(tokens.split(check("panoramic", frozenset(long), {}, w))) for w in range(100)]
    assert max(lengths) <= tokens.ENOUGH
    everything = {
        Finding(name, tooth) for tooth in TEETH[::2] for name in ("caries", "crown", "implant", "impacted")
    }
    assert VOCABULARY.overflow(render("panoramic", everything, {}, 1))


def test_bad_input_is_named() -> None:
    with pytest.raises(DiptychError) as caught:
        render("chest", {Finding("caries", "36"), Finding("effusion", "right upper")})
    assert len(caught.value.problems) == 2
    for wrong in ({"sex": "female"}, {"view": "oblique"}):
        with pytest.raises(DiptychError, match="choose from"):
            render("chest", (), wrong)
    with pytest.raises(DiptychError, match="body"):
        render("knee", ())
    with pytest.raises(DiptychError, match="wording"):
        render("chest", (), {}, -1)


def test_groups_that_a_sentence_cannot_say_are_left_out() -> None:
    groups = {"view": "panoramic", "sex": "unknown", "age": "0.5", "scanner": "B"}
    assert render("panoramic", (), groups) == render("panoramic", ())
