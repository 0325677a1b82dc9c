"""Teeth by number, by name and by group."""

from __future__ import annotations

from collections.abc import Iterable

from diptych.prompts.laterality import jaw_of_tooth, side_of_tooth

UPPER = (18, 17, 16, 15, 14, 13, 12, 11, 21, 22, 23, 24, 25, 26, 27, 28)
"""The upper arch from the patient's right to left: the image's left to right."""
LOWER = (48, 47, 46, 45, 44, 43, 42, 41, 31, 32, 33, 34, 35, 36, 37, 38)
FDI = UPPER + LOWER
"""The 32 permanent teeth in arch order."""

TYPES = {
    1: ("central", "incisor"),
    2: ("lateral", "incisor"),
    3: ("", "canine"),
    4: ("first", "premolar"),
    5: ("second", "premolar"),
    6: ("first", "molar"),
    7: ("second", "molar"),
    8: ("third", "molar"),
}
"""Position from the midline to (ordinal, class)."""


def name(fdi: int, *, side_first: bool = False) -> str:
    """The tooth in words: 18 is "upper right third molar", or "right upper third molar"."""
    jaw, side = jaw_of_tooth(fdi), side_of_tooth(fdi)
    order = (side, jaw) if side_first else (jaw, side)
    return " ".join(word for word in (*order, *TYPES[fdi % 10]) if word)


def select(
    jaws: Iterable[str] = (),
    sides: Iterable[str] = (),
    ordinals: Iterable[str] = (),
    kinds: Iterable[str] = (),
) -> frozenset[int]:
    """Every permanent tooth that fits; an empty criterion fits all ("third", "molar" gives the four 8s)."""
    jaws, sides, ordinals, kinds = set(jaws), set(sides), set(ordinals), set(kinds)
    return frozenset(
        tooth
        for tooth in FDI
        if (not jaws or jaw_of_tooth(tooth) in jaws)
        and (not sides or side_of_tooth(tooth) in sides)
        and (not ordinals or TYPES[tooth % 10][0] in ordinals)
        and (not kinds or TYPES[tooth % 10][1] in kinds)
    )


def span(first: int, last: int) -> tuple[int, ...]:
    """The teeth from one to another along their arch: 13 to 22 is 13, 12, 11, 21, 22.

    Empty when the two are not in the same jaw.
    """
    for arch in (UPPER, LOWER):
        if first in arch and last in arch:
            start, stop = sorted((arch.index(first), arch.index(last)))
            return arch[start : stop + 1]
    return ()


def runs(chosen: Iterable[int]) -> list[tuple[int, ...]]:
    """The chosen teeth as unbroken runs along the arches, in arch order."""
    wanted = set(chosen)
    found: list[list[int]] = []
    for arch in (UPPER, LOWER):
        open_run = False
        for tooth in arch:
            if tooth not in wanted:
                open_run = False
            elif open_run:
                found[-1].append(tooth)
            else:
                found.append([tooth])
                open_run = True
    return [tuple(run) for run in found]


def universal_to_fdi(number: int) -> int:
    """The FDI number of a tooth in the American Universal system (1 to 32): 19 is FDI 36."""
    return (*UPPER, *reversed(LOWER))[number - 1]
