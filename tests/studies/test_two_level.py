from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from diptych.base.errors import DiptychError
from diptych.metrics.f1 import f1 as f1_of
from diptych.metrics.label_agreement import weighted_auc
from diptych.studies.compared import compare
from diptych.studies.grids import Grid, grid, paired_grid, paired_subjects
from diptych.studies.measures import auprc, auroc, brier, class_mean, f1, subject_mean
from diptych.studies.outcomes import outcomes
from diptych.studies.two_level import Resampled, difference, estimate, noninferiority, resample

DICE = subject_mean("dice")


def test_seeds_alone_are_a_paired_t_test(arm) -> None:
    """Subjects who all gain the same leave the seeds: the interval must be that of Student's t."""
    chance = np.random.default_rng(0)
    base, gains = chance.uniform(0.1, 0.9, 40), np.array([0.01, 0.03, 0.02, 0.05, 0.02])
    found = difference(resample(paired_grid(arm(base + gains[:, None]), arm(base + np.zeros((5, 1))), DICE)))
    exact = stats.ttest_1samp(gains, 0)
    low, high = exact.confidence_interval()
    assert found.estimate.value == pytest.approx(gains.mean())
    assert found.estimate.low == pytest.approx(low, abs=0.1 * (high - low) / 2)
    assert found.estimate.high == pytest.approx(high, abs=0.1 * (high - low) / 2)
    assert found.p == pytest.approx(exact.pvalue, rel=0.15)
    assert found.estimate.n == 40
    assert found.estimate.notes == ("1 generator x 5 seeds",)


def test_subjects_alone_are_a_paired_t_test(arm) -> None:
    """Seeds that all say the same leave the subjects."""
    chance = np.random.default_rng(1)
    base, gains = chance.uniform(0.2, 0.8, 30), chance.normal(0.01, 0.03, 30)
    same = np.ones((5, 1))
    found = difference(resample(paired_grid(arm(same * (base + gains)), arm(same * base), DICE)))
    exact = stats.ttest_1samp(gains, 0)
    low, high = exact.confidence_interval()
    assert found.estimate.low == pytest.approx(low, abs=0.1 * (high - low) / 2)
    assert found.estimate.high == pytest.approx(high, abs=0.1 * (high - low) / 2)
    assert found.p == pytest.approx(exact.pvalue, rel=0.25)


def test_noise_is_counted_once(arm) -> None:
    """Every subject and seed by itself: a t test of five seeds' means, and not twice as wide."""
    noise = np.random.default_rng(2).normal(0, 0.1, (5, 200))
    found = estimate(resample(grid(arm(0.5 + noise), DICE)))
    exact = stats.ttest_1samp(noise.mean(axis=1), 0).confidence_interval()
    assert found.high - found.low == pytest.approx(exact.high - exact.low, rel=0.1)


def test_pairing_takes_out_what_arms_share(arm) -> None:
    chance = np.random.default_rng(3)
    shared = 0.6 + chance.normal(0, 0.1, (5, 60))
    first, second = arm(shared + 0.02 + chance.normal(0, 0.01, (5, 60))), arm(shared)
    paired = difference(resample(paired_grid(first, second, DICE))).estimate
    apart = estimate(resample(grid(first, DICE)))
    assert paired.low > 0.015
    assert paired.high - paired.low < 0.3 * (apart.high - apart.low)


def test_any_generator_is_less_sure_than_these(arm) -> None:
    chance = np.random.default_rng(4)
    base = chance.uniform(0.1, 0.8, (5, 40))
    gains = np.array([0.02, 0.04, 0.06])[:, None, None] + chance.normal(0, 0.005, (3, 5, 1))
    runs = paired_grid(arm(base + gains), arm(base), DICE)
    these, any_ = (difference(resample(runs, which)).estimate for which in ("these", "any"))
    assert these.value == any_.value
    assert any_.high - any_.low > 5 * (these.high - these.low)
    assert "about these 3 generators, whose means scatter by 0.0" in these.notes[1]
    low, high = stats.ttest_1samp([0.02, 0.04, 0.06], 0).confidence_interval()
    assert any_.high - any_.low == pytest.approx(high - low, rel=0.15)


