"""By group: the measures again for girls and boys, ill and well, and how far the groups lie apart."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError
from diptych.base.progress import track
from diptych.evaluation.candidates import COPIES, Candidate
from diptych.evaluation.evidence import Evidence
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.rows import NOT_ESTIMABLE, Row, interval_notes
from diptych.metrics.estimate import Estimate
from diptych.metrics.groups import LEAST, members, side_by_side
from diptych.records.vocabulary import UNKNOWN

T = TypeVar("T")

GROUPINGS = ("sex", "age_group", "view", "source", "finding")
NONE = "none"
"""The group of images that were looked at and have no finding."""
SKIPPED: Mapping[str, str] = {
    "ms-ssim": "compares thousands of pairs, pixel by pixel",
    "surface-dice": "is slow and follows mask-agreement",
    "hd95": "is slow and follows mask-agreement",
    "membership": "attacks the cohort as a whole",
}
"""Measures that are not taken by group, and why."""
PLAIN = ("view", "sex", "age", "age_group", "source")
"""Attributes of an image that are not about a finding."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trio:
    """A cohort, other real images, and the real ones that both are held against."""

    synthetic: Candidate
    floor: Candidate
    reference: Candidate
    copies: Candidate | None = None
    """Copies of training images, for measures of privacy."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What measures by group stand on; what was cut or spoilt once serves all measures."""

    sides: Callable[[str], Trio]
    """Of an axis: who is measured, before it is cut to one n."""
    evidence: Callable[[str, bool], Evidence]
    """Of an extractor's name, and whether the measure is one of privacy."""
    spoil: Callable[[str, Candidate], Candidate]
    """The spoilt candidate of this name, made of real images."""
    most: int
    seed: int
    kept: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """What has this key, made when it is first asked for."""
        if key not in self.kept:
            self.kept[key] = make()
        found: T = self.kept[key]
        return found


def groups_of(candidate: Candidate, grouping: str) -> dict[str, NDArray[np.bool_]]:
    """Which images (N,) are in which group; one of which it is not known is in none."""
    if grouping != "finding":
        found = members([own.get(grouping, "") for own in candidate.groups])
        return {name: inside for name, inside in found.items() if name != UNKNOWN}
    held = [{finding.name for finding in found} for found in candidate.findings]
    looked = [UNKNOWN not in [v for k, v in own.items() if k not in PLAIN] for own in candidate.groups]
    clear = np.array([seen and not names for seen, names in zip(looked, held, strict=True)])
    each = {name: np.array([name in names for names in held]) for name in sorted(set().union(*held))}
    return ({NONE: clear} if clear.any() else {}) | each


def left_out(candidate: Candidate) -> str:
    """One sentence on the groupings by which the candidate cannot be divided; empty when there is none."""
    said = []
    for grouping in GROUPINGS:
        names = list(groups_of(candidate, grouping))
        if len(names) < 2:
            said.append(f"{plain(grouping)} ({f'all are {names[0]}' if names else 'not told'})")
    return f"The cohort cannot be divided by {', '.join(said)}." if said else ""


def plain(grouping: str) -> str:
    """A grouping as a word of a sentence."""
    return grouping.replace("_", " ")


def gap_name(grouping: str) -> str:
    """What stands as the group of the row that holds a grouping's gap."""
    return f"gap of {grouping}"


def group_rows(rows: Sequence[Row], ground: Ground) -> list[Row]:
    """For each row of the whole cohort, but for `SKIPPED`: a row for each group, and one for their gap."""
    kept = [row for row in rows if row.metric not in SKIPPED and np.isfinite(row.estimate.value)]
    tasks = [
        (row, grouping)
        for grouping in GROUPINGS
        for row in kept
        if len(groups_of(ground.sides(row.axis).synthetic, grouping)) > 1
    ]
    if not tasks:
        return []
    return [
        found
        for row, grouping in track(tasks, "by group", len(tasks))
        for found in _divided(row, grouping, ground)
    ]


def _divided(row: Row, grouping: str, ground: Ground) -> list[Row]:
    sides = ground.sides(row.axis)
    key = ("parts", grouping, id(sides.floor), _matched(row))
    parts = ground.once(key, lambda: _parts(sides, grouping, _matched(row), ground))
    found = [_group_row(row, grouping, name, part, ground) for name, part in parts.items()]
    return [*found, _gap_row(row, grouping, dict(zip(parts, found, strict=True)), ground.seed)]


def _gap_row(row: Row, grouping: str, found: Mapping[str, Row], seed: int) -> Row:
    """Greatest value less least, beside the same of the floor: real groups differ too."""
    better: Literal["lower", "higher"] = "lower" if row.better == "lower" else "higher"
    told = side_by_side({name: group.estimate for name, group in found.items()}, better, seed)
    floor = side_by_side({name: group.floor for name, group in found.items()}, better, seed)
    worst = told.worst if row.better != "middle" and told.gap.value > 0 else ""
    notes = (*told.gap.notes, *((f"worst group: {worst}",) if worst else ()))
    return replace(
        row,
        group=gap_name(grouping),
        estimate=replace(told.gap, unit=row.estimate.unit, notes=notes),
        floor=floor.gap,
        bad=NOT_ESTIMABLE,
        bad_name="",
        others=(),
        worst=worst,
    )


