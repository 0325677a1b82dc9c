from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from diptych.base.errors import DiptychError
from diptych.metrics.three_sets import check_three, share_below


def test_a_leak_is_refused() -> None:
    train, heldout = np.random.default_rng(0).normal(size=(2, 30, 4))
    check_three(heldout, train, heldout)
    heldout[3:5] = train[7:9]
    with pytest.raises(DiptychError, match="heldout: 2 of 30 records are training records too; split"):
        check_three(train, train, heldout)
    with pytest.raises(DiptychError, match="2 of 30"):
        check_three(train, train.astype(np.float32), heldout.astype(np.float32))


def test_refusals() -> None:
    rows = np.random.default_rng(1).normal(size=(3, 30, 4))
    with pytest.raises(DiptychError, match="widths 4, 4, 3 differ"):
        check_three(rows[0], rows[1], rows[2][:, :3])
    with pytest.raises(DiptychError, match="heldout: 19 samples are too few"):
        check_three(rows[0], rows[1], rows[2][:19])
    rows[1, 2, 3] = np.inf
    with pytest.raises(DiptychError, match="train: features are not all finite"):
        check_three(*rows)


@pytest.mark.parametrize(("shift", "level", "count"), [(0, 0.05, 60), (-1, 0.1, 100), (-2, 0.05, 200)])
def test_a_known_share_is_covered(shift: float, level: float, count: int) -> None:
    chance = np.random.default_rng(2)
    truth = norm.cdf(norm.ppf(level) - shift)
    found = [share_below(chance.normal(shift, 1, 80), chance.normal(size=count), level) for _ in range(200)]
    assert np.mean([e.low <= truth <= e.high for e in found]) > 0.92
    assert abs(np.mean([e.value for e in found]) - truth) < 0.03


def test_a_share_is_between_nothing_and_all() -> None:
    with pytest.raises(DiptychError, match="level: 5 is not between 0 and 1"):
        share_below(np.zeros(20), np.zeros(20), 5)


def test_tied_values_count_by_part() -> None:
    theirs = np.repeat([0.0, 1.0], [20, 80])
    assert share_below(theirs, theirs, 0.1).value == pytest.approx(0.1)
    assert share_below(np.zeros(50), theirs, 0.1).value == pytest.approx(0.5)
    assert share_below(np.full(50, -1.0), theirs, 0.1).value == 1
