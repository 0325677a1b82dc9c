from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.coverage import Prdc, prdc
from diptych.metrics.frechet import frd, frechet, frechet_infinite
from diptych.metrics.kid import kid
from diptych.metrics.mmd import mmd
from diptych.metrics.support import alpha_precision, beta_recall
from diptych.metrics.two_sets import size_note, two_sets
from diptych.metrics.vendi import vendi_ratio

METRICS = (frechet, frechet_infinite, frd, kid, mmd, prdc, alpha_precision, beta_recall, vendi_ratio)
LEAST = {alpha_precision: 20, beta_recall: 20}


def numbers(found: Any) -> list[float]:
    """Values of one or several estimates."""
    parts = vars(found).values() if isinstance(found, Prdc) else (found,)
    return [part.value for part in parts]


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
    single = np.random.default_rng(0).normal(0.5, 1, size=(2, 60, 5)).astype(np.float32)
    double = single.astype(np.float64)
    found = metric(*double)
    assert (double == single).all()
    assert metric(*single) == found
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


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda x: np.where(x > 2, np.inf, x), "not all finite"),
        (lambda x: 1e200 * x, "beyond 1e.20"),
        (lambda x: np.full(x.shape, 7e4, np.float32).astype(np.float16), "not all finite"),
        (lambda x: x + 0j, "type complex128"),
        (lambda x: x.astype(str), "no real numbers"),
        (lambda x: x.astype(object), "no real numbers"),
        (lambda x: x[:, :0], "have shape"),
        (lambda x: x[:, 0], "have shape"),
        (lambda x: x[None], "have shape"),
        (lambda x: x[:0], "0 samples are too few"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_what_are_no_features(spoil: Callable[[np.ndarray], np.ndarray], what: str) -> None:
    """One line, the same for all metrics, since all ask for features in the same way."""
    good = np.random.default_rng(2).normal(size=(60, 5))
    for metric in METRICS:
        with pytest.raises(DiptychError, match=what) as refusal:
            metric(good, spoil(good))
        assert len(refusal.value.problems) == 1


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(40, 1), (15, 30), (31, 30), (40, 6)])
def test_any_shape_and_type(metric: Callable[..., Any], shape: tuple[int, int]) -> None:
    """Few samples of many features and many of one, whole numbers, half precision, rows out of order."""
    chance = np.random.default_rng(3)
    x, y = chance.integers(1, 90, size=(2, *shape)).astype(np.int8)
    if shape[0] < LEAST.get(metric, 0) or (metric is frechet_infinite and shape[0] < 3 * shape[1] + 3):
        with pytest.raises(DiptychError, match="too few"):
            metric(x, y)
        return
    found = metric(x.astype(np.float64), y.astype(np.float64))
    assert np.isfinite(numbers(found)).all()
    assert metric(x, y) == found
    assert metric(x.astype(np.float16), y.astype(np.float16)) == found
    strided = np.repeat(y.astype(np.float64), 2, axis=1)[:, ::2]
    assert numbers(metric(x, strided)) == pytest.approx(numbers(found), rel=1e-9)


@pytest.mark.parametrize("metric", [frechet, frechet_infinite, frd, mmd, prdc, alpha_precision, beta_recall])
@pytest.mark.filterwarnings("error")
def test_features_far_from_0_and_columns_that_say_nothing(metric: Callable[..., Any]) -> None:
    x, y = np.random.default_rng(4).normal(0.3, 1, size=(2, 70, 6))
    x[:7], y[:5] = x[7:14], y[5:10]
    found = numbers(metric(x, y))
    assert numbers(metric(x + 1e6, y + 1e6)) == pytest.approx(found, rel=1e-6)
    flat = np.full((70, 2), 1e3 / 7)
    assert numbers(metric(np.hstack([flat, x]), np.hstack([flat, y]))) == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.filterwarnings("error")
def test_one_image_over_and_over(metric: Callable[..., Any]) -> None:
    """As bad as can be, but a number; of such a real set, a refusal or a number."""
    chance = np.random.default_rng(5)
    real, once = chance.normal(size=(60, 5)), np.repeat(chance.normal(size=(1, 5)), 60, axis=0)
    assert np.isfinite(numbers(metric(once, real))).all()
    try:
        assert np.isfinite(numbers(metric(real, once))).all()
    except DiptychError as refusal:
        assert len(refusal.problems) == 1
