"""Who and how: age, sex, age group and view, taken out of the marks of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from diptych.prompts.marks import Mark
from diptych.records.vocabulary import age_group

OLDEST = 120

_BESIDE = ("stop", "sex", "age_group")
"""What stands on both sides of "45 years" when it is an age, and not "for 3 years"."""

_PEOPLE = {"woman": ("F", "adult"), "man": ("M", "adult"), "girl": ("F", "child"), "boy": ("M", "child")}


def read_groups(marks: Sequence[Mark]) -> tuple[dict[str, str], list[Mark], list[str]]:
    """The groups, the marks that are left (numbers of age taken out), and problems.

    Of several statements the first counts; a different second one is a problem.
    """
    groups: dict[str, str] = {}
    problems: list[str] = []
    rest: list[Mark] = []

    def say(key: str, value: str) -> None:
        if groups.setdefault(key, value) != value:
            problems.append(
                f"{key.replace('_', ' ')} is given as {groups[key]} and as {value}; {groups[key]} is used"
            )

    ages = _ages(marks)
    for at, mark in enumerate(marks):
        if at in ages:
            if ages[at] > OLDEST:
                problems.append(f"age {ages[at]} is beyond {OLDEST} years and not used")
            else:
                say("age", str(ages[at]))
        elif mark.kind in ("view", "sex", "age_group"):
            say(mark.kind, mark.value)
        elif mark.kind in _PEOPLE:
            sex, group = _PEOPLE[mark.kind]
            say("sex", sex)
            say("age_group", group)
        elif mark.kind not in ("years", "years old", "months", "aged"):
            rest.append(mark)
    stated, implied = groups.get("age_group"), age_group(groups.get("age", ""))
    if stated and implied and stated != implied:
        problems.append(f"age {groups['age']} and {stated!r} do not agree")
    return groups, rest, problems


def _ages(marks: Sequence[Mark]) -> dict[int, int]:
    """Positions of the numbers that are ages, with the whole years they mean."""
    found: dict[int, int] = {}
    for at, mark in enumerate(marks):
        if mark.kind != "number":
            continue
        after = marks[at + 1].kind if at + 1 < len(marks) else ""
        before = marks[at - 1].kind if at else "stop"
        if after in ("years old", "months"):
            found[at] = int(mark.value) // (12 if after == "months" else 1)
        elif before == "aged" or (after == "years" and before in _BESIDE and _kind(marks, at + 2) in _BESIDE):
            found[at] = int(mark.value)
    return found


def _kind(marks: Sequence[Mark], at: int) -> str:
    return marks[at].kind if at < len(marks) else "stop"
