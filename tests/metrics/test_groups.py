from __future__ import annotations

import math

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.auc import auc
from diptych.metrics.estimate import Estimate
from diptych.metrics.groups import _gap_interval, by_group, item_mean, members, side_by_side
from diptych.metrics.kid import kid
from diptych.metrics.rates import Z95


def fixed(values: dict[str, float], error: float):
    """A metric that knows the answer: rows are numbered by group, ten each of thirty."""

    def metric(rows: np.ndarray) -> Estimate:
        value = list(values.values())[int(rows[0]) // 30]
        return Estimate(value=value, low=value - Z95 * error, high=value + Z95 * error, n=len(rows))

    return metric, members([name for name in values for _ in range(30)])


def test_values_gap_and_worst() -> None:
    metric, groups = fixed({"a": 0.9, "b": 0.5, "c": 0.8}, 0.01)
    found = by_group(metric, groups)
    assert {name: value.value for name, value in found.values.items()} == {"a": 0.9, "b": 0.5, "c": 0.8}
    assert found.gap.value == pytest.approx(0.4)
    assert 0.35 < found.gap.low < 0.4 < found.gap.high < 0.45
    assert found.gap.n == 90
    assert (found.worst, by_group(metric, groups, better="lower").worst) == ("b", "a")


def test_equal_groups_show_a_gap_that_chance_explains() -> None:
    chance = np.random.default_rng(0)
    labels = chance.choice(list("abcdef"), 240)
    found = by_group(item_mean(chance.normal(size=240)), members(labels))
    assert found.gap.value > 0.1
    assert found.gap.low == 0
    assert "biased upward" in found.gap.notes[1]
    shifted = chance.normal(size=240) + 2 * (labels == "c")
    assert by_group(item_mean(shifted), members(labels)).gap.low > 1


@pytest.mark.parametrize("truth", [(0, 0), (0, 0.2), (0, 0, 0, 0), (0.15, 0, 0, 0), (0, 0.1, 0.2)])
def test_the_interval_covers_the_true_gap(truth: tuple[float, ...]) -> None:
    chance = np.random.default_rng(0)
    noise = chance.normal(size=(400, len(truth))) * 0.05
    held = 0
    for _ in range(120):
        low, high = _gap_interval(np.array(truth) + chance.normal(size=len(truth)) * 0.05, noise)
        held += low <= np.ptp(truth) <= high
    assert 0.9 <= held / 120 <= 1


def test_small_groups_are_not_estimable() -> None:
    labels = ["a"] * 50 + ["b"] * 50 + ["rare"] * 19 + [""] * 5
    found = by_group(item_mean(np.arange(124.0)), members(labels))
    assert math.isnan(found.values["rare"].value)
    assert found.values["rare"].notes == ("not estimable: 19 subjects, at least 20 are needed",)
    assert "over 2 of 3 groups" in found.gap.notes
    assert set(found.values) == {"a", "b", "rare"}
    # Fifty images of ten patients are ten.
    patients = [str(i // 5) for i in range(50)] + [str(i) for i in range(100, 174)]
    assert math.isnan(by_group(item_mean(np.arange(124.0)), members(labels), patients).values["a"].value)
    alone = by_group(item_mean(np.arange(124.0)), members(labels), least=60)
    assert (math.isnan(alone.gap.value), alone.worst) == (True, "")


def test_a_metric_that_refuses_a_group_is_heard() -> None:
    scores, positive = np.random.default_rng(0).random(90), np.arange(90) % 2 == 0
    positive[60:] = False
    groups = members(["a"] * 30 + ["b"] * 30 + ["c"] * 30)
    found = by_group(lambda rows: auc(scores[rows], positive[rows]), groups)
    assert "too few" in found.values["c"].notes[0]
    assert math.isfinite(found.gap.value)


def test_groups_of_one_size_for_metrics_that_depend_on_it() -> None:
    features = np.random.default_rng(0).normal(size=(120, 4))
    groups = {"small": np.arange(120) < 30, "large": np.arange(120) >= 20}
    found = by_group(lambda rows: kid(features[rows], features), groups, better="lower", even=True)
    assert [value.n for value in found.values.values()] == [30, 30]


def test_images_of_one_subject_are_not_many() -> None:
    values = np.random.default_rng(0).normal(size=40)
    subjects = [str(i // 6) for i in range(240)]
    once = item_mean(values)(np.arange(40))
    many = item_mean(values.repeat(6), subjects)(np.arange(240))
    assert many.value == pytest.approx(once.value)
    assert many.high - many.low == pytest.approx(once.high - once.low, rel=0.1)


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="yes or no"):
        by_group(item_mean(np.arange(4.0)), {"a": np.ones(4, bool), "b": np.ones(3, bool)})


def test_equal_rates_leave_room_for_a_gap() -> None:
    """No image of either group is a copy: the groups may differ all the same."""
    same = {name: Estimate(value=0.0, low=0.0, high=0.1, n=35) for name in ("a", "b")}
    gap = side_by_side(same, "lower").gap
    assert (gap.value, gap.low) == (0.0, 0.0)
    assert 0.03 < gap.high < 0.15
