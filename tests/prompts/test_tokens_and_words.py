"""Sentences as words, and words as numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.prompts import lexicon, tokens
from diptych.prompts.grammar import render
from diptych.prompts.words import PAD, UNKNOWN, Vocabulary
from diptych.records import FDI, Finding
from diptych.records.vocabulary import BODIES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("52-year-old", "52 year old"),
        ("COVID-19, e.coli.", "covid 19 , e coli ."),
        ("teeth 11-18; 21 \u2013 28", "teeth 11 - 18 ; 21 - 28"),
        ("CRP 3.5 mg/l. Visible.The", "crp 3.5 mg l . visible . the"),
        ("X-ray (patient's)?", "x ray ( patient's ) ."),
    ],
)
def test_splitting(text: str, words: str) -> None:
    assert tokens.split(text) == tuple(words.split())


@given(st.text(max_size=200))
def test_any_text_splits_and_encodes(text: str) -> None:
    vocabulary = Vocabulary(("a", "tooth", "18"))
    numbers = vocabulary.encode(text, 16)
    words = tokens.split(text)
    assert numbers.shape == (16,) and numbers.dtype == np.int64
    assert all(number != PAD for number in numbers[: len(words)])
    assert not numbers[len(words) :].any()
    assert len(vocabulary.overflow(text, 16)) == max(len(words) - 16, 0)


def test_encoding_names_every_word() -> None:
    vocabulary = Vocabulary(("tooth", "18", "missing"))
    assert len(vocabulary) == 5
    assert vocabulary.encode("Tooth 18 xyz missing", 6).tolist() == [2, 3, UNKNOWN, 4, PAD, PAD]
    assert vocabulary.unknown("Tooth 99 xyz xyz") == ("99", "xyz")
    assert vocabulary.overflow("tooth 18 missing", 2) == ("missing",)


def test_the_list_survives_json() -> None:
    standard = Vocabulary.standard()
    again = Vocabulary(json.loads(json.dumps(standard.words)))
    text = render("chest", {Finding("opacity", "left upper")}, {"age": "61"}, 3)
    assert again.words == standard.words
    assert (again.encode(text) == standard.encode(text)).all()


def test_a_list_that_repeats_itself_is_refused() -> None:
    with pytest.raises(DiptychError, match="twice"):
        Vocabulary(("tooth", "tooth"))


@pytest.mark.parametrize("body", BODIES)
def test_the_standard_list_knows_the_lexicon_the_teeth_and_every_age(body: str) -> None:
    vocabulary = Vocabulary.standard(body)
    phrases = " ".join(" ".join(words) for words, _ in lexicon.phrases(body))
    assert vocabulary.unknown(phrases) == ()
    assert vocabulary.unknown(" ".join(map(str, (*FDI, *range(121))))) == ()
    assert set(vocabulary.words) <= set(Vocabulary.standard().words)


def test_no_phrase_of_the_lexicon_has_two_meanings_in_one_section() -> None:
    for section, kinds in lexicon.table().items():
        seen: dict[str, str] = {}
        for kind, entry in kinds.items():
            for value, wordings in ({"": entry} if isinstance(entry, list) else entry).items():
                for wording in wordings:
                    meaning = f"{section} {kind} {value}"
                    assert seen.setdefault(wording.rstrip("*"), meaning) == meaning