def _group_row(row: Row, grouping: str, name: str, part: Trio, ground: Ground) -> Row:
    matched = _matched(row)
    evidence = ground.evidence(row.extractor, row.axis == "privacy")
    evidence = replace(evidence, reference=part.reference) if matched else evidence
    few = (_too_few(part.reference) if matched else "") or _too_few(part.synthetic)
    found = _nothing(part.synthetic, few) if few else _taken(row.metric, part.synthetic, evidence)
    fewer = few or _too_few(part.floor)
    low = _nothing(part.floor, fewer) if fewer else _taken(row.metric, part.floor, evidence)
    bad = NOT_ESTIMABLE if fewer else _bad(row, part, evidence, ground)
    sides = (part.synthetic, part.floor, evidence.reference)
    calibration = interval_notes(MEASURES.card(row.metric), sides) if not few else ()
    found = replace(found, unit=row.estimate.unit, notes=(*found.notes, *calibration))
    return replace(row, group=f"{grouping}={name}", estimate=found, floor=low, bad=bad, others=())


def _bad(row: Row, part: Trio, evidence: Evidence, ground: Ground) -> Estimate:
    """The measure of the group's own bad reference."""
    if row.bad_name == COPIES and part.copies is not None:
        few = _too_few(part.copies)
        return _nothing(part.copies, few) if few else _taken(row.metric, part.copies, evidence)
    key = ("spoilt", row.bad_name, id(part.floor))
    return _taken(row.metric, ground.once(key, lambda: ground.spoil(row.bad_name, part.floor)), evidence)


def _taken(metric: str, candidate: Candidate, evidence: Evidence) -> Estimate:
    try:
        return MEASURES[metric](candidate, evidence)
    except DiptychError as error:
        return _nothing(candidate, f"not estimable: {error}")


def _nothing(candidate: Candidate, why: str) -> Estimate:
    return replace(NOT_ESTIMABLE, n=len(candidate), notes=(why,))


def _too_few(candidate: Candidate) -> str:
    subjects = len(set(candidate.subjects))
    found = f"{subjects} subject{'s' if subjects != 1 else ''} in {candidate.name}"
    return f"not estimable: {found}, at least {LEAST} are needed" if subjects < LEAST else ""


def _matched(row: Row) -> bool:
    """Whether a group is held against its own group of the reference: then n is one for all groups."""
    return row.axis in ("fidelity", "diversity")


def _parts(sides: Trio, grouping: str, matched: bool, ground: Ground) -> dict[str, Trio]:
    """Each group on all sides, cut to equal n."""
    names = groups_of(sides.synthetic, grouping)
    whole = {
        name: Trio(
            synthetic=sides.synthetic.part(np.flatnonzero(inside)),
            floor=_same(sides.floor, grouping, name, names),
            reference=_same(sides.reference, grouping, name, names) if matched else sides.reference,
            copies=_same(sides.copies, grouping, name, names) if sides.copies is not None else None,
        )
        for name, inside in names.items()
    }
    sizes = {name: min(ground.most, _least(trio, matched)) for name, trio in whole.items()}
    enough = [size for size in sizes.values() if size >= LEAST]
    if matched and enough:
        sizes = dict.fromkeys(sizes, min(enough))
    chance = np.random.default_rng(ground.seed)
    return {name: _cut(trio, sizes[name], matched, chance) for name, trio in whole.items()}


def _same(real: Candidate, grouping: str, name: str, names: Container[str]) -> Candidate:
    """The real images of a group; all of them where they are told apart otherwise, or not at all."""
    known = groups_of(real, grouping)
    if not any(other in names for other in known):
        return real
    return real.part(np.flatnonzero(known.get(name, np.zeros(len(real), dtype=bool))))


def _least(trio: Trio, matched: bool) -> int:
    """Images on the smallest side that is large enough to count."""
    sides = (trio.synthetic, trio.floor, *((trio.reference,) if matched else ()))
    return min((len(side) for side in sides if not _too_few(side)), default=0)


def _cut(trio: Trio, size: int, matched: bool, chance: np.random.Generator) -> Trio:
    def some(side: Candidate) -> Candidate:
        if len(side) <= size or not size:
            return side
        return side.part(np.sort(chance.choice(len(side), size, replace=False)))

    reference = some(trio.reference) if matched else trio.reference
    copies = some(trio.copies) if trio.copies is not None else None
    return Trio(synthetic=some(trio.synthetic), floor=some(trio.floor), reference=reference, copies=copies)
