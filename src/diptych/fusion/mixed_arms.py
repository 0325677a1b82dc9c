"""Arms that mix real and synthetic rows from the first step to the last."""

from __future__ import annotations

from diptych.base.errors import DiptychError
from diptych.fusion.balancing import Balance, balanced
from diptych.fusion.labelling import Labelling
from diptych.fusion.matching import matched
from diptych.fusion.material import Material
from diptych.fusion.order import ranked
from diptych.fusion.plan import PlanRow
from diptych.fusion.real_arms import real_rows
from diptych.fusion.strategies import STRATEGIES, Draft, StrategyCard, one_phase


@STRATEGIES.register(
    StrategyCard(
        name="matched-distribution",
        summary="real rows and ratio x as many synthetic ones, with the same joint histogram of labels",
        reference="Fu et al. 2026, doi 10.1007/s10278-026-01895-2 (known by its abstract)",
        needs=("synthetic",),
        reads=("ratio",),
    )
)
def matched_distribution(material: Material) -> Draft:
    """More of the same: see `matching.matched`."""
    words = material.labelling.words
    rows = tuple(
        PlanRow(source="synthetic", id=record.id, why=f"matches real rows: {words(cell)}")
        for cell, records in matched(material).items()
        for record in records
    )
    return one_phase((*real_rows(material), *rows), _told_by(material.labelling))


def _told_by(labelling: Labelling) -> str:
    said = f"matched by labels and {', '.join(labelling.groups) or 'no groups'}"
    if not labelling.unsure:
        return said
    return f"{said}, but not by what nobody looked for in some real row: {', '.join(labelling.unsure)}"


@STRATEGIES.register(
    StrategyCard(
        name="class-balancing",
        summary="real rows and synthetic ones that fill rare findings up to a target, none above it",
        reference="Fu et al. 2026, doi 10.1007/s10278-026-01895-2 (known by its abstract)",
        needs=("synthetic",),
        reads=("target",),
    )
)
def class_balancing(material: Material) -> Draft:
    """Only what is short: see `balancing.balanced`."""
    result = balanced(material)
    rows = tuple(
        PlanRow(source="synthetic", id=record.id, why=f"fills {label} up to {result.target}")
        for record, label in result.added
    )
    return one_phase((*real_rows(material), *rows), _told(result))


def _told(result: Balance) -> str:
    parts = [f"{label} {count} -> {result.after[label]}" for label, count in result.before.items()]
    short = [label for label, count in result.after.items() if count < result.target]
    end = f"; the pool has no more for {', '.join(short)}" if short else ""
    return f"balanced up to {result.target}: {', '.join(parts)}{end}"


@STRATEGIES.register(
    StrategyCard(
        name="shuffled-pairs",
        summary="real rows and ratio x as many synthetic images that wear each other's masks and labels",
        control=True,
        needs=("synthetic",),
        reads=("ratio",),
    )
)
def shuffled_pairs(material: Material) -> Draft:
    """Synthetic images, masks and labels as they are drawn, but none that belong together.

    An arm that does not beat this one does not profit from its pairs. The images are handed on in one circle,
    so that no image keeps its own masks; all must be of one size.
    """
    images = material.pick("synthetic", material.wanted())
    if len(images) < 2:
        raise DiptychError.of("--ratio", f"{len(images)} synthetic row(s) cannot be shuffled", "raise it")
    circle = ranked(images, material.arm.seed, "shuffle")
    rows = tuple(
        PlanRow(
            source="synthetic",
            id=image.id,
            labels=other.id,
            why=f"synthetic image with the masks and labels of {other.id}",
        )
        for image, other in zip(circle, (*circle[1:], circle[0]), strict=True)
    )
    return one_phase((*real_rows(material), *rows))
