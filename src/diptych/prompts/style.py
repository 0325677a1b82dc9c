"""How one wording speaks: choices drawn once from its number, and small helpers for lists."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from diptych.base.errors import Problems
from diptych.prompts import lexicon
from diptych.records.vocabulary import AGE_GROUPS, SEXES, VIEWS

T = TypeVar("T")

FRAMES = 8
"""Sentence frames; `wording % FRAMES` picks one, the rest of the wording's number picks the words."""


@dataclass(frozen=True, kw_only=True)
class Style:
    """One wording. Number 0 is the plain one that documentation and packaged prompts use."""

    wording: int
    brief: bool = False
    """Whether to spend as few words as possible: teeth by number, long runs as ranges, nothing denied."""

    @property
    def frame(self) -> int:
        """Which sentence frame, 0 to `FRAMES` - 1."""
        return self.wording % FRAMES

    @property
    def plain(self) -> bool:
        """Whether this is wording 0: first choices everywhere, findings in the order of the vocabulary."""
        return self.wording == 0

    def pick(self, what: str, choices: Sequence[T]) -> T:
        """One of the choices, the same one whenever this wording is asked about `what`."""
        return choices[0] if self.plain else self._draw(what).choice(choices)

    def chance(self, what: str, share: float) -> bool:
        """True for that share of the wordings, never for the plain one."""
        return not self.plain and self._draw(what).random() < share

    def shuffled(self, what: str, items: Sequence[T]) -> list[T]:
        """The items in this wording's order."""
        order = list(items)
        if not self.plain:
            self._draw(what).shuffle(order)
        return order

    def _draw(self, what: str) -> random.Random:
        # Seeding from a string goes through SHA-512, so every Python version draws alike.
        return random.Random(f"{self.wording} {what}")


def listed(items: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def counted(number: int) -> str:
    """A number as a word up to twelve, as digits above."""
    return lexicon.number_words().get(number, str(number))


def denials(found: Collection[str], wordings: Mapping[str, Sequence[str]], style: Style) -> list[str]:
    """Now and then something that was not found is said not to be there."""
    free = [name for name in style.shuffled("free", tuple(wordings)) if name not in found]
    share = 0 if style.brief else style.pick("denials", (0, 0, 1, 2, 3))
    return [style.pick(name, wordings[name]) for name in free[:share]]


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return text[:1].upper() + text[1:] + "."


def readable_groups(body: str, groups: Mapping[str, str]) -> dict[str, str]:
    """The group attributes a sentence can say: sex, age, age group, and the view of a chest radiograph.

    Other attributes and the value "unknown" are left out, and so is an age that is not a whole
    number of years from 0 to 120. Raises `DiptychError` for a sex, age group or view that does not exist.
    """
    lawful = {"sex": SEXES, "age_group": AGE_GROUPS} | ({"view": VIEWS} if body == "chest" else {})
    problems = Problems()
    said = {key: groups[key] for key in lawful if groups.get(key, "unknown") not in ("unknown", "")}
    for key, value in said.items():
        if value not in lawful[key]:
            problems.add(f"group {key}", f"unknown value {value!r}", f"choose from {', '.join(lawful[key])}")
    problems.raise_any()
    age = groups.get("age", "")
    if age.isascii() and age.isdigit() and len(age) <= 3 and int(age) <= 120:
        said["age"] = str(int(age))
    return said


def patient(groups: Mapping[str, str], style: Style) -> str:
    """ " of a 34-year-old female patient", or "" when nothing is known of the patient."""
    age, sex, group = groups.get("age", ""), groups.get("sex", ""), groups.get("age_group", "")
    if not (age or sex or group):
        return ""
    noun = _noun(sex, group, style)
    years = f"{age}-year-old " if age else ""
    if age and style.chance("aged", 0.3):
        return f" of {_article(noun)} {noun} aged {age}"
    return f" of {_article(years or noun)} {years}{noun}"


def _noun(sex: str, group: str, style: Style) -> str:
    adjective = {"F": "female ", "M": "male ", "": ""}[sex]
    plain = {"child": f"{adjective}child", "adult": f"adult {adjective}patient", "": f"{adjective}patient"}[
        group
    ]
    short = {
        ("F", "adult"): "woman",
        ("M", "adult"): "man",
        ("F", "child"): "girl",
        ("M", "child"): "boy",
        ("", "adult"): "adult",
        ("", "child"): "paediatric patient",
    }
    return style.pick("noun", (plain, short.get((sex, group), plain)))


def _article(words: str) -> str:
    eight = words.startswith("8") or words.startswith(("11-", "18-"))
    return "an" if words[:1] in "aeiou" or eight else "a"
