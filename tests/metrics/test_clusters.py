from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.clusters import clustered_rate
from diptych.metrics.rates import rate


def test_without_clusters_it_is_wilsons() -> None:
    hits = np.array([1, 1, 0, 1, 0])
    assert clustered_rate(hits) == rate(3, 5)
    assert clustered_rate(hits, list("abcde")) == rate(3, 5)


def test_images_of_one_subject_that_fall_together_count_once() -> None:
    hits = np.random.default_rng(0).random(60) < 0.7
    once = clustered_rate(hits)
    many = clustered_rate(hits.repeat(10), [str(i // 10) for i in range(600)])
    assert many.value == once.value
    assert many.n == 600
    assert many.high - many.low == pytest.approx(once.high - once.low, rel=0.06)


def test_covers_with_clusters_where_the_plain_interval_does_not() -> None:
    chance = np.random.default_rng(0)
    subjects = [str(i // 8) for i in range(240)]
    plain = clustered = 0
    for _ in range(300):
        tendency = chance.beta(2, 2, 30).repeat(8)
        hits = chance.random(240) < tendency
        found, naive = clustered_rate(hits, subjects), rate(int(hits.sum()), 240)
        clustered += found.low <= 0.5 <= found.high
        plain += naive.low <= 0.5 <= naive.high
    assert 0.92 <= clustered / 300 <= 0.98
    assert plain / 300 < 0.85


def test_when_all_are_hits_the_clusters_are_the_items() -> None:
    found = clustered_rate(np.ones(40), [str(i // 4) for i in range(40)])
    assert (found.value, found.high) == (1, 1)
    assert found.low == rate(10, 10).low
    assert clustered_rate(np.ones(4), ["a"] * 4).low < 0.3


def test_nothing_is_refused() -> None:
    with pytest.raises(DiptychError, match="too few"):
        clustered_rate(np.array([]))
