"""Teeth by number and by name."""

from __future__ import annotations

import pytest

from diptych.prompts import teeth
from diptych.prompts.parser import parse
from diptych.records import LABELS, Finding


def test_names_are_those_of_the_labels() -> None:
    assert [teeth.name(fdi) for fdi in teeth.FDI] == [
        LABELS["panoramic", "teeth"].of(fdi).name for fdi in teeth.FDI
    ]
    assert teeth.name(33, side_first=True) == "left lower canine"


@pytest.mark.parametrize("side_first", [False, True])
@pytest.mark.parametrize("fdi", teeth.FDI)
def test_every_name_reads_back(fdi: int, side_first: bool) -> None:
    reading = parse(f"{teeth.name(fdi, side_first=side_first)} missing")
    assert reading.findings == {Finding("missing", str(fdi))}
    assert not reading.notes


def test_ranges_follow_the_arch() -> None:
    assert teeth.span(13, 22) == (13, 12, 11, 21, 22)
    assert teeth.span(48, 46) == teeth.span(46, 48) == (48, 47, 46)
    assert teeth.span(13, 33) == ()


def test_runs_are_unbroken_and_whole() -> None:
    assert teeth.runs({11, 21, 22, 48, 31}) == [(11, 21, 22), (48,), (31,)]
    assert sorted(tooth for run in teeth.runs(teeth.FDI) for tooth in run) == sorted(teeth.FDI)


def test_universal_numbers() -> None:
    assert [teeth.universal_to_fdi(number) for number in (1, 16, 17, 19, 32)] == [18, 28, 38, 36, 48]
