"""Splits: no subject in two parts, nested subsets, stratified, deterministic."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.records import Finding, Record, carve, split, subset


def make_records(count: int = 400) -> list[Record]:
    """One to three images a subject; a third of the subjects have pneumonia."""
    chooser = random.Random(1)
    records = []
    for subject in range(count):
        findings = (Finding("pneumonia"),) if subject % 3 == 0 else ()
        records += [
            Record(id=f"s{subject}-{image}", body="chest", subject=f"s{subject}", findings=findings)
            for image in range(chooser.randint(1, 3))
        ]
    return records


@given(st.integers(0, 1000), st.integers(2, 60))
@settings(max_examples=40, deadline=None)
def test_parts_are_whole_and_apart(seed: int, count: int) -> None:
    records = make_records(count)
    parts = split(records, {"train": 0.7, "val": 0.2, "test": 0.1}, seed)
    assert sorted(record.id for part in parts.values() for record in part) == sorted(r.id for r in records)
    owners = Counter(subject for part in parts.values() for subject in {record.subject for record in part})
    assert set(owners.values()) == {1}
    rest, fold = carve(records, seed=seed)
    assert rest and fold and not {r.subject for r in rest} & {r.subject for r in fold}


@given(st.integers(0, 1000), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_subsets_are_nested(seed: int, count: int) -> None:
    records = make_records(count)
    sets = [{record.id for record in subset(records, fraction, seed)} for fraction in (0.1, 0.25, 0.5, 1.0)]
    assert sets[0] and sets[0] <= sets[1] <= sets[2] <= sets[3] == {record.id for record in records}


def test_shares_and_strata() -> None:
    records = make_records()
    share = sum(bool(record.findings) for record in records) / len(records)
    for part, fraction in [
        (subset(records, 0.1), 0.1),
        (subset(records, 0.5), 0.5),
        (carve(records)[1], 0.15),
    ]:
        assert abs(len(part) / len(records) - fraction) < 0.01
        assert abs(sum(bool(record.findings) for record in part) / len(part) - share) < 0.06


def test_order_of_rows_does_not_matter_but_the_seed_does() -> None:
    records = make_records()
    shuffled = random.Random(3).sample(records, len(records))
    assert {r.id for r in subset(records, 0.25, 5)} == {r.id for r in subset(shuffled, 0.25, 5)}
    assert {r.id for r in subset(records, 0.25, 5)} != {r.id for r in subset(records, 0.25, 6)}


def test_images_without_subject_are_their_own() -> None:
    records = [Record(id=f"{number}", body="chest") for number in range(100)]
    assert len(subset(records, 0.1)) == 10


def test_bad_shares() -> None:
    records = make_records(3)
    with pytest.raises(DiptychError, match="sum to 1"):
        split(records, {"train": 0.5, "val": 0.2})
    with pytest.raises(DiptychError, match="not a share"):
        subset(records, 0.0)
    with pytest.raises(DiptychError, match="cannot be divided"):
        carve(records[:1])