@pytest.mark.parametrize("subject", [0.0, 0.04])
def test_type_one_error(subject: float) -> None:
    """A small copy of benchmarks/study_power.py: 150 studies without a gain."""
    wrong = 0
    for study in range(150):
        chance = np.random.default_rng(study)
        gains = (
            chance.normal(0, 0.01, (5, 1)) + chance.normal(0, subject, 30) + chance.normal(0, 0.04, (5, 30))
        )
        runs = Grid(**_drawn(gains, chance), subjects=30)
        wrong += difference(resample(runs)).p < 0.05
    assert 2 <= wrong <= 14


def _drawn(table: np.ndarray, chance: np.random.Generator) -> dict[str, np.ndarray]:
    weights = chance.multinomial(30, np.full(30, 1 / 30), 1000) / 30
    return {"values": table.mean(axis=1)[None], "draws": (weights @ table.T)[:, None]}


def test_seeds_and_generators_that_do_not_match(arm) -> None:
    table = np.random.default_rng(5).random((5, 20))
    runs = paired_grid(arm(table), arm(table[:3]), DICE)
    assert runs.values.shape == (1, 3)
    assert resample(runs).notes[1] == "2 of 5 seeds left out: some run lacks them"
    made = paired_grid(arm(table[None]), arm(table[None, :, ::-1]), DICE)
    assert "one generator: says nothing of others" in made.notes
    one = estimate(resample(grid(arm(table[:1]), DICE)))
    assert "one seed: says nothing of others" in one.notes
    with pytest.raises(DiptychError, match="share no seed"):
        paired_grid(arm(table)[:2], arm(table)[3:], DICE)
    two = arm(np.stack([table, table]))
    with pytest.raises(DiptychError, match="share no generator"):
        paired_grid(two[:5], two[5:], DICE)


def test_other_subjects_and_mixed_settings_are_refused(arm, cell) -> None:
    table = np.random.default_rng(6).random((2, 20))
    others = arm(table, subjects=tuple(f"x{i}" for i in range(20)))
    with pytest.raises(DiptychError, match="other subjects"):
        paired_grid(arm(table), others, DICE)
    with pytest.raises(DiptychError, match="several settings"):
        grid([cell(), cell(arm="matched", seed=1)], DICE)
    with pytest.raises(DiptychError, match="too few"):
        grid(arm(table[:, :4]), DICE)
    with pytest.raises(DiptychError, match="has no scores.nsd"):
        grid(arm(table), subject_mean("nsd"))


def test_noninferiority(arm) -> None:
    chance = np.random.default_rng(7)
    base = chance.uniform(0.1, 0.9, (5, 60))
    near = resample(paired_grid(arm(base - 0.005 + chance.normal(0, 0.01, (5, 60))), arm(base), DICE))
    far = resample(paired_grid(arm(base - 0.03 + chance.normal(0, 0.01, (5, 60))), arm(base), DICE))
    assert noninferiority(near, 0.02).value < 0.05
    assert "not inferior by a margin of 0.02; worse by 0.00" in noninferiority(near, 0.02).notes[0]
    assert noninferiority(far, 0.02).value > 0.9
    assert "not shown" in noninferiority(far, 0.02).notes[0]
    # A distance: less is better, so the far arm is now the better one.
    assert noninferiority(far, 0.02, "lower").value < 0.001
    noise = chance.normal(0, 0.5, (5, 60))
    noisy = resample(paired_grid(arm((base + noise).clip(0, 1)), arm(base), DICE))
    assert difference(noisy).p > 0.05
    assert noninferiority(noisy, 0.02).value > 0.05


