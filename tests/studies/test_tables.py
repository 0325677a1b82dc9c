from __future__ import annotations

import math

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.studies.arms import against
from diptych.studies.breakdown import by_class, by_subject_group, only
from diptych.studies.holm import holm
from diptych.studies.measures import auroc, subject_mean
from diptych.studies.registered import signed

DICE = subject_mean("dice")


@pytest.fixture
def study(arm) -> list:
    """One arm that helps and two that do not, at two fractions; the control of one of them is missing."""
    chance = np.random.default_rng(0)
    base = 0.7 + chance.normal(0, 0.1, 40) + chance.normal(0, 0.01, (5, 40))
    cells = arm(base) + arm(base, fraction=0.5)
    for name, ratio, gain in (("pretrain", 1.0, 0.03), ("matched", 1.0, 0.0), ("matched", 2.0, 0.0)):
        noise = chance.normal(0, 0.02, (5, 40)) + chance.normal(0, 0.005, (5, 1))
        cells += arm(base + gain + noise, arm=name, ratio=ratio)
    return cells + arm(base, arm="pretrain", task="teeth")


def test_a_difference_is_written_with_its_sign_unless_it_is_none() -> None:
    assert [signed(x) for x in (0.0214, -0.0214, 0.0004, -0.0004, math.nan)] == [
        "+0.021",
        "\u22120.021",
        "0.000",
        "0.000",
        "–",
    ]


def test_the_table_of_a_study(study) -> None:
    rows = against(study, "real-only", DICE)
    assert [(row.arm, row.ratio, row.setting.task) for row in rows] == [
        ("matched", 1.0, "lungs"),
        ("matched", 2.0, "lungs"),
        ("pretrain", 1.0, "lungs"),
    ]
    assert [row.adjusted for row in rows] == list(holm([row.gain.p for row in rows]))
    best = rows[2]
    assert best.gain.estimate.low > 0.015
    assert best.adjusted < 0.01
    assert best.signed_rank is not None and best.signed_rank.value < 0.001
    assert best.delta is not None and 0 < best.delta.value < 0.6
    assert best.share is not None and best.share.value > 0.8
    assert all(row.adjusted > 0.05 for row in rows[:2])


def test_a_registered_comparison_is_one_row(study) -> None:
    (row,) = against(study, "real-only", DICE, ["pretrain"])
    assert row.adjusted == row.gain.p
    with pytest.raises(DiptychError, match="arm duplicate: has no cell; choose among matched, pretrain"):
        against(study, "duplicate", DICE)


def test_rankings_have_no_score_of_a_subject(cell) -> None:
    truth = np.arange(30) < 12
    cells = [
        cell(
            truth,
            arm=name,
            seed=seed,
            probabilities={"c": tuple(np.random.default_rng(seed + shift).random(30))},
            truth={"c": tuple(map(float, truth))},
        )
        for shift, name in ((0, "real-only"), (9, "matched"))
        for seed in range(3)
    ]
    (row,) = against(cells, "real-only", auroc(["c"]))
    assert (row.signed_rank, row.delta, row.share) == (None, None, None)
    assert row.gain.estimate.low < 0 < row.gain.estimate.high


def test_gains_by_class(cell) -> None:
    chance = np.random.default_rng(0)

    def classes(gain: float, seed: int) -> dict[str, object]:
        table = 0.5 + chance.normal(0, 0.02, (3, 30)) + np.array([[gain], [0.0], [0.0]])
        rare = (*table[2][:3], *(None,) * 27)
        scores = {"all": tuple(table.mean(axis=0)), "18": tuple(table[0]), "9": tuple(table[1]), "48": rare}
        return {"seed": seed, "scores": {"dice": scores}, "subjects": tuple(map(str, range(30)))}

    first = [cell(arm="pretrain", **classes(0.1, seed)) for seed in range(4)]
    second = [cell(**classes(0.0, seed)) for seed in range(4)]
    found = by_class(first, second, "dice")
    assert list(found) == ["9", "18", "48"]
    assert found["18"].estimate.value == pytest.approx(0.1, abs=0.01)
    assert found["18"].estimate.low > 0.05
    assert found["9"].estimate.low < 0 < found["9"].estimate.high
    assert math.isnan(found["48"].p)
    assert found["48"].estimate.notes == ("not estimable: 3 subjects have the class",)
    with pytest.raises(DiptychError, match="no class"):
        by_class([cell()], [cell(arm="x")], "dice")


def test_gains_by_group(arm) -> None:
    chance = np.random.default_rng(0)
    base = 0.6 + chance.normal(0, 0.05, (5, 60))
    women = np.arange(60) < 25
    first = arm(base + 0.05 * women + chance.normal(0, 0.01, (5, 60)), arm="pretrain")
    second = arm(base)
    sex = {f"s{i:03}": "F" if women[i] else "M" for i in range(50)}
    found = by_subject_group(first, second, DICE, sex)
    assert found.values["F"].value == pytest.approx(0.05, abs=0.005)
    assert found.values["F"].n == 25
    assert found.values["M"].low < 0.002
    assert found.worst == "M"
    assert found.gap.low > 0.03
    few = by_subject_group(first, second, DICE, {"s000": "F", "s030": "M"})
    assert "at least 20 are needed" in few.values["F"].notes[0]
    with pytest.raises(DiptychError, match="name no test subject"):
        by_subject_group(first, second, DICE, {"someone": "F"})


def test_only_some_subjects(cell) -> None:
    part = only(cell(), [3, 1])
    assert part.subjects == ("s003", "s001")
    assert part.scores["dice"]["all"] == (cell().scores["dice"]["all"][3], cell().scores["dice"]["all"][1])
