"""Arms of real rows alone: what every gain is held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from diptych.fusion.material import Material
from diptych.fusion.plan import Origin, PlanRow
from diptych.fusion.strategies import STRATEGIES, Draft, StrategyCard, one_phase
from diptych.records.sample import Record


def rows_of(origin: Origin, records: Iterable[Record], why: str) -> tuple[PlanRow, ...]:
    """Rows that are all there for one reason."""
    return tuple(PlanRow(source=origin, id=record.id, why=why) for record in records)


def real_rows(material: Material) -> tuple[PlanRow, ...]:
    """The real training rows, as nearly every arm has them."""
    return rows_of("real", material.real, "real training row")


@STRATEGIES.register(
    StrategyCard(
        name="real-only",
        summary="the real training rows",
        control=True,
    )
)
def real_only(material: Material) -> Draft:
    """What there is without any synthetic image."""
    return one_phase(real_rows(material))


@STRATEGIES.register(
    StrategyCard(
        name="duplicate-real",
        summary="real rows and ratio x as many repeats of them, drawn with replacement",
        reference="Pink and Sykes 2026, PMLR 318 (known by its abstract)",
        control=True,
        reads=("ratio",),
    )
)
def duplicate_real(material: Material) -> Draft:
    """As many rows as `matched-distribution` of the same ratio has, and nothing new in them.

    Every real row is there once, as in the arms with synthetic rows; what these add is drawn from the real
    rows with replacement. An arm that does not beat this one profits from its count alone.
    """
    count = material.wanted()
    chance = np.random.default_rng([material.arm.seed, 61])
    by_id = sorted(material.real, key=lambda record: record.id)
    drawn = [by_id[at].id for at in chance.integers(len(by_id), size=count)]
    seen: Counter[str] = Counter()
    repeats = []
    for name in drawn:
        seen[name] += 1
        repeats.append(PlanRow(source="real", id=name, why=f"repeat {seen[name]} of a real row"))
    return one_phase((*real_rows(material), *repeats))


@STRATEGIES.register(
    StrategyCard(
        name="augmented-real",
        summary="the real training rows, under strong classical augmentation",
        control=True,
    )
)
def augmented_real(material: Material) -> Draft:
    """Marks its phase; writes no changed images.

    Training draws every augmentation anew, at every step. A fixed set of changed files would be a weaker
    control, and synthetic images would be held against less than what is free.
    """
    return one_phase(real_rows(material), augment="strong")
