from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.evaluation.conftest import Builder

from diptych.base.errors import DiptychError
from diptych.evaluation.cost import cost_rows
from diptych.records.cost import COST_FILE, Cost, read_cost, write_cost

COST = Cost(
    maker="nano 12ab",
    samples=(2, 2, 1),
    seconds=(4.0, 6.0, 2.0),
    peak_mib=300.0,
    parameters=7,
    machine="x86_64, 2 threads",
)


def test_a_cohort_that_tells_nothing_has_rows_that_say_so(build: Builder) -> None:
    rows = cost_rows(build("plain", range(3)))
    assert [row.metric for row in rows] == ["seconds", "memory", "parameters"]
    assert all(math.isnan(row.estimate.value) for row in rows)
    assert all("not told" in row.estimate.notes[0] for row in rows)


def test_seconds_memory_and_parameters_come_from_the_file(build: Builder) -> None:
    cohort = build("told", range(5))
    write_cost(cohort.path, COST)
    assert read_cost(cohort.path) == COST
    seconds, memory, parameters = (row.estimate for row in cost_rows(cohort))
    assert seconds.value == pytest.approx(12 / 5)
    assert 0 <= seconds.low < seconds.value < seconds.high
    assert (seconds.n, seconds.unit, memory.unit) == (5, "s a sample", "MiB")
    assert (memory.value, parameters.value) == (300.0, 7.0)


def test_a_part_of_a_cohort_says_that_the_cost_is_of_all(build: Builder) -> None:
    cohort = build("more", range(6))
    write_cost(cohort.path, COST)
    assert all("told of 5 samples, 6 are here" in row.estimate.notes for row in cost_rows(cohort))


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"maker": 1}'])
def test_a_damaged_file_is_refused_by_name(text: str, build: Builder) -> None:
    cohort = build("broken", range(3))
    (Path(cohort.path) / COST_FILE).write_text(text)
    with pytest.raises(DiptychError, match=COST_FILE):
        cost_rows(cohort)
