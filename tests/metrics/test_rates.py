from __future__ import annotations

import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.rates import rate


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Newcombe 1998 (Stat. Med. 17, 857), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(hits: int, n: int, low: float, high: float) -> None:
    found = rate(hits, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert found.value == hits / n


def test_everything_and_nothing_touch_the_ends() -> None:
    assert rate(20, 20).high == 1.0
    assert rate(0, 20).low == 0.0
    assert rate(20, 20).low == pytest.approx(1 - rate(0, 20).high)


def test_nothing_to_count() -> None:
    with pytest.raises(DiptychError, match="too few"):
        rate(0, 0)
