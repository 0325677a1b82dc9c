"""Which findings and attributes a chest phantom has: drawn, or checked when given."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from diptych.base.errors import Problems
from diptych.records.finding import Finding
from diptych.records.vocabulary import SIDES, ZONES, check_finding

DRAWABLE = ("opacity", "effusion", "pneumothorax", "cardiomegaly", "pneumonia")


def draw_case(rng: np.random.Generator) -> frozenset[Finding]:
    """Findings of one imagined patient; about a third of the chests are normal."""
    found: set[Finding] = set()
    if rng.random() < 0.33:
        return frozenset()
    if rng.random() < 0.65:
        zones = rng.choice(
            ZONES, size=int(rng.choice([1, 2, 3, 4], p=[0.5, 0.28, 0.14, 0.08])), replace=False
        )
        found |= {Finding("opacity", str(zone)) for zone in zones} | {Finding("pneumonia")}
    found |= {Finding("effusion", side) for side in SIDES if rng.random() < 0.14}
    if rng.random() < 0.14:
        found.add(Finding("pneumothorax", str(rng.choice(SIDES))))
    if rng.random() < 0.18:
        found.add(Finding("cardiomegaly"))
    return frozenset(found)


def draw_groups(rng: np.random.Generator) -> dict[str, str]:
    """View, age group and (for adults, in whom it shows) sex."""
    adult = rng.random() < 0.4
    if not adult:
        return {"view": "AP" if rng.random() < 0.85 else "PA", "age_group": "child"}
    return {
        "view": "PA" if rng.random() < 0.65 else "AP",
        "age_group": "adult",
        "sex": str(rng.choice(["F", "M"])),
    }


def check_case(findings: Collection[Finding]) -> frozenset[Finding]:
    """The findings, if this engine can show each; raises `DiptychError` naming all others."""
    problems = Problems()
    for finding in sorted(findings):
        with problems.collect():
            check_finding("chest", finding)
            if finding.name not in DRAWABLE:
                problems.add(
                    f"finding {finding}", "cannot be drawn by the chest phantom", f"use {', '.join(DRAWABLE)}"
                )
    problems.raise_any()
    return frozenset(findings)


def check_groups(groups: Mapping[str, str]) -> dict[str, str]:
    """Group attributes this engine can show; raises `DiptychError` naming all others."""
    lawful = {"view": ("AP", "PA"), "age_group": ("child", "adult"), "sex": ("F", "M")}
    problems = Problems()
    for name, value in groups.items():
        if value not in lawful.get(name, ()):
            problems.add(f"group {name}={value}", "cannot be drawn by the chest phantom", f"use {lawful}")
    problems.raise_any()
    return dict(groups)
