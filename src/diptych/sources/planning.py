"""What every source of a user's own files shares: new ids, made-up subjects, a validation split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from diptych.base.errors import DiptychError, Problems

if TYPE_CHECKING:
    from diptych.records.sample import Mask, Record


_MANY = 10**6
"""No more samples than this come from one source."""


class Pseudonyms:
    """Numbers names in the order in which they come: the names themselves are forgotten."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """`s0001` for the first name; "" stays ""."""
        if not name:
            return ""
        return self._known.setdefault(name, f"{self._prefix}{len(self._known) + 1:04}")


def new_id(name: str, number: int) -> str:
    """The id of the `number`th image, counted from 0: `image-0001`."""
    return f"{name}-{number + 1:04}"


def check_name(name: str) -> str:
    """The name if it can begin an id. Raises `DiptychError` otherwise."""
    from diptych.records.ids import ID_RULE, is_id

    if not is_id(new_id(name, _MANY)):
        raise DiptychError.of("--name", f"{name!r} cannot begin an id", ID_RULE)
    return name


def with_validation(records: Sequence[Record], share: float) -> tuple[Record, ...]:
    """The records with a `val` split of about `share`, by subject; all `train` when it is 0."""
    from diptych.records.splits import carve, subject_of

    if not 0 <= share < 1:
        raise DiptychError.of("--val", f"{share} is no share", "give a number from 0 up to, but not, 1")
    if share == 0:
        return tuple(replace(record, split="train") for record in records)
    if len({subject_of(record) for record in records}) < 2:
        what = f"{len(records)} image(s) of one subject cannot be divided into train and val"
        raise DiptychError.of("--val", what, "pass --val 0, or add images of other subjects")
    fold = {record.id for record in carve(records, share)[1]}
    return tuple(replace(record, split="val" if record.id in fold else "train") for record in records)


def parse_pairs(options: Sequence[str], flag: str) -> dict[str, str]:
    """`NAME=VALUE` options as a mapping. Raises `DiptychError` for anything else and for doubles."""
    problems, pairs = Problems(), {}
    for option in options:
        name, equals, value = option.partition("=")
        if not (equals and name.strip() and value.strip()):
            problems.add(f"{flag} {option}", "is not NAME=VALUE", f"write {flag} name=value")
        elif name in pairs:
            problems.add(f"{flag} {option}", f"{name} is given twice", "give it once")
        pairs[name.strip()] = value.strip()
    problems.raise_any()
    return pairs


def check_layers(names: Sequence[str], body: str) -> None:
    """Raise `DiptychError` for every name that is no layer of this body region."""
    from diptych.records.labels import LABELS

    lawful = [layer for owner, layer in LABELS if owner == body]
    problems = Problems()
    for name in names:
        if name not in lawful:
            problems.add(f"--layer {name}", f"is no layer of the {body}", f"use {', '.join(lawful)}")
    problems.raise_any()


def told_by_masks(record: Record, masks: dict[str, Mask]) -> Record:
    """The record with what its masks say: layers, missing teeth (closed-world), a sentence if it has none."""
    import numpy as np

    from diptych.records.vocabulary import missing_teeth
    from diptych.sources.meaning import sentence

    findings, groups = record.findings, dict(record.groups)
    if "teeth" in masks:
        present = {int(code) for code in np.unique(masks["teeth"])}
        others = tuple(finding for finding in findings if finding.name != "missing")
        findings = (*missing_teeth(present), *others)
        # The teeth can be told even where nobody looked for anything else.
        groups.pop("findings", None)
    text = record.text or sentence(record.body, findings, groups, record.id)
    return replace(record, layers=tuple(masks), findings=findings, text=text)
