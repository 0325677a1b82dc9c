"""Teeth in a sentence: FDI numbers, ranges, names, groups and how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from diptych.base.errors import Problems
from diptych.prompts import teeth
from diptych.prompts.items import ALIKE, STOPS, Item
from diptych.prompts.marks import Mark

NOUNS = ("class", "tooth", "arch", "quadrant")
"""Marks that end a tooth's name."""
PARTS = ("jaw", "side", "ordinal", "all")
LINKS = ("and", "or", "fill")

_KINDS = {
    "anterior": ((), ("incisor", "canine")),
    "posterior": ((), ("premolar", "molar")),
    "third molar": (("third",), ("molar",)),
}
_SIDES = {"both": ("right", "left")}


@dataclass
class Name:
    """The parts of a tooth's name, any of which may be missing."""

    jaws: set[str] = field(default_factory=set)
    sides: set[str] = field(default_factory=set)
    ordinals: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)

    def add(self, mark: Mark) -> None:
        """Take in one word of the name."""
        if mark.kind in ("jaw", "arch"):
            self.jaws.add(mark.value)
        elif mark.kind == "side":
            self.sides.update(_SIDES.get(mark.value, (mark.value,)))
        elif mark.kind == "ordinal":
            self.ordinals.add(mark.value)
        elif mark.kind == "class":
            ordinals, kinds = _KINDS.get(mark.value, ((), (mark.value,)))
            self.ordinals.update(ordinals)
            self.kinds.update(kinds)

    @property
    def placed(self) -> bool:
        """Whether it says where in the mouth."""
        return bool(self.jaws or self.sides)

    def teeth(self) -> frozenset[int]:
        """Every tooth that the name fits."""
        return teeth.select(self.jaws, self.sides, self.ordinals, self.kinds)


def to_sites(chosen: Sequence[int] | frozenset[int]) -> frozenset[str]:
    """FDI numbers as sites of findings."""
    return frozenset(map(str, chosen))


ALL = to_sites(teeth.FDI)


