"""What people write of panoramic radiographs."""

from __future__ import annotations

import pytest

from diptych.base.errors import DiptychError
from diptych.prompts.parser import parse
from diptych.prompts.teeth import FDI, LOWER, UPPER, span
from diptych.records import Finding


def on(name: str, *teeth: int) -> set[Finding]:
    return {Finding(name, str(tooth)) for tooth in teeth}


WISDOM = (18, 28, 38, 48)
UNDERSTOOD = {
    "tooth 36 missing": on("missing", 36),
    "missing teeth 18,28,38,48": on("missing", *WISDOM),
    "18, 28, 38 and 48 are missing": on("missing", *WISDOM),
    "Upper right third molar": set(),
    "all wisdom teeth missing": on("missing", *WISDOM),
    "All four third molars are impacted.": on("impacted", *WISDOM),
    "impacted wisdom teeth 38 and 48": on("impacted", 38, 48),
    "impacted upper right canine (13)": on("impacted", 13),
    "Bilateral impacted lower third molars": on("impacted", 38, 48),
    "edentulous maxilla": on("missing", *UPPER),
    "lower jaw edentulous": on("missing", *LOWER),
    "edentulous patient, OPG": on("missing", *FDI),
    "no teeth": on("missing", *FDI),
    "no wisdom teeth, no missing premolars": on("missing", *WISDOM),
    "full set of 32 teeth": set(),
    "no teeth missing": set(),
    "28 teeth: 18, 28, 38, 48 missing": on("missing", *WISDOM),
    "teeth 11 to 18 missing": on("missing", *range(11, 19)),
    "teeth 11-13 missing, 22-24 crowned": on("missing", 11, 12, 13) | on("crown", 22, 23, 24),
    "teeth 13 to 23 missing": on("missing", *span(13, 23)),
    "only teeth 33 to 43 present": on("missing", *set(FDI) - set(span(33, 43))),
    "all teeth except 11 and 21 missing": on("missing", *set(FDI) - {11, 21}),
    "all teeth present except 46": on("missing", 46),
    "no caries except in tooth 36": on("caries", 36),
    "upper right first and second molars missing": on("missing", 16, 17),
    "upper and lower first premolars extracted": on("missing", 14, 24, 34, 44),
    "upper right first molar and lower left second premolar filled": on("restoration", 16, 35),
    "lower right quadrant missing": on("missing", *range(41, 49)),
    "upper left 6 missing": on("missing", 26),
    "Fillings in 16, 17 and 26.": on("restoration", 16, 17, 26),
    "Fillings and crowns on teeth 36, 37": on("restoration", 36, 37) | on("crown", 36, 37),
    "tooth 36 with caries, a crown and a root canal filling": on("caries", 36)
    | on("crown", 36)
    | on("root canal", 36),
    "tooth 36: caries, crown; 37: filling": on("caries", 36) | on("crown", 36) | on("restoration", 37),
    "Tooth 36 has deep caries, 46 is root canal treated": on("deep caries", 36) | on("root canal", 46),
    "caries in 36, tooth 38 impacted": on("caries", 36) | on("impacted", 38),
    "16 crown, 17 filling, 18 missing": on("crown", 16) | on("restoration", 17) | on("missing", 18),
    "crown 16, filling 17, missing 18": on("crown", 16) | on("restoration", 17) | on("missing", 18),
    "tooth 36 extracted and replaced by an implant": on("missing", 36) | on("implant", 36),
    "periapical radiolucency of 46": on("periapical lesion", 46),
    "restorations": {Finding("restoration")},
    "Dental implants, braces, more than 32 teeth": {
        Finding("implant"),
        Finding("appliance"),
        Finding("supernumerary"),
    },
    "OPG without restorations and with a dental appliance": {Finding("appliance")},
    "teeth 18 and 28 missing, restorations": on("missing", 18, 28) | {Finding("restoration")},
    "teeth 18 and 28 missing, implant at 36, implants": on("missing", 18, 28)
    | on("implant", 36)
    | {Finding("implant")},
    "No upper right first molar. Implant at 16.": on("missing", 16) | on("implant", 16),
    "teeth 36 and 37 without caries, tooth 38 absent": on("missing", 38),
    "Restorations absent": set(),
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_understood(text: str) -> None:
    reading = parse(text, "panoramic")
    assert reading.findings == UNDERSTOOD[text]
    assert reading.unknown == ()


def test_denials_are_kept() -> None:
    reading = parse("Panoramic radiograph, no caries in tooth 36, without restorations, no appliance")
    assert reading.findings == set()
    assert reading.absent == {Finding("caries", "36"), Finding("restoration"), Finding("appliance")}


def test_groups_are_read() -> None:
    reading = parse("OPG of a 12-year-old girl, full set of 32 teeth")
    assert reading.groups == {"age": "12", "sex": "F", "age_group": "child"}
    assert reading.counts == {"teeth": 32}


@pytest.mark.parametrize(
    ("text", "culprit", "remedy"),
    [
        ("tooth 19", "tooth 19", "FDI 36"),
        ("Panoramic radiograph, teeth 18 and 29 missing", "tooth 29", "11-18"),
        ("missing 91", "tooth 91", "11-18"),
        ("caries: 36, 40", "tooth 40", "41-48"),
        ("tooth 55 missing", "tooth 55", "permanent"),
        ("teeth 13 to 33 missing", "teeth 13 to 33", "each jaw"),
    ],
)
def test_a_tooth_that_does_not_exist_is_named(text: str, culprit: str, remedy: str) -> None:
    with pytest.raises(DiptychError) as caught:
        parse(text, "panoramic")
    (problem,) = caught.value.problems
    assert problem.where == culprit
    assert remedy in problem.remedy
    assert "\n" not in str(caught.value)


def test_all_wrong_teeth_are_named_at_once() -> None:
    with pytest.raises(DiptychError) as caught:
        parse("teeth 19 and 20 missing, tooth 99 crowned")
    assert [problem.where for problem in caught.value.problems] == ["tooth 19", "tooth 20", "tooth 99"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("28 teeth", "28 teeth stated"),
        ("27 teeth: 18, 28, 38, 48 missing", "27 teeth stated"),
        ("5 teeth missing: 18, 28", "5"),
        ("20 teeth missing", "which?"),
        ("caries", "which tooth?"),
        ("two wisdom teeth missing", "say which of 18, 28, 38, 48"),
        ("upper molar missing", "names 6 teeth"),
        ("teeth 18 and 28", "nothing is said"),
        ("no restorations, restorations", "both stated and denied"),
        ("9-year-old adult, OPG", "do not agree"),
        ("OPG, pneumonia", "chest"),
    ],
)
def test_what_does_not_fit_is_reported(text: str, part: str) -> None:
    assert any(part in note for note in parse(text, "panoramic").notes)


