"""Other people's words in Diptych's vocabulary."""

from __future__ import annotations

import pytest

from diptych.base.errors import DiptychError
from diptych.prompts.parser import parse
from diptych.records import Finding
from diptych.sources.meaning import findings_of, groups_of, sentence


@pytest.mark.parametrize(
    ("body", "words", "findings"),
    [
        ("chest", "No Finding", []),
        ("chest", "Infiltration|Pleural_Thickening", ["infiltration", "pleural thickening"]),
        (
            "chest",
            "opacity right upper; effusion left;pneumonia",
            ["opacity right upper", "effusion left", "pneumonia"],
        ),
        ("chest", "Pleural effusion right | bacterial pneumonia|pneumonia", ["effusion right", "pneumonia"]),
        (
            "panoramic",
            "missing 18|deep caries 36|caries 37|fillings",
            ["missing 18", "deep caries 36", "caries 37", "restoration"],
        ),
        ("panoramic", "", []),
    ],
)
def test_findings(body: str, words: str, findings: list[str]) -> None:
    assert [str(finding) for finding in findings_of(body, words, "row")] == findings


def test_unknown_findings_are_all_named() -> None:
    with pytest.raises(DiptychError) as caught:
        findings_of("panoramic", "missing 19|caries|missing 18|tumour", "t.csv row 4, field labels")
    assert [problem.what for problem in caught.value.problems] == [
        "unknown panoramic finding 'missing 19'",
        "unknown panoramic finding 'caries'",
        "unknown panoramic finding 'tumour'",
    ]
    assert caught.value.problems[0].where == "t.csv row 4, field labels"


def test_groups() -> None:
    cells = {"view": "AP Supine", "sex": "male", "age": "54.0", "site": " Ulm "}
    assert groups_of(cells, "row") == {
        "view": "AP",
        "sex": "M",
        "age": "54",
        "age_group": "adult",
        "site": "Ulm",
    }
    assert groups_of({"view": "nan", "sex": "", "age": "?"}, "row") == {}
    assert groups_of({"age": "006M"}, "row") == {"age": "0", "age_group": "child"}
    assert groups_of({"age": "045Y"}, "row")["age"] == "45"
    assert groups_of({"age": "97"}, "row")["age"] == "90"
    with pytest.raises(DiptychError) as caught:
        groups_of({"view": "oblique", "sex": "x", "age": "old"}, "row 3")
    assert [problem.where for problem in caught.value.problems] == [
        "row 3, field view",
        "row 3, field sex",
        "row 3, field age",
    ]


@pytest.mark.parametrize("name", [f"image-{number}" for number in range(40)])
def test_sentences_say_what_is_known_and_deny_nothing(name: str) -> None:
    findings = (Finding("missing", "18"), Finding("restoration"))
    reading = parse(sentence("panoramic", findings, {}, name))
    assert reading.findings == frozenset(findings) and not reading.absent
    assert sentence("panoramic", findings, {}, name) == sentence("panoramic", findings, {}, name)


def test_no_sentence_where_nobody_looked() -> None:
    assert sentence("chest", (), {"findings": "unknown"}, "a") == ""
    assert parse(sentence("chest", (), {"view": "PA"}, "a")).groups == {"view": "PA"}
