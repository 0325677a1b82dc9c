"""Places in the chest: "right upper zone", "upper and middle left lung", "bilateral", "both bases"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from diptych.prompts.items import ALIKE, STOPS, Item
from diptych.prompts.laterality import SIDES
from diptych.prompts.marks import Mark

LEVELS = ("upper", "middle", "lower")
PARTS = ("side", "level")
BILATERAL, UNILATERAL = "bilateral", "unilateral"
"""Sites that only say how far a finding reaches; zones or sides named beside them are the places."""


@dataclass
class Chunk:
    """Sides and levels between two "and"s; `closed` by a noun such as "lung"."""

    sides: set[str] = field(default_factory=set)
    levels: set[str] = field(default_factory=set)
    reach: str = ""
    plural: bool = False
    closed: bool = False

    def add(self, mark: Mark) -> None:
        """Take in one word."""
        if mark.kind == "level":
            self.levels.update(LEVELS if mark.value == "all" else (mark.value,))
        elif mark.kind == "side":
            if mark.text.startswith(("bilateral", "unilateral")):
                self.reach = BILATERAL if mark.value == "both" else UNILATERAL
            elif mark.value in SIDES:
                self.sides.add(mark.value)
            else:
                self.sides.update(SIDES)
            if mark.text in ("bibasal", "bibasilar"):
                self.levels.add("lower")
        elif mark.kind == "place":
            self.plural, self.closed = mark.plural, True

    def sites(self) -> frozenset[str]:
        """Zones, whole sides ("right"), levels of unknown side (" lower"), or a reach ("bilateral")."""
        sides = self.sides
        if self.levels and not sides and (self.plural or self.reach == BILATERAL):
            sides = set(SIDES)
        if self.levels and sides:
            return frozenset(f"{side} {level}" for side in sides for level in self.levels)
        if self.levels:
            return frozenset(f" {level}" for level in self.levels)
        return frozenset(sides or ({self.reach} if self.reach else ()))


class LungReader:
    """Walks the marks of a chest sentence; `items` and `unknown` hold the result."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.items: list[Item] = []
        self.unknown: list[str] = []
        self._marks = [mark for mark in marks if mark.kind != "fill"]
        self._number = 0
        at = 0
        while at < len(self._marks):
            at = self._read(at)

    def _kind(self, at: int) -> str:
        return self._marks[at].kind if 0 <= at < len(self._marks) else ""

    def _read(self, at: int) -> int:
        mark = self._marks[at]
        if mark.kind in PARTS:
            return self._read_place(at)
        if mark.kind == "number":
            return self._read_number(at)
        if mark.kind == "aside":
            return self._skip_sentence(at) if mark.value == "sentence" else at + 1
        if mark.kind == "finding":
            self.items.append(Item(kind="find", name=mark.value, plural=mark.plural, number=self._number))
            self._number = 0
        elif mark.kind == "stop":
            self.items.append(Item(kind=STOPS[mark.value]))
        elif mark.kind in ALIKE:
            self.items.append(Item(kind=mark.kind))
        elif mark.kind in ("unknown", "other"):
            self.unknown.append(mark.text)
            self.items.append(Item(kind="gap"))
        return at + 1

    def _read_number(self, at: int) -> int:
        """A count is of the finding that follows, with at most a place between; others are unknown."""
        ahead = at + 1
        while self._kind(ahead) in PARTS:
            ahead += 1
        if self._kind(ahead) == "finding":
            self._number = int(self._marks[at].value)
        else:
            self.unknown.append(self._marks[at].text)
        return at + 1

    def _skip_sentence(self, at: int) -> int:
        """Laboratory values and the like are understood to lie outside the image."""
        while at < len(self._marks) and self._marks[at].text != ".":
            at += 1
        return at

    def _read_place(self, at: int) -> int:
        end = self._place_end(at)
        chunks = [Chunk()]
        for mark in self._marks[at:end]:
            if mark.kind in PARTS or mark.kind == "place":
                if chunks[-1].closed:
                    chunks.append(Chunk())
                chunks[-1].add(mark)
            else:
                chunks.append(Chunk())
        chunks = [chunk for chunk in chunks if chunk.sides or chunk.levels or chunk.reach]
        _complete(chunks)
        sites = frozenset[str]().union(*(chunk.sites() for chunk in chunks))
        self.items.append(Item(kind="site", sites=sites))
        return end

    def _place_end(self, at: int) -> int:
        """The position after the last side, level or noun; "and", "to" and commas between them are taken in.

        A comma is taken in only between levels ("right upper, left upper and left lower zones").
        """
        end = last = at
        while end < len(self._marks):
            kind = self._kind(end)
            if kind in PARTS or kind == "place":
                last = end + 1
            elif self._marks[end].value == ",":
                if self._kind(end - 1) != "level" or not self._names_level(end + 1):
                    break
            elif kind not in ("and", "to", "or"):
                break
            end += 1
        return last

    def _names_level(self, at: int) -> bool:
        """Whether a side and a level follow."""
        return self._kind(at) == "level" or (self._kind(at) == "side" and self._kind(at + 1) == "level")


def _complete(chunks: list[Chunk]) -> None:
    """Fill what one chunk leaves to its neighbours.

    "right upper and lower zones" share their side, "upper and middle left lung" theirs.
    """
    for before, chunk in pairwise(chunks):
        if not chunk.sides and chunk.levels and not chunk.reach:
            chunk.sides = set(before.sides)
    for chunk, after in reversed(list(pairwise(chunks))):
        if chunk.closed or chunk.reach:
            continue
        chunk.sides = chunk.sides or set(after.sides)
        chunk.levels = chunk.levels or set(after.levels)
        chunk.plural = chunk.plural or after.plural