def test_misspellings_are_reported_with_a_suggestion() -> None:
    reading = parse("Panoramic radiograph, resotrations, cariess on tooth 36, sparkles")
    assert reading.findings == set()
    assert reading.unknown == ("resotrations", "cariess", "sparkles")
    assert reading.suggestions == {"resotrations": "restorations", "cariess": "caries"}
    assert "unknown word 'cariess': did you mean 'caries'?" in reading.notes


def test_words_that_the_model_cannot_show_are_not_swallowed() -> None:
    assert parse("Panoramic radiograph, severe caries on tooth 36").unknown == ("severe",)


@pytest.mark.parametrize("text", ["", "   ", "...", " ,;: "])
def test_an_empty_sentence_is_refused(text: str) -> None:
    with pytest.raises(DiptychError, match="is empty"):
        parse(text)


def test_a_sentence_about_nothing_known_is_refused() -> None:
    with pytest.raises(DiptychError, match="panoramic or chest"):
        parse("a dog in a park")
    with pytest.raises(DiptychError, match="knee"):
        parse("a knee", "knee")


@pytest.mark.parametrize("text", ["{} teeth, 36 missing", "tooth {} missing", "{}-38 missing", "36 {} crown"])
def test_a_number_of_any_length_is_a_word_that_is_not_known(text: str) -> None:
    notes = parse(text.format("9" * 5000), "panoramic").notes
    assert any("unknown word '999" in note for note in notes)
    assert all(len(note) < 200 for note in notes)
