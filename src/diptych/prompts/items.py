"""What the parser joins together: findings, places, and the little words between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

ALIKE = frozenset({"and", "or", "neg", "but", "except", "denied", "absent", "present", "only", "unspecified"})
"""Kinds of marks that become items of the same kind."""

STOPS = {",": "comma", "(": "comma", ")": "comma", ":": "colon", ".": "end", ";": "end"}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One step of a sentence.

    `find` and `site` carry meaning; `comma`, `colon`, `end`, `and`, `or`, `neg`, `but`, `except`, `denied`,
    `absent`, `present`, `only`, `unspecified` and `gap` (an unknown word) say how they hang together.
    """

    kind: str
    name: str = ""
    """The finding, of a `find`."""
    sites: frozenset[str] = frozenset()
    """The places, of a `site`; of a `find`, the places it means when the sentence names none."""
    plural: bool = False
    negated: bool = False
    number: int = 0
    """A number said of it ("two implants"); 0 when none is."""
    fresh: bool = False
    """Of a `site`: it may begin a new group, as "tooth 38" does after "caries in tooth 36"."""


@dataclass(kw_only=True)
class Mention:
    """A finding with the places that its sentence gives it."""

    name: str
    plural: bool = False
    negated: bool = False
    number: int = 0
    usual: frozenset[str] = frozenset()
    """The places it means when the sentence names none."""
    sites: set[str] | None = None
    """None while no place is named."""
    unspecified: bool = False
    implied: bool = False
    """No word of the sentence names it: "no tooth 18" is missing 18."""


def sentences(items: Sequence[Item]) -> list[list[Item]]:
    """The items between full stops and semicolons.

    Exceptions are taken out, and negations carried to what they reach.
    """
    found: list[list[Item]] = [[]]
    for item in items:
        if item.kind == "end":
            found.append([])
        else:
            found[-1].append(item)
    return [_negate(_fold_exceptions(sentence)) for sentence in found if sentence]


def _fold_exceptions(sentence: Sequence[Item]) -> list[Item]:
    """ "all teeth except 11 and 21" as one place; an exception from nothing ends a negation, like "but"."""
    found: list[Item] = []
    at = 0
    while at < len(sentence):
        item = sentence[at]
        if item.kind != "except" or not found or not found[-1].sites:
            found += _instead(found[-1] if found else None) if item.kind == "except" else [item]
            at += 1
            continue
        at += 1
        less: frozenset[str] = frozenset()
        end = at
        while end < len(sentence) and sentence[end].kind in ("site", "and", "or", "comma"):
            less |= sentence[end].sites
            end += 1
        while end > at and sentence[end - 1].kind != "site":
            end -= 1
        found[-1] = replace(found[-1], sites=found[-1].sites - less)
        at = end
    return found


def _instead(before: Item | None) -> list[Item]:
    """What "except" stands for after a finding or "present": "no caries except in 36" has caries in 36."""
    comma = Item(kind="but")
    if before is not None and before.kind == "find":
        return [comma, replace(before, sites=frozenset())]
    if before is not None and before.kind == "present":
        return [comma, Item(kind="find", name="missing")]
    return [comma]


def _negate(sentence: Sequence[Item]) -> list[Item]:
    """A negation reaches to the next comma, colon or "but" ("no effusion, cardiomegaly").

    It reaches over commas in a list that ends with "or" ("no effusion, edema or pneumothorax").
    """
    found: list[Item] = []
    denying = False
    for at, item in enumerate(sentence):
        if item.kind == "neg":
            denying = True
        elif item.kind in ("but", "colon") or (
            item.kind == "comma" and not _list_with_or(sentence[at + 1 :])
        ):
            denying = False
        found.append(replace(item, negated=denying) if item.kind in ("find", "site") else item)
    return found


def _list_with_or(rest: Sequence[Item]) -> bool:
    for item in rest:
        if item.kind in ("but", "neg", "colon", "absent", "denied", "present"):
            return False
        if item.kind == "or":
            return True
    return False
