"""Cohen's kappa: the value against another implementation, the interval against its definition."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from diptych.base.errors import DiptychError
from diptych.catalogue.review import agreements, cohen_kappa
from diptych.catalogue.review.agreement import Z95

from .conftest import Say


def spread(table: Sequence[Sequence[int]]) -> tuple[list[str], list[str]]:
    """The words of two raters from a table of counts."""
    cells = [(str(i), str(j)) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [a for a, _ in cells], [b for _, b in cells]


def kappa_of(shares: np.ndarray) -> float:
    chance = shares.sum(0) @ shares.sum(1)
    return float((np.trace(shares) - chance) / (1 - chance))


TABLES = ([[20, 5], [10, 15]], [[45, 15], [25, 15]], [[10, 4, 1], [6, 15, 7], [2, 3, 12]], [[90, 2], [3, 5]])


@pytest.mark.parametrize("table", TABLES)
def test_the_value_is_that_of_another_implementation(table: list[list[int]]) -> None:
    first, second = spread(table)
    assert cohen_kappa(first, second).value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)


@pytest.mark.parametrize("table", TABLES)
def test_the_interval_is_that_of_the_delta_method(table: list[list[int]]) -> None:
    """Fleiss, Cohen and Everitt's formula is the first-order variance of kappa under multinomial counts."""
    counts = np.array(table, float)
    n, p = counts.sum(), counts / counts.sum()
    slope = np.empty(p.size)
    for k in range(p.size):
        step = np.zeros(p.size)
        step[k] = 1e-6
        step = step.reshape(p.shape)
        slope[k] = (kappa_of(p + step) - kappa_of(p - step)) / 2e-6
    flat = p.ravel()
    error = math.sqrt((slope @ (np.diag(flat) - np.outer(flat, flat)) @ slope) / n)
    found = cohen_kappa(*spread(table))
    assert found.low == pytest.approx(found.value - Z95 * error, abs=1e-5)
    assert found.high == pytest.approx(min(found.value + Z95 * error, 1.0), abs=1e-5)


def test_a_worked_example() -> None:
    """Two readers, 50 grant proposals: po 0.70, pe 0.50, kappa 0.40."""
    found = cohen_kappa(*spread([[20, 5], [10, 15]]))
    assert (round(found.value, 12), found.agreed, found.n) == (0.4, 0.7, 50)


def test_the_interval_covers(rng_draws: int = 300) -> None:
    chance, truth = np.random.default_rng(7), np.array([[0.5, 0.1], [0.1, 0.3]])
    draws = (chance.multinomial(150, truth.ravel()).reshape(2, 2) for _ in range(rng_draws))
    found = [cohen_kappa(*spread(table.tolist())) for table in draws]
    covered = np.mean([k.low <= kappa_of(truth) <= k.high for k in found])
    assert 0.91 <= covered <= 0.98


def test_edges() -> None:
    assert cohen_kappa(["a", "b"], ["a", "b"]).value == 1.0
    assert cohen_kappa(["a", "b"] * 5, ["b", "a"] * 5).value == -1.0
    same = cohen_kappa(["a"] * 9, ["a"] * 9)
    assert math.isnan(same.value) and "both always said the same" in str(same)
    with pytest.raises(DiptychError, match="too few"):
        cohen_kappa(["a"], ["a"])


def test_votes_count_before_consensus(say: Say) -> None:
    say("screening", "anna", {"alpha": "include", "beta": "exclude", "gamma": "include", "delta": "exclude"})
    say("screening", "bert", {"alpha": "include", "beta": "exclude", "gamma": "exclude"})
    review = say("screening", "both", {"gamma": "include"}, consensus=True)
    ((pair, kappa),) = agreements(review, "screening").items()
    assert (pair, kappa.n, kappa.agreed) == (("anna", "bert"), 3, pytest.approx(2 / 3))
    assert agreements(review, "screening", 1) == agreements(review, "screening")
    for stage, round in (("screening", 2), ("eligibility", None), ("retrieval", None)):
        with pytest.raises(DiptychError):
            agreements(review, stage, round)  # type: ignore[arg-type]
