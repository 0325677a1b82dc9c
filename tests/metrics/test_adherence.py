from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.adherence import (
    absent_rate,
    all_absent_rate,
    balanced_rate,
    named,
    presence,
    present_rate,
)
from diptych.records.finding import Finding


def test_presence_ignores_fragments() -> None:
    masks = np.zeros((2, 100, 100), np.uint8)
    masks[0, :3, :3] = 18
    masks[1, 0, :5] = 18
    assert presence(masks, (18, 28)).tolist() == [[True, False], [False, False]]
    assert presence(masks, (18,), least=0).tolist() == [[True], [True]]


def test_rates_by_hand() -> None:
    codes = (18, 28, 11)
    asked = named([[Finding("missing", "18"), Finding("missing", "28")], [Finding("caries", "18")]], codes)
    assert asked.tolist() == [[True, True, False], [False, False, False]]
    shown = np.array([[True, False, True], [True, True, False]])
    assert absent_rate(shown, asked).value == 0.5
    assert absent_rate(shown, asked).n == 1
    assert all_absent_rate(shown, asked).value == 0
    assert present_rate(shown, asked).value == pytest.approx((1 + 2 / 3) / 2)
    with pytest.raises(DiptychError, match="asked to be absent"):
        absent_rate(shown, asked & False)
    with pytest.raises(DiptychError, match="every"):
        present_rate(shown, asked | True)


def test_the_balanced_rate_by_hand() -> None:
    asked = np.array([[True, True, False, False], [False, False, False, True]])
    shown = np.array([[True, False, True, True], [True, False, True, False]])
    found = balanced_rate(shown, asked)
    assert found.value == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found.low <= found.value <= found.high
    assert balanced_rate(~asked, asked).value == 1
    assert balanced_rate(asked, asked).value == 0
    assert balanced_rate(asked | True, asked).value == 0.5
    for nothing in (asked & False, asked | True):
        with pytest.raises(DiptychError, match="adherence"):
            balanced_rate(shown, nothing)


def test_the_balanced_rate_counts_subjects() -> None:
    chance = np.random.default_rng(0)
    asked = chance.random((40, 10)) < 0.3
    shown = (chance.random((40, 10)) < 0.8) ^ asked
    once = balanced_rate(shown, asked)
    twice = balanced_rate(shown.repeat(2, 0), asked.repeat(2, 0), [str(i // 2) for i in range(80)])
    assert twice.value == once.value
    assert twice.high - twice.low == pytest.approx(once.high - once.low, rel=0.1)
    perfect = balanced_rate(~asked.repeat(2, 0), asked.repeat(2, 0), [str(i // 2) for i in range(80)])
    assert perfect.low == pytest.approx(balanced_rate(~asked, asked).low)
    assert 0.8 < perfect.low < perfect.high == 1


def test_the_interval_of_the_balanced_rate_covers() -> None:
    """Images differ, as some masks are better than others; the truth is 0.75."""
    chance = np.random.default_rng(1)
    hits = []
    for _ in range(200):
        asked = chance.random((40, 12)) < 0.2
        good = chance.choice([0.6, 0.9], size=(40, 1))
        shown = (chance.random((40, 12)) < good) ^ asked
        found = balanced_rate(shown, asked)
        hits.append(found.low <= 0.75 <= found.high)
    assert np.mean(hits) > 0.9
