"""Findings and groups as a vector of zeros and ones: what a sentence asks for, without its wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from diptych.base.errors import DiptychError, Problems
from diptych.records.finding import Finding
from diptych.records.vocabulary import (
    AGE_GROUPS,
    BODIES,
    PANORAMIC_FINDINGS,
    SEXES,
    SITES,
    TEETH,
    TOOTH_FINDINGS,
    VIEWS,
    age_group,
    check_finding,
)

NORMAL = "normal"
"""The chest slot that is one when there is no finding at all."""

_CHEST_GROUPS = {"view": VIEWS, "age_group": AGE_GROUPS, "sex": SEXES}


class SlotSpace:
    """The named slots of one body region, in an order that checkpoints rely on.

    Panoramic: nine findings on each of 32 teeth ("missing:18"), then four of the whole
    image ("restoration:"). Chest: "opacity:right upper" and the other findings at their
    sites, "normal", and the groups ("view:AP", "age_group:child", "sex:F").
    """

    def __init__(self, body: str) -> None:
        if body not in BODIES:
            raise DiptychError.of("body", f"unknown body region {body!r}", f"choose from {', '.join(BODIES)}")
        self.body = body
        self.names: tuple[str, ...] = _panoramic() if body == "panoramic" else _chest()
        self._index = {name: index for index, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """The position of a slot."""
        return self._index[name]

    def encode(
        self, findings: Iterable[Finding], groups: Mapping[str, str] | None = None
    ) -> NDArray[np.float32]:
        """A (n_slots,) vector of 0 and 1.

        A stated age sets the slot of its age group; group values that have no slot are left out.
        Raises `DiptychError` naming every finding that the body region does not have.
        """
        found = tuple(findings)
        problems = Problems()
        for finding in found:
            with problems.collect():
                check_finding(self.body, finding)
        problems.raise_any()
        vector = np.zeros(len(self), np.float32)
        vector[[self._index[f"{finding.name}:{finding.site}"] for finding in found]] = 1
        if self.body == "chest":
            vector[self._index[NORMAL]] = not found
            vector[[self._index[slot] for slot in _group_slots(groups or {})]] = 1
        return vector

    def decode(
        self, vector: NDArray[np.floating], threshold: float = 0.5
    ) -> tuple[frozenset[Finding], dict[str, str]]:
        """The findings above the threshold, and for each group its strongest value if that is above it.

        The slot "normal" says nothing that the other slots do not, and is not read.
        """
        values = dict(zip(self.names, np.asarray(vector, np.float64).tolist(), strict=True))
        sites = SITES[self.body]
        findings, groups = set(), {}
        for slot, value in values.items():
            name, _, site = slot.partition(":")
            if name in sites and value > threshold:
                findings.add(Finding(name, site))
        for key, choices in _CHEST_GROUPS.items() if self.body == "chest" else ():
            best = max(choices, key=lambda choice: values[f"{key}:{choice}"])
            if values[f"{key}:{best}"] > threshold:
                groups[key] = best
        return frozenset(findings), groups


def _panoramic() -> tuple[str, ...]:
    on_teeth = (f"{name}:{tooth}" for tooth in TEETH for name in TOOTH_FINDINGS)
    return (*on_teeth, *(f"{name}:" for name in PANORAMIC_FINDINGS))


def _chest() -> tuple[str, ...]:
    findings = (f"{name}:{site}" for name, sites in SITES["chest"].items() for site in sites)
    groups = (f"{key}:{choice}" for key, choices in _CHEST_GROUPS.items() for choice in choices)
    return (*findings, NORMAL, *groups)


def _group_slots(groups: Mapping[str, str]) -> list[str]:
    known = dict(groups)
    known.setdefault("age_group", age_group(known.get("age", "")))
    return [f"{key}:{known[key]}" for key, choices in _CHEST_GROUPS.items() if known.get(key) in choices]
