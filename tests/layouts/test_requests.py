"""A list and a sentence are one request; what contradicts or is unknown is refused in one line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.layouts import draw_request, make_request, read_request
from diptych.prompts import render
from diptych.records import FDI, Finding

LIST = "32 teeth, 36 missing, 46 periapical lesion, 38 impacted, 26 crown"


def found(request):
    return {str(finding) for finding in request.findings}


def test_a_list_names_exceptions_from_a_full_set():
    request = read_request(LIST)
    assert request.body == "panoramic"
    assert found(request) == {"missing 36", "periapical lesion 46", "impacted 38", "crown 26"}
    assert set(FDI) - set(request.present) == {36}
    assert read_request("32 teeth").present == FDI


def test_the_list_and_its_sentence_are_one_request():
    assert read_request(read_request(LIST).text) == read_request(LIST)


def test_a_chest_list():
    request = read_request("PA, opacity left lower, effusion right, cardiomegaly", "chest")
    assert found(request) == {"opacity left lower", "effusion right", "cardiomegaly"}
    assert dict(request.groups) == {"view": "PA"} and request.present == ()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["panoramic", "chest"]), st.integers(0, 2**31), st.integers(0, 200))
def test_every_wording_of_a_request_is_read_back(body, seed, wording):
    request = draw_request(body, seed)
    text = render(body, request.findings, dict(request.groups), wording)
    assert read_request(text, body) == request


@pytest.mark.parametrize(
    ("text", "culprit"),
    [
        ("36 missing, 36 caries", "caries 36"),
        ("36 crown, 36 caries", "cannot be seen with crown 36"),
        ("36 impacted, 36 crown", "cannot be seen with impacted 36"),
        ("27 teeth, 36 missing", "27 teeth"),
        ("32 teeth, 36 cariess", "did you mean 'caries'"),
        ("tooth 19 missing", "tooth 19"),
        ("panoramic radiograph, implants", "has no gap"),
        ("edentulous, appliance", "no tooth to hold on to"),
        ("chest radiograph, nodule", "nodule"),
        ("chest radiograph, right opacity", "no zone"),
    ],
)
def test_contradictions_and_unknown_words_are_refused(text, culprit):
    with pytest.raises(DiptychError, match=culprit) as error:
        read_request(text)
    assert len(str(error.value).splitlines()) == len(error.value.problems) <= 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "32 teeth, 36 crown, 36 missing",
            "request '32 teeth, 36 crown, 36 missing', finding crown 36: lies on a tooth that is missing; ",
        ),
        ("32 teeth, 49 crown", "request '32 teeth, 49 crown', tooth 49: is not an FDI number; "),
        ("32 teeth 36 missing", "; set '32 teeth' apart by a comma, as in '32 teeth, 36 missing'"),
        ("0 teeth", "; write 'edentulous' if no tooth is left"),
        ("11 appliance", "appliance is said of the whole image: teeth 11 are not heard; "),
        ("36 supernumerary, 46 crown", "supernumerary is said of the whole image: teeth 36 are not heard; "),
    ],
)
def test_a_refusal_says_which_request_and_what_helps(text, line):
    with pytest.raises(DiptychError) as error:
        read_request(text, "panoramic")
    assert str(error.value).startswith(f"request {text!r}") and line in str(error.value)


def test_a_request_of_any_length_is_told_in_short():
    with pytest.raises(DiptychError) as error:
        read_request("32 teeth, " + "36 crown, " * 1000 + "36 missing")
    assert len(str(error.value)) < 200


def test_an_implant_makes_its_tooth_missing():
    assert found(make_request("panoramic", [Finding("implant", "36")])) == {"implant 36", "missing 36"}
