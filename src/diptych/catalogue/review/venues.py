"""Can two venues be one? Full names, abbreviations and initials: Med Image Anal, IEEE TMI, MICCAI 2018."""

from __future__ import annotations

import re
from functools import lru_cache

from diptych.catalogue.review.transliteration import latin

_MEETING = re.compile(
    r"lecture notes|proceedings|^proc\b|conference|symposium|workshop|congress|meeting|^\w{3,9}[ '-]+\d{2,4}$"
)
_EMPTY = frozenset(["the", "of", "and", "for", "in", "on", "a", "an", "journal", "international", "official"])


@lru_cache(maxsize=100_000)
def same_venue(first: str, second: str) -> bool | None:
    """True where three of four words of the shorter name begin words of the longer, or are its initials;
    False where none does; None between, for unknown ones, and for two meetings, which have many names
    (MICCAI 2022, Lecture Notes in Computer Science).
    """
    one, two = latin(first), latin(second)
    few, many = sorted((_words(one), _words(two)), key=len)
    if not few:
        return None
    initials = "".join(word[0] for word in many)
    share = sum(_stands_in(word, many) or (len(word) > 2 and word in initials) for word in few) / len(few)
    if share >= 0.75:
        return True
    return None if share > 0 or (_MEETING.search(one) and _MEETING.search(two)) else False


def _words(venue: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", venue) if word not in _EMPTY]


def _stands_in(word: str, words: list[str]) -> bool:
    """Whether a word abbreviates one of the others, or is abbreviated by one: J, Clin, Invest."""
    return any(other.startswith(word) or (word.startswith(other) and len(other) > 2) for other in words)
