from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from diptych.base.errors import DiptychError
from diptych.metrics.three_sets import bar_at, check_three, share_below


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


@pytest.mark.parametrize("count", [25, 60, 130])
@pytest.mark.parametrize("copies", [0.0, 0.05, 0.5])
def test_few_heldout_values_do_not_bias_the_share(count: int, copies: float) -> None:
    """Copies far below everything, among values of one distribution with theirs."""
    chance, level = np.random.default_rng(3), 0.01
    found = []
    for _ in range(300):
        ours = np.where(chance.random(136) < copies, -9.0, chance.normal(size=136))
        found.append(share_below(ours, chance.normal(size=count), level))
    truth = copies + (1 - copies) * level
    # A share below nothing is 0, which leaves at most 0.016 at 25.
    assert np.mean([e.value for e in found]) == pytest.approx(truth, abs=0.4 / count + 0.003)
    assert np.mean([e.low <= truth <= e.high for e in found]) > 0.92


@pytest.mark.parametrize("count", [20, 60, 400])
def test_copies_alone_are_no_doubtful_case(count: int) -> None:
    found = share_below(np.full(60, -9.0), np.random.default_rng(4).normal(size=count), 0.05)
    assert found.value == 1
    assert found.low > 0.9


def test_a_bar_has_its_share_below_it() -> None:
    chance = np.random.default_rng(5)
    for count, expected in ((50, 1 / 51), (99, 0.01), (250, 0.01)):
        below = [norm.cdf(bar_at(chance.normal(size=count), 0.01)) for _ in range(2000)]
        assert np.mean(below) == pytest.approx(expected, rel=0.1)


def test_values_of_one_subject_are_one_witness() -> None:
    chance = np.random.default_rng(6)
    ours, theirs = chance.normal(-1, 1, 60), chance.normal(size=80)
    names = [str(i // 2) for i in range(120)], [str(i // 2) for i in range(160)]
    once = share_below(ours, theirs, 0.05)
    twice = share_below(ours.repeat(2), theirs.repeat(2), 0.05, subjects=names)
    assert twice.value == once.value
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.1)
    naive = share_below(ours.repeat(2), theirs.repeat(2), 0.05)
    assert naive.high - naive.low < 0.85 * (once.high - once.low)
