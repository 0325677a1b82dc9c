from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from diptych.evaluation.candidates import of_samples
from diptych.evaluation.measures import MEASURES
from diptych.evaluation.rows import NOT_ESTIMABLE, Row, interval_notes, verdict
from diptych.metrics.estimate import Estimate
from diptych.phantoms import draw_many


def about(value: float, half: float = 0.1) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half, n=50)


@pytest.mark.parametrize(
    ("value", "better", "word"),
    [
        (0.05, "lower", "within floor"),
        (-3.0, "lower", "within floor"),
        (0.5, "lower", "between"),
        (0.95, "lower", "at bad reference"),
        (7.0, "lower", "at bad reference"),
        (-3.0, "middle", "at bad reference"),
        (-0.5, "middle", "between"),
    ],
)
def test_a_value_stands_between_floor_and_bad_reference(value: float, better: str, word: str) -> None:
    assert verdict(about(value), about(0.0), about(1.0), better) == word


def test_higher_is_better_turns_the_track_round() -> None:
    assert verdict(about(1.4), about(1.0), about(0.0), "higher") == "within floor"
    assert verdict(about(0.05), about(1.0), about(0.0), "higher") == "at bad reference"


def test_an_interval_that_ignores_subjects_says_where_it_does() -> None:
    one = of_samples(draw_many("chest", 4, 0, (32, 32)), "real images", "chest", (32, 32))
    two = replace(one, subjects=("a", "a", "b", "b"))
    plain, known = MEASURES.card("frechet"), MEASURES.card("copy-rate")
    said = "interval may be too narrow: it takes 4 images of 2 subjects (real images) as independent"
    assert interval_notes(plain, (one, one)) == ()
    assert interval_notes(plain, (one, two, two)) == (said,)
    assert interval_notes(known, (two,)) == ()
    assert interval_notes(MEASURES.card("kid"), (two,))[1:] == (said,)


def test_floor_and_bad_reference_that_meet_tell_nothing() -> None:
    assert verdict(about(0.1), about(0.0), about(0.15), "lower") == "cannot tell"
    # Worse than both is bad, however near to each other those are.
    assert verdict(about(5.0), about(0.0), about(0.15), "lower") == "at bad reference"


def test_an_interval_from_the_bad_reference_to_the_floor_decides_nothing() -> None:
    wide = Estimate(value=0.02, low=0.0, high=0.95, n=20)
    assert verdict(wide, about(0.9), about(0.0), "higher") == "cannot tell"
    near = Estimate(value=0.7, low=0.3, high=0.95, n=20)
    assert verdict(near, about(0.9), about(0.0), "higher") == "within floor"


def test_sets_that_are_the_same_are_at_the_floor() -> None:
    same = Estimate(value=-math.inf, low=-math.inf, high=-math.inf, n=20)
    assert verdict(same, about(0.0), about(3.0), "lower") == "within floor"
    assert verdict(about(5.0), NOT_ESTIMABLE, about(0.15), "lower") == "cannot tell"


def test_no_value_is_no_verdict_and_null_in_json() -> None:
    row = Row(
        metric="kid",
        axis="fidelity",
        extractor="lite",
        group="all",
        estimate=NOT_ESTIMABLE,
        floor=about(0.0),
        bad=about(1.0),
        bad_name="blurred",
        better="lower",
    )
    told = row.as_json()
    assert row.verdict == "not estimable"
    assert told["verdict"] is None
    assert told["value"] is None
    assert math.isclose(told["floor"], 0.0)
    json.dumps(told, allow_nan=False)
