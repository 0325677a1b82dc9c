"""Are these the same people? Names in other spellings: Müller, Mueller, Muller; Юрий, Yuri, Iurii."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from diptych.base.optional import optional
from diptych.catalogue.review.transliteration import latin

ALIKE = 0.75
"""Least likeness (1 is equal) of two surnames that differ by a slip: one letter in four, two in eight."""
MOST_COMPARED = 20
"""Names of the shorter list that are looked for in the longer."""

_SOUNDS = (
    ("shch|sch|sh", "s"),
    ("tch|cz|ch", "c"),
    ("zh", "z"),
    ("kh", "h"),
    ("ts|tz", "c"),
    ("ph", "f"),
    ("th", "t"),
    ("ck|q", "k"),
    ("x", "ks"),
    ("w", "v"),
    ("[yji]+([aou])", r"\1"),
    ("([aou])e", r"\1"),
    ("[yj]", "i"),
    (r"(.)\1+", r"\1"),
    ("ff?$", "v"),
    ("skii?$|skoi$", "ski"),
)
_RULES = tuple((re.compile(pattern), by) for pattern, by in _SOUNDS)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,4}")
_ET_AL = {"et al", "et al.", "others", "and others"}


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """A word in plain Latin letters, spellings of one sound made one."""
    plain = "".join(letter for letter in latin(word) if letter.isalnum())
    for pattern, by in _RULES:
        plain = pattern.sub(by, plain)
    return plain


@lru_cache(maxsize=100_000)
def surname(name: str) -> str:
    """The family name of "Family, Given", "Family GN" or "Given Family", as it sounds."""
    if "," in name:
        return sound(name.partition(",")[0])
    words = name.split()
    if len(words) > 1 and words[-1].isupper() and _INITIALS.fullmatch(words[-1]):
        return sound(" ".join(words[:-1]))
    return sound(words[-1]) if words else ""


@lru_cache(maxsize=100_000)
def _parts(name: str) -> frozenset[str]:
    """Every word of a name as it sounds: "Zhang Wei" and "Wei Zhang" have the same."""
    words = re.split(r"[\s,.-]+", name)
    return frozenset(sound(word) for word in words if len(word) > 1) | {surname(name)}


@lru_cache(maxsize=500_000)
def same_person(first: str, second: str) -> bool:
    """Whether two names can be one person's: family names sound alike, or family and given are swapped."""
    one, two = surname(first), surname(second)
    if one == two or one in _parts(second) or two in _parts(first):
        return True
    if max(len(one), len(two)) < 4 or one[:1] != two[:1]:  # Wang is not Zhang
        return False
    alike = optional("rapidfuzz.distance.OSA", "dedupe").normalized_similarity(one, two)
    return bool(alike >= ALIKE)


def shared_authors(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Share of the shorter list that the longer one has, 0 to 1; None where a list is empty.

    Databases cut lists short ("et al."), so the shorter one is the measure. Where the first authors are not
    one person, all of three or more must be shared, or four, else it is 0.
    """
    one, two = ([n for n in names if n.strip().lower() not in _ET_AL] for names in (first, second))
    if not (one and two):
        return None
    few, many = sorted((one, two), key=len)
    few = few[:MOST_COMPARED]
    shared = sum(any(same_person(name, other) for other in many) for name in few)
    led = same_person(few[0], many[0])
    return shared / len(few) if led or shared == len(few) > 2 or shared > 3 else 0.0
