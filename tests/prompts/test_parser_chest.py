"""What people write of chest radiographs, and the captions of QaTa-COV19."""

from __future__ import annotations

import pytest

from diptych.prompts.parser import parse
from diptych.records import Finding
from diptych.records.vocabulary import ZONES


def opacity(*zones: str) -> set[Finding]:
    return {Finding("opacity", zone) for zone in zones}


def lung(side: str) -> set[Finding]:
    return opacity(*(zone for zone in ZONES if zone.startswith(side)))


CAPTIONS = {
    "Bilateral pulmonary infection, two infected areas, upper left lung and upper right lung.": (
        2,
        opacity("left upper", "right upper"),
    ),
    "Unilateral pulmonary infection, two infected areas, middle lower left lung.": (
        2,
        opacity("left middle", "left lower"),
    ),
    "Unilateral pulmonary infection, one infected area, all left lung.": (1, lung("left")),
    "Bilateral pulmonary infection, two infected areas, all left lung and all right lung.": (
        2,
        lung("left") | lung("right"),
    ),
    "Bilateral pulmonary infection, two infected areas, middle lower left lung and "
    "upper middle lower right lung.": (
        2,
        opacity("left middle", "left lower") | lung("right"),
    ),
    "Bilateral pulmonary infection, three infected areas, upper lower left lung and lower right lung.": (
        3,
        opacity("left upper", "left lower", "right lower"),
    ),
}


@pytest.mark.parametrize("text", CAPTIONS)
def test_captions_of_qata(text: str) -> None:
    count, findings = CAPTIONS[text]
    reading = parse(text)
    assert (reading.body, reading.findings, reading.counts) == ("chest", findings, {"opacity": count})
    assert reading.notes == ()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            "Unilateral pulmonary infection, three infected areas, upper left lung.",
            "stated: 3; zones named: 1",
        ),
        (
            "Bilateral pulmonary infection, one infected area, upper left lung and upper right lung.",
            "zones named: 2",
        ),
        (
            "Unilateral pulmonary infection, two infected areas, upper left lung and upper right lung.",
            "unilateral",
        ),
        ("Bilateral pulmonary infection, one infected area, upper left lung.", "only the left"),
        ("Chest radiograph, opacity in the left lung", "all of it"),
        ("Chest radiograph, lower zone opacity", "side"),
        ("Bilateral opacities, chest", "all zones"),
        ("Chest radiograph, no effusion. Effusion.", "both stated and denied"),
    ],
)
def test_what_does_not_fit_is_reported(text: str, part: str) -> None:
    assert any(part in problem for problem in parse(text).problems)


UNDERSTOOD = {
    "Normal": set(),
    "No finding": set(),
    "Clear lungs, no effusion": set(),
    "no effusion, cardiomegaly": {Finding("cardiomegaly")},
    "cardiomegaly, no effusion or pneumothorax": {Finding("cardiomegaly")},
    "No effusion, edema or pneumothorax. Pneumonia.": {Finding("pneumonia")},
    "without cardiomegaly, with effusion": {Finding("effusion")},
    "Effusion is not seen; pneumothorax absent": set(),
    "lungs are clear of effusion or consolidation": set(),
    "left pleural effusion and right pneumothorax": {
        Finding("effusion", "left"),
        Finding("pneumothorax", "right"),
    },
    "Effusion and pneumothorax on the left": {Finding("effusion", "left"), Finding("pneumothorax", "left")},
    "bilateral pleural effusions": {Finding("effusion", "left"), Finding("effusion", "right")},
    "right-sided effusion": {Finding("effusion", "right")},
    "opacities in both lower zones": opacity("left lower", "right lower"),
    "Bibasilar opacities": opacity("left lower", "right lower"),
    "right upper and lower zone opacities": opacity("right upper", "right lower"),
    "right and left upper zone opacities": opacity("right upper", "left upper"),
    "upper and middle left lung opacities": opacity("left upper", "left middle"),
    "Opacity at the left base and apex": opacity("left lower", "left upper"),
    "opacity throughout the right lung": lung("right"),
    "right middle lobe pneumonia": opacity("right middle") | {Finding("pneumonia")},
    "consolidation in the right upper lobe": opacity("right upper") | {Finding("consolidation")},
    "opacity in the left upper zone, left effusion": opacity("left upper") | {Finding("effusion", "left")},
    "effusion, right upper zone opacity": opacity("right upper") | {Finding("effusion")},
    "opacity in the left lung, cardiomegaly": lung("left") | {Finding("cardiomegaly")},
    "heart is enlarged": {Finding("cardiomegaly")},
    "ground-glass opacities": {Finding("ground glass")},
    "COVID-19": {Finding("covid-19")},
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_understood(text: str) -> None:
    reading = parse(text, "chest")
    assert reading.findings == UNDERSTOOD[text]
    assert reading.unknown == ()


def test_denials_and_counts_are_kept() -> None:
    reading = parse(
        "Chest radiograph: three nodules, no pleural effusion, two opacities in the left lung zones"
    )
    assert reading.absent == {Finding("effusion")}
    assert reading.counts == {"nodule": 3, "opacity": 2}


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("PA chest radiograph of a 52-year-old male patient", {"view": "PA", "age": "52", "sex": "M"}),
        ("AP view of the chest, girl aged 9", {"view": "AP", "age": "9", "sex": "F", "age_group": "child"}),
        ("Lateral chest X-ray of an adult", {"view": "lateral", "age_group": "adult"}),
        ("Female, 45 years, chest radiograph", {"sex": "F", "age": "45"}),
        ("18-month-old infant, chest film", {"age": "1", "age_group": "child"}),
        ("Frontal chest radiograph, cough for 3 years", {}),
    ],
)
def test_groups_are_read(text: str, groups: dict[str, str]) -> None:
    assert parse(text).groups == groups


def test_unknown_words_of_a_note_are_listed() -> None:
    reading = parse("Chest X-ray: portable film after thoracotomy, left pneumothorx, small effusion")
    assert reading.findings == {Finding("effusion")}
    assert reading.unknown == ("portable", "after", "thoracotomy", "pneumothorx", "small")
    assert reading.suggestions == {"pneumothorx": "pneumothorax"}


def test_an_effusion_of_the_heart_is_not_one_of_the_lungs() -> None:
    assert parse("Chest radiograph, pericardial effusion").findings == set()


def test_a_word_of_the_other_body_region_is_reported() -> None:
    reading = parse("chest radiograph, caries")
    assert reading.unknown == ("caries",)
    assert any("panoramic" in problem for problem in reading.problems)
