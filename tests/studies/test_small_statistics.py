from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from diptych.base.errors import DiptychError
from diptych.metrics.delong import delong
from diptych.studies.effect import cliffs_delta, gain_share
from diptych.studies.holm import holm
from diptych.studies.paired_areas import paired_areas
from diptych.studies.signed_rank import signed_rank


def closed_testing(p_values: list[float]) -> list[float]:
    """Holm by its proof: an arm is as sure as the least sure Bonferroni test of any set with it."""
    count = len(p_values)
    sets = [s for size in range(1, count + 1) for s in itertools.combinations(range(count), size)]
    return [max(min(1.0, len(s) * min(p_values[j] for j in s)) for s in sets if i in s) for i in range(count)]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.02, 0.04, 0.05, 0.3, 1.0]), min_size=1, max_size=6))
def test_holm_against_closed_testing(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(closed_testing(p_values))


def test_holm_as_statsmodels_has_it() -> None:
    """`multipletests(..., method="holm")` of statsmodels 0.15."""
    found = holm([0.012, 0.5, 0.003, 0.04, 0.04, 0.0007, 0.2])
    assert found == pytest.approx([0.06, 0.5, 0.018, 0.16, 0.16, 0.0049, 0.4])
    assert holm([]) == ()
    assert holm([0.01, math.nan, 0.04])[::2] == (0.02, 0.04)
    assert math.isnan(holm([0.01, math.nan])[1])


@pytest.mark.parametrize("n", [8, 40, 90])
def test_signed_rank_against_scipy_and_by_enumeration(n: int) -> None:
    x, y = np.random.default_rng(n).normal(0.2, 1, (2, n))
    assert signed_rank(x, y).value == pytest.approx(stats.wilcoxon(x, y).pvalue)
    if n == 8:
        ranks = stats.rankdata(abs(x - y))
        seen = ranks[x > y].sum()
        sums = [ranks @ signs for signs in itertools.product([0, 1], repeat=n)]
        tail = min(np.mean([s <= seen for s in sums]), np.mean([s >= seen for s in sums]))
        assert signed_rank(x, y).value == pytest.approx(min(1, 2 * tail))


def test_signed_rank_at_its_edges() -> None:
    x = np.random.default_rng(0).normal(size=20)
    same = signed_rank(x, x + 1e-12)
    assert (same.value, same.notes) == (1, ("no subject differs",))
    holes = np.where(np.arange(20) < 4, np.nan, x)
    assert signed_rank(holes, x - 1).n == 16
    with pytest.raises(DiptychError, match="too few"):
        signed_rank(x[:5], x[:5])


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_cliffs_delta_by_all_pairs(seed: int) -> None:
    x, y = np.random.default_rng(seed).integers(0, 6, (2, 15)).astype(float)
    assert cliffs_delta(x, y).value == pytest.approx(np.sign(x[:, None] - y).mean())
    assert 2 * gain_share(x, y).value - 1 == pytest.approx(np.sign(x - y).mean())
    assert gain_share(x, y, "lower").value == pytest.approx(1 - gain_share(x, y).value)


def test_effects_at_their_ends() -> None:
    x = np.arange(10.0)
    assert (cliffs_delta(x + 20, x).value, cliffs_delta(x, x).value) == (1, 0)
    # Every subject gains a little: sure, and yet small beside how subjects differ.
    assert gain_share(x + 0.1, x).value == 1
    assert 0 < cliffs_delta(x + 0.1, x).value < 0.2
    assert cliffs_delta(np.where(x < 3, np.nan, x), x).n == 7
    with pytest.raises(DiptychError, match="too few"):
        gain_share(x[:3], x[:3])


def test_delong_between_arms(cell) -> None:
    chance = np.random.default_rng(0)
    truth = np.arange(50) < 20
    scores = 1 / (1 + np.exp(-chance.normal(truth * 1.0, 1, (2, 3, 50))))
    holes = np.where(np.arange(50) == 7, np.nan, truth)
    first, second = (
        [
            cell(
                truth,
                seed=seed,
                probabilities={"caries": tuple(row)},
                truth={"caries": tuple(None if np.isnan(v) else float(v) for v in holes)},
            )
            for seed, row in enumerate(part)
        ]
        for part in scores
    )
    known = np.isfinite(holes)
    wanted = delong(scores[0][:, known], scores[1][:, known], truth[known])
    found = paired_areas(first, second, "caries")
    assert (found.p, found.estimate.low, found.estimate.n) == (wanted.p, wanted.estimate.low, 49)
    assert "other seeds" in found.estimate.notes[0]
    liar = [cell(truth, probabilities={"caries": (0.5,) * 50}, truth={"caries": (1.0,) * 50})]
    with pytest.raises(DiptychError, match="another truth"):
        paired_areas(first[:1], liar, "caries")
