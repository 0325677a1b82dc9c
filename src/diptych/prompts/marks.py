"""A sentence as marks: phrases of the lexicon, numbers, stops and unknown words, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from diptych.base.errors import DiptychError
from diptych.prompts import lexicon, tokens
from diptych.records.vocabulary import BODIES

EXAMPLES = {
    "panoramic": "Panoramic radiograph, teeth 18 and 28 missing.",
    "chest": "PA chest radiograph, opacity in the right lower zone.",
}


DIGITS = 6
"""Longer numbers count nothing in an image; they are words that are not known."""


@dataclass(frozen=True)
class Mark:
    """One understood phrase: its kind and value (see `lexicon.Term`) and its own words."""

    kind: str
    value: str
    plural: bool
    text: str


def match(words: Sequence[str], body: str) -> list[Mark]:
    """The words as marks, the longest phrase first; a word that fits nothing becomes `unknown`."""
    found: list[Mark] = []
    at = 0
    while at < len(words):
        mark, length = _longest(words, at, body)
        found.append(mark)
        at += length
    return found


def _longest(words: Sequence[str], at: int, body: str) -> tuple[Mark, int]:
    word = words[at]
    for phrase, term in lexicon.index(body).get(word, ()):
        if tuple(words[at : at + len(phrase)]) == phrase:
            return Mark(term.kind, term.value, term.plural, " ".join(phrase)), len(phrase)
    if word in tokens.STOPS:
        return Mark("stop", word, False, word), 1
    if word.isdecimal() and word.isascii() and len(word) <= DIGITS:
        return Mark("number", word, False, word), 1
    return Mark("unknown", word, False, word), 1


def guess_body(words: Sequence[str]) -> str:
    """The body region that most words are about, the first named winning a tie.

    Raises `DiptychError` when no word tells.
    """
    if body := told_body(words):
        return body
    examples = " or ".join(repr(example) for example in EXAMPLES.values())
    raise DiptychError.of(
        "prompt", "does not say whether it is panoramic or chest", f"write for example {examples}"
    )


def told_body(words: Sequence[str]) -> str:
    """The body region that most words are about, the first named winning a tie; "" when no word tells."""
    told = [body for word in words for body in BODIES if word in lexicon.telling(body)]
    return max(dict.fromkeys(told), key=told.count, default="")


def other_body(word: str, body: str) -> str:
    """The other body region, if the word belongs to its vocabulary alone; "" otherwise."""
    return next((other for other in BODIES if other != body and word in lexicon.telling(other)), "")


def suggest(word: str, body: str) -> str:
    """The known word that a misspelt one most resembles; "" when none does or the word itself is known."""
    if len(word) < 4 or not word.isalpha() or word in lexicon.words(body) or other_body(word, body):
        return ""
    near = get_close_matches(word, sorted(lexicon.words(body)), n=1, cutoff=0.8)
    return near[0] if near else ""