class ToothReader:
    """Walks the marks of a panoramic sentence; `items`, `counts`, `notes` and `unknown` hold the result.

    Numbers that are not teeth are collected in `errors`.
    """

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.items: list[Item] = []
        self.counts: list[int] = []
        self.notes: list[str] = []
        self.unknown: list[str] = []
        self.errors = Problems()
        self._marks = [mark for mark in marks if mark.kind != "fill"]
        self._number = 0  # a count that waits for its noun
        self._latest = Name()  # the name before, for "upper right first and second molars"
        at = 0
        while at < len(self._marks):
            at = self._read(at)

    def _read(self, at: int) -> int:
        """Read what begins at a mark; the position after it."""
        mark = self._marks[at]
        if mark.kind == "number":
            return self._read_number(at)
        if mark.kind in NOUNS or mark.kind in PARTS:
            return self._read_name(at)
        if mark.kind == "finding":
            self._put(Item(kind="find", name=mark.value, plural=mark.plural, number=self._number))
            self._number = 0
        elif mark.kind == "edentulous":
            self._put(Item(kind="find", name="missing", sites=ALL))
        elif mark.kind == "stop":
            self._put(Item(kind=STOPS[mark.value]))
        elif mark.kind in ALIKE:
            self._put(Item(kind=mark.kind))
        elif mark.kind == "unknown":
            self.unknown.append(mark.text)
            self._put(Item(kind="gap"))
        return at + 1

    def _put(self, item: Item) -> None:
        if item.kind not in ("and", "or", "comma"):
            self._latest = Name()
        self.items.append(item)

    def _kind(self, at: int) -> str:
        return self._marks[at].kind if 0 <= at < len(self._marks) else ""

    def _read_number(self, at: int) -> int:
        number = int(self._marks[at].value)
        if self._kind(at + 1) == "to" and self._kind(at + 2) == "number":
            return self._read_range(at)
        if self._counts_teeth(at, number):
            return self._read_count(at, number)
        if self._counts_next(at, number):
            self._number = number
        elif number in teeth.FDI:
            self._put_teeth((number,), at)
        elif self._means_tooth(at):
            self._refuse(number)
        else:
            self.unknown.append(self._marks[at].text)
        return at + 1

    def _read_range(self, at: int) -> int:
        ends = [int(self._marks[place].value) for place in (at, at + 2)]
        wrong = [number for number in ends if number not in teeth.FDI]
        for number in wrong:
            self._refuse(number)
        chosen = teeth.span(*ends)
        if not chosen and not wrong:
            where = f"teeth {ends[0]} to {ends[1]}"
            self.errors.add(where, "are not in one jaw", "write one range for each jaw")
        self._put_teeth(chosen, at)
        return at + 3

    def _put_teeth(self, chosen: Sequence[int], at: int) -> None:
        self._put(Item(kind="site", sites=to_sites(chosen), fresh=self._kind(at - 1) == "tooth"))

    def _counts_teeth(self, at: int, number: int) -> bool:
        """ "28 teeth" counts, unless 28 is the last of a list ("18 and 28 teeth"); "36 tooth" does not."""
        if self._in_list(at) or self._kind(at - 1) == "tooth":
            return False
        if self._kind(at + 1) == "finding" and self._kind(at + 2) == "tooth":
            return self._marks[at + 2].plural and self._kind(at + 3) not in ("number", "stop")
        return self._kind(at + 1) == "tooth" and (self._marks[at + 1].plural or number == 1)

    def _read_count(self, at: int, number: int) -> int:
        """ "28 teeth" are present; of "4 teeth missing" and "4 missing teeth" the finding has the number."""
        after = self._marks[at + 2] if at + 2 < len(self._marks) else None
        if self._kind(at + 1) == "finding":
            self._number = number
            return at + 1
        if after is not None and (after.kind == "finding" or after.text == "absent"):
            self._number = number
            self._put(
                Item(kind="find", name="missing" if after.text == "absent" else after.value, number=number)
            )
            self._number = 0
            return at + 3
        self.counts.append(number)
        return at + 2

    def _counts_next(self, at: int, number: int) -> bool:
        """ "two implants", "4 wisdom teeth"."""
        return number < teeth.UPPER[7] and self._kind(at + 1) in ("finding", "class", *PARTS)

    def _in_list(self, at: int) -> bool:
        before = [mark for mark in self._marks[max(at - 2, 0) : at] if mark.kind != "fill"]
        return (
            len(before) == 2
            and before[0].kind == "number"
            and (before[1].value == "," or before[1].kind == "and")
        )

    def _means_tooth(self, at: int) -> bool:
        """Whether a number that is no tooth stands where only a tooth can."""
        near = {self._kind(at - 1), self._kind(at + 1)}
        after_colon = self._kind(at - 1) == "stop" and self._kind(at - 2) in ("tooth", "finding")
        return bool(near & {"tooth", "finding", "absent"}) or self._in_list(at) or after_colon

    def _refuse(self, number: int) -> None:
        what, remedy = "is not an FDI number", "use 11-18, 21-28, 31-38 or 41-48"
        if 1 <= number <= len(teeth.FDI):
            remedy += f" (tooth {number} of the Universal system is FDI {teeth.universal_to_fdi(number)})"
        elif number // 10 in (5, 6, 7, 8) and 1 <= number % 10 <= 5:
            what, remedy = (
                "is a deciduous tooth, which the grammar does not know",
                f"{remedy} for permanent teeth",
            )
        self.errors.add(f"tooth {number}", what, remedy)

    def _read_name(self, at: int) -> int:
        """One tooth's or group's name, up to its noun; the parts between "and"s complete each other."""
        end = self._name_end(at)
        marks = self._marks[at:end]
        parts = [Name()]
        for place, mark in enumerate(marks):
            if mark.kind in ("and", "or") or mark.value == ",":
                parts.append(Name())
            elif not (mark.kind == "quadrant" and place == 0):
                parts[-1].add(mark)
        self._complete(parts)
        if self._palmer(parts, end):
            return end + 1
        if not self._told_by_number(parts, end):
            self._put_named(parts, marks, end)
        return end

    def _palmer(self, parts: Sequence[Name], end: int) -> bool:
        """ "upper left 6", the notation of Palmer, is FDI 26."""
        name, number = parts[-1], self._number_at(end)
        quadrant = teeth.select(name.jaws, name.sides)
        fits = [tooth for tooth in quadrant if tooth % 10 == number]
        if len(quadrant) != 8 or self._kind(end - 1) in NOUNS or not fits:
            return False
        self._put_teeth(fits, end)
        return True

    def _told_by_number(self, parts: Sequence[Name], end: int) -> bool:
        """Whether a number that fits the name follows and says it all: "wisdom tooth 38", "canine (13)"."""
        after = end + (1 if end < len(self._marks) and self._marks[end].value == "(" else 0)
        return self._kind(end - 1) == "class" and self._number_at(after) in _together(parts)

    def _number_at(self, at: int) -> int:
        return int(self._marks[at].value) if self._kind(at) == "number" else 0

    def _name_end(self, at: int) -> int:
        """The position after the noun that ends a name; without a noun, after the last of its words."""
        end = last = at
        while end < len(self._marks):
            mark = self._marks[end]
            if mark.kind in NOUNS:
                follows = mark.kind == "class" and self._kind(end + 1) == "tooth"
                return end + (2 if follows else 1)
            if mark.kind in PARTS:
                last = end + 1
            elif mark.kind not in LINKS and mark.value != ",":
                break
            end += 1
        return last

    def _complete(self, parts: list[Name]) -> None:
        """Fill what one part leaves to its neighbours: "upper right first and second molars"."""
        for before, part in zip([self._latest, *parts], parts, strict=False):
            if not part.placed and (part.ordinals or part.kinds):
                part.jaws, part.sides = set(before.jaws), set(before.sides)
        for part, after in reversed(list(pairwise(parts))):
            if not part.kinds:
                part.kinds = set(after.kinds)
                part.ordinals = part.ordinals or set(after.ordinals)
            part.jaws = part.jaws or set(after.jaws)
            part.sides = part.sides or set(after.sides)

    def _put_named(self, parts: Sequence[Name], marks: Sequence[Mark], end: int) -> None:
        noun, text = marks[-1], " ".join(mark.text for mark in marks)
        everything = any(mark.kind == "all" for mark in marks)
        number, self._number = self._number, 0
        if noun.kind not in NOUNS:
            if any(part.jaws or len(part.sides) == 1 for part in parts):
                self.notes.append(f"{text}: which teeth? give FDI numbers or full names")
            return
        if not any(part.placed or part.ordinals or part.kinds for part in parts):
            self._put_all_teeth(noun, everything, end)
            return
        chosen = _together(parts)
        if number and number != len(chosen):
            self.notes.append(f"{number} {text}: say which of {teeth_text(chosen)}")
            chosen = frozenset()
        elif len(chosen) > len(parts) and not (
            everything or noun.plural or noun.kind in ("arch", "quadrant")
        ):
            self.notes.append(
                f"{text} names {len(chosen)} teeth ({teeth_text(chosen)}); all of them are meant here"
            )
        self._put(Item(kind="site", sites=to_sites(chosen), plural=noun.plural))
        self._latest = replace(parts[-1])

    def _put_all_teeth(self, noun: Mark, everything: bool, end: int) -> None:
        """ "all teeth" and "no teeth" are places; "teeth" alone only leads to numbers."""
        denied = (
            bool(self.items) and self.items[-1].kind == "neg" and self._kind(end) not in ("finding", "absent")
        )
        if noun.kind == "tooth" and (everything or denied):
            self._put(Item(kind="site", sites=ALL, plural=True))


def _together(parts: Sequence[Name]) -> frozenset[int]:
    return frozenset[int]().union(*(part.teeth() for part in parts))


def teeth_text(chosen: frozenset[int]) -> str:
    """ "18, 28, 38, 48"."""
    return ", ".join(map(str, sorted(chosen)))
