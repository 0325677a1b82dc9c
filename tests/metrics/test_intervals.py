from __future__ import annotations

import math

import pytest

from diptych.metrics.intervals import even, log_scale, logit_scale, root_scale, student


def test_known_quantiles() -> None:
    assert student(10) == pytest.approx(2.262157)
    assert student(10**6) == pytest.approx(1.959966, abs=1e-5)


def test_the_scales() -> None:
    assert even(1.0, 0.5, 10) == pytest.approx((1 - 1.1310786, 1 + 1.1310786))
    low, high = log_scale(3.0, 0.6)
    assert low * high == pytest.approx(9)
    assert math.log(high / 3) == pytest.approx(1.959964 * 0.2)
    low, high = logit_scale(0.8, 0.1)
    odds = [p / (1 - p) for p in (low, 0.8, high)]
    assert odds[0] * odds[2] == pytest.approx(odds[1] ** 2)
    assert (high - 0.8) + (0.8 - low) == pytest.approx(2 * 1.96 * 0.1, rel=0.15)


def test_near_zero_the_root_keeps_its_ends_in_reach() -> None:
    low, high = root_scale(0.01, 0.02)
    assert low == 0
    assert math.sqrt(high) == pytest.approx(0.1 + 1.959964 * 0.1)
    assert root_scale(4.0, 0.1) == pytest.approx((4 - 0.196, 4 + 0.196), abs=0.003)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.5])
def test_they_hold_the_value_and_stay_in_range(value: float) -> None:
    for error in (0.0, 0.1, 10.0):
        low, high = logit_scale(value, error)
        assert 0 <= low <= value <= high <= 1
    assert log_scale(1e-12, 1.0)[1] < math.inf
