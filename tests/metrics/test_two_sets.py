from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.coverage import prdc
from diptych.metrics.frechet import frd, frechet, frechet_infinite
from diptych.metrics.kid import kid
from diptych.metrics.mmd import mmd
from diptych.metrics.support import alpha_precision, beta_recall
from diptych.metrics.two_sets import size_note, two_sets
from diptych.metrics.vendi import vendi_ratio

METRICS = (frechet, frechet_infinite, frd, kid, mmd, prdc, alpha_precision, beta_recall, vendi_ratio)


def test_what_is_asked_of_two_sets() -> None:
    x, y = two_sets(np.ones((3, 2), np.float32), np.ones((4, 2), np.uint8))
    assert x.dtype == y.dtype == np.float64
    with pytest.raises(DiptychError, match="synthetic and real: widths 2 and 3 differ"):
        two_sets(np.ones((3, 2)), np.ones((3, 3)))
    with pytest.raises(DiptychError, match="queries: 3 samples"):
        two_sets(np.ones((3, 2)), np.ones((9, 2)), 4, ("queries", "references"))
    assert size_note(5, 5) == ()
    assert size_note(5, 6)[0].startswith("5 synthetic against 6 real")


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_leave_their_input_alone(metric: Callable[..., Any]) -> None:
    """Also single precision gives the same, and the result holds its value."""
    x, y = np.random.default_rng(0).normal(0.5, 1, size=(2, 60, 5)).astype(np.float32)
    before = x.copy(), y.copy()
    found = metric(x, y)
    assert (x == before[0]).all()
    assert (y == before[1]).all()
    assert metric(x.astype(np.float64), y.astype(np.float64)) == found
    parts = vars(found).values() if metric is prdc else (found,)
    for part in parts:
        assert part.low <= part.value <= part.high


@pytest.mark.parametrize("metric", METRICS)
def test_broken_features_are_named(metric: Callable[..., Any]) -> None:
    good = np.random.default_rng(1).normal(size=(60, 5))
    bad = good.copy()
    bad[3, 2] = np.nan
    with pytest.raises(DiptychError, match="real|second"):
        metric(good, bad)
    with pytest.raises(DiptychError, match="too few"):
        metric(good[:2], good)
