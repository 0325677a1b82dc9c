"""What is known of every generator of a study, beside what its images gained."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from diptych.base.errors import DiptychError
from diptych.records.cohort import Cohort
from diptych.records.cost import read_cost
from diptych.studies.accepted import read_passed
from diptych.studies.cells import Cell
from diptych.studies.compared import Compared, compare
from diptych.studies.outcomes import Outcome
from diptych.studies.placed import Contender, Place, Placed

POOLS = "pools"
"""Where a study keeps what its generators drew."""


@dataclass(frozen=True, kw_only=True)
class Maker:
    """One generator, or all of a family in one fold: what its images are and what they did."""

    family: str
    place: Place
    images: float
    """Real images that it was tuned on."""
    seed: int | None
    """Of one generator; None for the family's generators together."""
    arm: Contender
    """The arm that its gain is of."""
    resolution: tuple[int, int] | None
    """(H, W) of what it draws."""
    seconds: float
    """A sample, on the machine that ran the study; NaN if unknown."""
    copies: float
    """Share of its samples that are copies of training images; NaN if unknown."""
    copies_high: float
    """The upper end of its 95 % interval; NaN if unknown."""
    copies_told: str
    """That with its interval."""
    accepted: float
    """Share of its samples that the gate of its fold accepted; NaN without a gate."""
    gate_told: str
    """That in counts, with why others were turned away."""
    found: Compared
    """The registered arm with this generator against the same control."""


def makers(placed: Placed, control: Contender | None, outcome: Outcome, out: Path) -> tuple[Maker, ...]:
    """Every generator whose images the registered arm was trained on, after its family as a whole.

    `out` is the study's folder; what does not lie there is unknown. The gain is over `control` of the
    registered comparison, at every size of the study's first learner.
    """
    study, rows = placed.study, list[Maker]()
    places = [p for p in placed.places if (p.task, p.learner) == (study.task, study.learners[0])]
    for place in places if placed.find(study.primary.arm).arm.drawn else ():
        for family in study.families:
            rows += _of_family(placed, place, family.name, control, outcome, out)
    return tuple(rows)


def _of_family(
    placed: Placed, place: Place, family: str, control: Contender | None, outcome: Outcome, out: Path
) -> list[Maker]:
    arm = placed.find(placed.study.primary.arm, family)
    ours, theirs = placed.at(place, arm), placed.at(place, control) if control else []
    seeds = sorted({cell.generator_seed for cell in ours if cell.generator_seed is not None})
    alone = []
    for seed in seeds:
        mine = [cell for cell in ours if cell.generator_seed == seed]
        pool = out / POOLS / f"{family}-{place.size:g}-{seed}"
        told, gate = _copies(pool, mine), _gate(pool, mine)
        rate, high = _rate(told)
        alone.append(
            Maker(
                family=family,
                place=place,
                images=placed.images(place.size),
                seed=seed,
                arm=arm,
                resolution=_resolution(pool),
                seconds=_seconds(pool),
                copies=rate,
                copies_high=high,
                copies_told=told,
                accepted=_share(gate),
                gate_told=gate,
                found=compare(mine, theirs, outcome),
            )
        )
    return [_together(alone, compare(ours, theirs, outcome)), *alone] if alone else []


def _together(alone: list[Maker], found: Compared) -> Maker:
    """A family by its generators: mean time, the highest copy rate, the fewest that a gate accepted."""
    known = [one.seconds for one in alone if math.isfinite(one.seconds)]
    worst = max(alone, key=lambda one: _known(one.copies, one.copies_high))
    least = min(alone, key=lambda one: one.accepted if math.isfinite(one.accepted) else math.inf)
    sizes = {one.resolution for one in alone}
    return replace(
        worst,
        seed=None,
        resolution=sizes.pop() if len(sizes) == 1 else None,
        seconds=sum(known) / len(known) if known else math.nan,
        accepted=least.accepted,
        gate_told=least.gate_told,
        found=found,
    )


def _resolution(pool: Path) -> tuple[int, int] | None:
    try:
        height, width = Cohort.open(pool).load(0).image.shape
    except DiptychError:
        return None
    return height, width


def _seconds(pool: Path) -> float:
    try:
        cost = read_cost(pool)
    except DiptychError:
        return math.nan
    return sum(cost.seconds) / sum(cost.samples) if cost else math.nan


def _copies(pool: Path, cells: Sequence[Cell]) -> str:
    """As the study's folder has it, or as the cells do."""
    try:
        told = json.loads(pool.with_name(f"{pool.name}.json").read_text(encoding="utf-8"))
        return str(told["copies"])
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return next((cell.extra["copies"] for cell in cells if "copies" in cell.extra), "")


def _gate(pool: Path, cells: Sequence[Cell]) -> str:
    """As the pool's folder has it, or as the cells do; empty without a gate."""
    try:
        return read_passed(pool).told()
    except DiptychError:
        return next((cell.extra["gate"] for cell in cells if "gate" in cell.extra), "")


def _share(told: str) -> float:
    """Of `41 of 64: agreement 14`; NaN where nothing is told."""
    found = re.match(r"(\d+) of (\d+)", told)
    return int(found[1]) / int(found[2]) if found and int(found[2]) else math.nan


def _known(*numbers: float) -> tuple[float, ...]:
    """To order by: what is unknown comes before all shares."""
    return tuple(-1.0 if math.isnan(number) else number for number in numbers)


def _rate(told: str) -> tuple[float, float]:
    """The rate and its upper end of `0.042 (0.004, 0.140)`; NaN for what is not told."""
    number = r"\d+(?:\.\d+)?"
    found = re.match(rf"({number})(?: \({number}, ({number})\))?", told)
    return (float(found[1]), float(found[2] or "nan")) if found else (math.nan, math.nan)