def test_noninferiority_is_one_side_of_a_t_test(arm) -> None:
    chance = np.random.default_rng(8)
    base, gains = chance.uniform(0.2, 0.8, 50), chance.normal(-0.01, 0.03, 50)
    found = noninferiority(resample(paired_grid(arm((base + gains)[None]), arm(base[None]), DICE)), 0.02)
    exact = stats.ttest_1samp(gains, -0.02, alternative="greater").pvalue
    assert found.value == pytest.approx(exact, rel=0.25)


def test_a_measure_that_applies_to_nobody_is_not_estimable(cell) -> None:
    bare = [cell(scores={"dice": {"all": (None,) * 20}}, seed=seed) for seed in range(3)]
    with pytest.raises(DiptychError, match="not estimable"):
        resample(grid(bare, DICE))
    real = [cell(seed=seed) for seed in range(3)]
    (outcome,) = outcomes([*bare, *real])
    found = compare(bare, real, outcome)
    assert found.verdict == "not told yet" and "not estimable" in found.reason


def test_means_of_classes_and_holes(cell) -> None:
    cells = [
        cell(
            scores={"dice": {"all": (0.5,) * 6, "11": (0.2,) * 5 + (None,), "12": (None,) * 5 + (1.0,)}},
            **facts,
        )
        for facts in ({"subjects": tuple("abcdef")},)
    ]
    runs = grid(cells, class_mean("dice"))
    assert runs.values[0, 0] == pytest.approx(0.6)
    x, y = paired_subjects(cells, cells, class_mean("dice"))
    np.testing.assert_allclose(x, [0.2] * 5 + [1.0])
    np.testing.assert_allclose(x, y)


def test_rankings_are_resampled_too(cell) -> None:
    chance = np.random.default_rng(9)
    truth = np.arange(80) < 30
    scores = 1 / (1 + np.exp(-chance.normal(truth, 1, (2, 5, 80))))
    arms = [
        [
            cell(
                truth,
                seed=seed,
                scores={},
                probabilities={"c": tuple(row)},
                truth={"c": tuple(map(float, truth))},
            )
            for seed, row in enumerate(part)
        ]
        for part in scores
    ]
    runs = paired_grid(*arms, auroc(["c"]))
    ones = np.ones((1, 80))
    expected = [
        weighted_auc(a, truth, ones)[0] - weighted_auc(b, truth, ones)[0]
        for a, b in zip(*scores, strict=True)
    ]
    np.testing.assert_allclose(runs.values[0], expected)
    found = difference(resample(runs))
    assert found.estimate.low < 0 < found.estimate.high
    assert 0 < estimate(resample(grid(arms[0], auprc(["c"])))).value < 1
    with pytest.raises(DiptychError, match="single subject"):
        paired_subjects(*arms, auroc(["c"]))


def test_answers_at_a_threshold_and_their_calibration(cell) -> None:
    chance = np.random.default_rng(11)
    truth, scores = chance.random((2, 30)) < 0.4, chance.random((2, 30))
    columns = {"c": tuple(map(float, truth[0])), "d": (*map(float, truth[1][:-1]), None)}
    one = cell(truth[0], probabilities={"c": tuple(scores[0]), "d": tuple(scores[1])}, truth=columns)
    kept = [np.arange(30) < 30, np.arange(30) < 29]
    expected = [f1_of(p[k] >= 0.5, y[k]).value for p, y, k in zip(scores, truth, kept, strict=True)]
    assert grid([one], f1(["c", "d"])).values.item() == pytest.approx(np.mean(expected))
    squares = (scores - truth) ** 2
    squares[1, -1] = squares[0, -1]
    assert grid([one], brier(["c", "d"])).values.item() == pytest.approx(squares.mean(axis=0).mean())
    assert brier(["c"]).better == "lower"


def test_nothing_to_tell() -> None:
    empty = Resampled(value=float("nan"), draws=np.zeros(0), subjects=9, notes=())
    assert np.isnan(difference(empty).p)
    assert np.isnan(estimate(empty).low)
