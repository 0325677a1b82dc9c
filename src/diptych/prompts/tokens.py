"""A sentence as words, numbers and stops: the one splitting that parser and text encoder share."""

from __future__ import annotations

import unicodedata

STOPS = frozenset(".,;:()")
"""The punctuation that survives; everything else that is not a letter or digit separates words."""

ENOUGH = 96
"""The words that a text encoder reads; the grammar keeps to it unless there is too much to say."""

RANGE = "-"
"""A dash between two numbers ("11-18"); a dash elsewhere only separates words."""

_AS = {"\u2013": "-", "\u2014": "-", "\u2212": "-", "?": ".", "!": ".", "[": "(", "]": ")", "\u2019": "'"}


def split(text: str) -> tuple[str, ...]:
    """Lower-case words, whole numbers ("18", "3.5"), single stops and number dashes, in order.

    "52-year-old" gives ("52", "year", "old"); "COVID-19" gives ("covid", "19").
    """
    text = "".join(_AS.get(letter, letter) for letter in unicodedata.normalize("NFKC", text))
    found: list[str] = []
    at = 0
    while at < len(text):
        end = _run(text, at)
        if end > at:
            found.append(text[at:end].lower())
            at = end
            continue
        if _is_stop(text, at):
            found.append(text[at])
        elif text[at] == "-" and _between_numbers(text, at):
            found.append(RANGE)
        at += 1
    return tuple(found)


def _run(text: str, at: int) -> int:
    """The end of the word or number that begins at `at`; `at` itself if none does."""
    end = at
    while end < len(text) and (text[end].isalnum() or _inside(text, at, end)):
        end += 1
    return end


def _inside(text: str, at: int, end: int) -> bool:
    """Whether the mark at `end` belongs to the word: a decimal point or an apostrophe."""
    if end == at or end + 1 >= len(text) or not text[end + 1].isalnum():
        return False
    if text[end] == ".":
        return text[at:end].isdigit() and text[end + 1].isdigit()
    return text[end] == "'"


def _is_stop(text: str, at: int) -> bool:
    """A stop ends something; a full stop inside "e.coli" or "a.p." does not."""
    if text[at] != ".":
        return text[at] in STOPS
    return at + 1 >= len(text) or not (text[at + 1].islower() or text[at + 1].isdigit())


def _between_numbers(text: str, at: int) -> bool:
    before, after = text[:at].rstrip(), text[at + 1 :].lstrip()
    return bool(before and after) and before[-1].isdigit() and after[0].isdigit()
