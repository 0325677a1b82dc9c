from __future__ import annotations

import math

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.ranges import plausible_rates, reference_ranges, within


def scores(n: int, seed: int, shift: float = 0.0) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(seed)
    return {"a": chance.normal(shift, 1, n), "b": chance.normal(0, 1, n), "rule": np.ones(n, bool)}


def test_new_images_of_the_same_kind() -> None:
    found = plausible_rates(scores(2000, 0), scores(2000, 1))
    assert found["a"].low < 0.98 < found["a"].high
    assert found["every score"].value == pytest.approx(0.98**2, abs=0.015)
    assert (found["rule"].value, found["rule"].n) == (1, 2000)


@pytest.mark.parametrize(("real", "expected"), [(25, 1 - 2 / 26), (120, 0.98)])
def test_ranges_of_few_images_are_as_wide_as_they_say(real: int, expected: float) -> None:
    found = [plausible_rates(scores(400, 2 * s), scores(real, 2 * s + 1))["a"].value for s in range(200)]
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / np.sqrt(200))


def test_images_of_another_kind() -> None:
    made = scores(200, 0, shift=6)
    made["rule"][:50] = False
    found = plausible_rates(made, scores(300, 1))
    assert found["a"].high < 0.05
    assert found["rule"].value == 0.75
    assert found["every score"].value == found["a"].value


def test_what_does_not_apply_is_left_out_and_said() -> None:
    made, real = scores(100, 0), scores(100, 1)
    made["b"][:30] = np.nan
    real["b"][:2] = np.nan
    found = plausible_rates(made, real)
    assert found["b"].n == 70
    assert found["b"].notes == ("does not apply to 30 of 100 images; of real ones to 2%",)
    assert np.isnan(within(made, reference_ranges(real))["b"][:30]).all()
    assert found["every score"].n == 100
    made["b"][:] = np.nan
    nothing = plausible_rates(made, real)["b"]
    assert math.isnan(nothing.value)
    assert nothing.n == 0


def test_images_of_one_subject_are_not_many() -> None:
    chance = np.random.default_rng(0)
    few = {"a": chance.normal(0, 2, 60)}
    real = {"a": chance.normal(0, 1, 500)}
    subjects = [str(i // 5) for i in range(300)]
    many = plausible_rates({"a": few["a"].repeat(5)}, real, subjects)["a"]
    once = plausible_rates(few, real)["a"]
    assert many.value == once.value
    assert many.high - many.low == pytest.approx(once.high - once.low, rel=0.1)


def test_bad_input() -> None:
    with pytest.raises(DiptychError, match="too few"):
        reference_ranges(scores(19, 0))
    with pytest.raises(DiptychError, match="has no range"):
        within(scores(30, 0), {"a": (0, 1)})
