"""Slips of the pen: one letter changed, left out, doubled or swapped here and there, wherever spaces fall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from diptych.base.optional import optional

MOST_SLIPS = 6
"""Slips that one title may have; more is another title."""
APART = 2
"""Equal letters between two slips; what stands closer is one change, and that is another word."""
LETTERS_A_SLIP = 8
"""Letters that a text must have for each slip."""


STOP_WORDS = frozenset(
    re.findall(r"\w+", "a an the of for and in on with from to by using via based through towards toward")
)


OTHER = frozenset(
    re.findall(
        r"(\w+ \w+)",
        "afferent efferent, abduction adduction, ileum ilium, ileal ilial, perineal peroneal, "
        "dysphagia dysphasia, anterior interior, microscopic macroscopic, osteoblast osteoclast, "
        "maxillary axillary, facial fascial, humeral humoral",
    )
)
"""Words of anatomy and disease that one letter makes another word."""


class Change(NamedTuple):
    """A stretch of the first text, from and to, that is another stretch of the second."""

    first: int
    first_end: int
    second: int
    second_end: int


def count_slips(first: Sequence[str], second: Sequence[str]) -> int:
    """How many slips make one text of the other; more than `MOST_SLIPS` where other words do.

    Spaces do not count. A change is a slip if it is one letter, or two that are swapped, and stands alone.
    Figures never slip. A letter changed or lost in a word of three letters makes another word (CT, CR),
    unless it is a stop word; and so may a letter before a word (MRI, fMRI; typical, atypical).
    """
    one, two = "".join(first), "".join(second)
    if abs(len(one) - len(two)) > MOST_SLIPS or min(len(one), len(two)) < 4:
        return MOST_SLIPS + 1
    levenshtein = optional("rapidfuzz.distance.Levenshtein", "dedupe")
    most = 2 * MOST_SLIPS
    if levenshtein.distance(one, two, score_cutoff=most) > most:
        return MOST_SLIPS + 1
    changes = _changes(levenshtein.editops(one, two))
    allowed = min(MOST_SLIPS, 1 + min(len(one), len(two)) // LETTERS_A_SLIP)
    if len(changes) > allowed or not all(_is_slip(c, one, two, first, second) for c in changes):
        return MOST_SLIPS + 1
    return len(changes)


def _changes(edits: Sequence[tuple[str, int, int]]) -> list[Change]:
    """Edits that stand closer than `APART` as one."""
    changes: list[Change] = []
    for tag, i, j in edits:
        here = Change(i, i + (tag != "insert"), j, j + (tag != "delete"))
        if changes and min(here.first - changes[-1].first_end, here.second - changes[-1].second_end) < APART:
            here = Change(changes[-1].first, here.first_end, changes[-1].second, here.second_end)
            changes.pop()
        changes.append(here)
    return changes


def _is_slip(change: Change, one: str, two: str, first: Sequence[str], second: Sequence[str]) -> bool:
    was, now = one[change.first : change.first_end], two[change.second : change.second_end]
    if any(letter.isdigit() for letter in was + now):
        return False
    if len(was) == len(now) >= 2:
        return len(was) <= 3 and sorted(was) == sorted(now)
    if max(len(was), len(now)) > 1:
        return False
    left, right = _word_at(first, change.first), _word_at(second, change.second)
    if not (was and now) and _is_doubled(was or now, left if was else right):
        return True
    if (
        f"{left} {right}" in OTHER
        or f"{right} {left}" in OTHER
        or _begins_anew(*sorted((left, right), key=len))
    ):
        return False
    return max(len(left), len(right)) >= 4 or not STOP_WORDS.isdisjoint((left, right))


def _begins_anew(short: str, long: str) -> bool:
    """Whether one letter before a word makes another: any before a short one, an "a" before a long one."""
    return long[1:] == short and (len(short) <= 4 or long[0] == "a")


def _is_doubled(letter: str, word: str) -> bool:
    return letter * 2 in word


def _word_at(words: Sequence[str], place: int) -> str:
    """The word that a letter of the text stands in; the last one at its end."""
    for word in words:
        if place < len(word):
            return word
        place -= len(word)
    return words[-1] if words else ""
