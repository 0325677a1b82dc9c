"""Simulated studies whose truth is known, answered, and held against direct computation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.estimate import Estimate
from diptych.phantoms import draw
from diptych.records.cohort import CohortWriter
from diptych.records.cost import Cost, write_cost
from diptych.reports import Cell as Shown
from diptych.studies.answered import Answer, answered
from diptych.studies.arms import against
from diptych.studies.cells import Cell
from diptych.studies.compared import compare, held, verdict
from diptych.studies.design import Family, Learning, Primary, Study, StudyArm
from diptych.studies.grids import paired_grid
from diptych.studies.holm import holm
from diptych.studies.measures import auroc, class_mean, subject_mean
from diptych.studies.outcomes import outcomes
from diptych.studies.paired_areas import paired_areas
from diptych.studies.placed import placed
from diptych.studies.registered import sentence
from diptych.studies.report_json import answer_json
from diptych.studies.report_tables import maker_table
from diptych.studies.report_words import limits
from diptych.studies.two_level import difference, noninferiority, resample
from diptych.studies.wanted import wanted_cells
from diptych.studies.worth import worth

DICE = subject_mean("dice")
PRIMARY = "pretrain-then-finetune + augmented"
WHOLE = 40
"""Real training images of the simulated cohort."""

STUDY = Study(
    name="trial",
    task="lungs",
    learning=Learning(size=(64, 64), steps=10),
    sizes=(8.0, 16.0),
    arms=(
        StudyArm(strategy="real-only"),
        StudyArm(strategy="duplicate-real"),
        StudyArm(strategy="augmented-real"),
        StudyArm(strategy="phantom-pretrain-then-finetune"),
        StudyArm(strategy="pretrain-then-finetune", augment="strong"),
        StudyArm(strategy="synthetic-only", ratio=2.0),
    ),
    primary=Primary(arm=PRIMARY, family="gan", against=("augmented-real", "phantom-pretrain-then-finetune")),
    learners=("unet",),
    families=(Family(name="gan", recipe="chest_gan_nano"),),
    seeds=3,
    generator_seeds=2,
    pool=2.0,
)
GAINS = {"augmented-real": 0.02, "phantom-pretrain-then-finetune": 0.03, "pretrain-then-finetune": 0.08}


def simulate(
    study: Study,
    gains: Mapping[str, float],
    *,
    subjects: int = 24,
    task: str = "",
    spread: float = 0.01,
) -> list[Cell]:
    """All cells of a study of lungs; every arm gains what it is told, and 8 images more gain 0.1."""
    chance = np.random.default_rng(7)
    difficulty = chance.normal(0.6, 0.08, subjects)
    cells = []
    for wanted in wanted_cells(study):
        size = wanted.size if wanted.size > 1 else wanted.size * WHOLE
        gain = gains.get(wanted.arm.strategy, 0.0) + 0.1 * np.log2(size / 8)
        whole = difficulty + gain + chance.normal(0, spread, subjects) + chance.normal(0, 0.003)
        right = whole + chance.normal(0, 0.01, subjects)
        cells.append(
            Cell(
                study=study.name,
                task=task or study.task,
                arm=wanted.arm_name,
                fraction=round(size / WHOLE, 6),
                ratio=wanted.arm.ratio if wanted.arm.added else 0.0,
                learner=wanted.learner,
                generator_seed=wanted.generator_seed,
                seed=wanted.seed,
                images=0 if wanted.arm.without_real else int(size),
                subjects=tuple(f"s{i:02}" for i in range(subjects)),
                scores={
                    "dice": {"right lung": tuple(right), "all": tuple(whole)},
                    "hd95": {"right lung": tuple(30 - 20 * right), "all": tuple(30 - 20 * whole)},
                },
            )
        )
    return cells


def some(cells: list[Cell], arm: str, fraction: float = 0.2) -> list[Cell]:
    return [cell for cell in cells if (cell.arm, cell.fraction) == (arm, fraction)]


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    return simulate(STUDY, GAINS)


@pytest.fixture(scope="module")
def answer(cells: list[Cell], tmp_path_factory: pytest.TempPathFactory) -> Answer:
    return answered(STUDY, cells, tmp_path_factory.mktemp("empty"))


def test_the_registered_comparison_is_the_direct_one(answer: Answer, cells: list[Cell]) -> None:
    arm, control = some(cells, f"{PRIMARY} (gan)"), some(cells, "phantom-pretrain-then-finetune")
    found = answer.own.primary
    assert found.control is not None and found.control.name == "phantom-pretrain-then-finetune"
    assert found.found.gain == difference(resample(paired_grid(arm, control, DICE)))
    assert (found.found.verdict, found.found.seeds, found.found.generators) == ("gain shown", 3, 2)
    assert found.any_generator is not None
    assert found.any_generator.gain == difference(resample(paired_grid(arm, control, DICE), "any"))
    assert 0.04 < found.found.gain.estimate.value < 0.06
    direct = {name: np.mean([c.scores["dice"]["all"] for c in some(cells, name)]) for name, _ in found.scores}
    assert dict(found.scores) == pytest.approx(direct)


def test_the_answer_is_one_sentence_with_all_it_rests_on(answer: Answer) -> None:
    gain = answer.own.primary.found.gain
    assert answer.sentence.startswith(
        f"Gain shown: with 8 real images, {PRIMARY} (gan) scores {gain.estimate.value:.3f} above "
        "phantom-pretrain-then-finetune, the best of its 2 controls, in Dice (all classes; 95 % interval "
    )
    assert answer.sentence.endswith(f"p = {gain.p:.2g}; 24 test subjects, 3 seeds, 2 generators).")
    assert answer.sentence.count(". ") == 0


def test_the_sentence_has_value_and_interval_of_one_sign_where_lower_is_better(answer: Answer) -> None:
    found, far = answer.own.primary, outcomes(answer.placed.cells)[-1]
    assert (far.name, far.better) == ("HD95 in pixels", "lower")
    gain = replace(found.found.gain, estimate=Estimate(value=-1.5, low=-2.0, high=-1.0, n=24))
    told = sentence(replace(found, found=replace(found.found, gain=gain)), far)
    assert " scores 1.500 below phantom-pretrain-then-finetune, " in told
    assert "lower is better; 95 % interval \u22122.000 to \u22121.000" in told


def test_tables_are_those_of_against(answer: Answer, cells: list[Cell]) -> None:
    assert [table.control.name for table in answer.own.tables] == ["real-only", "duplicate-real"]
    for table in answer.own.tables:
        direct = {(r.arm, r.setting.fraction): r for r in against(cells, table.control.name, DICE)}
        assert len(table.rows) == len(direct) == 10
        for row in table.rows:
            other = direct[row.arm.name, row.place.size / WHOLE]
            assert row.found.gain == other.gain
            assert row.adjusted == other.adjusted
            assert (row.signed_rank, row.delta, row.share) == (other.signed_rank, other.delta, other.share)


def test_holm_takes_back_what_is_shown_alone(answer: Answer) -> None:
    for table in answer.own.tables:
        assert [row.adjusted for row in table.rows] == list(holm([row.found.gain.p for row in table.rows]))
        assert all(row.adjusted < 0.05 for row in table.rows if row.verdict == "gain shown")
    assert held("gain shown", 0.06) == "no gain shown" and held("harm shown", 0.04) == "harm shown"


def test_without_real_images_the_share_is_told(answer: Answer, cells: list[Cell]) -> None:
    rows = answer.own.without_real
    assert [(r.tuned, r.images, r.real_images, r.same_number) for r in rows] == [
        (8, 16, 8, False),
        (8, 16, 16, True),
        (16, 32, 16, False),
    ]
    ours = some(cells, "synthetic-only (gan)")
    for row, fraction in ((rows[0], 0.2), (rows[1], 0.4)):
        real = some(cells, "real-only", fraction)
        means = [np.mean([cell.scores["dice"]["all"] for cell in part]) for part in (ours, real)]
        assert row.share.value == pytest.approx(means[0] / means[1])
        assert row.share.low < row.share.value < row.share.high
        assert row.noninferior == noninferiority(resample(paired_grid(ours, real, DICE)), STUDY.margin)


def test_gains_are_worth_real_images(answer: Answer, cells: list[Cell]) -> None:
    real = [cell for cell in cells if cell.arm == "real-only"]
    rows = {(row.arm.name, row.place.size): row for row in answer.own.scores}
    assert len(rows) == 12
    best = rows[f"{PRIMARY} (gan)", 8.0]
    assert best.worth == worth(some(cells, best.arm.name), real, DICE)
    # 0.08 of the 0.1 that doubling the images gains.
    assert best.worth is not None
    assert best.worth.multiplier.value == pytest.approx(2**0.8, rel=0.1)
    assert rows["real-only", 8.0].worth is None
    beyond = rows[f"{PRIMARY} (gan)", 16.0].worth
    assert beyond is not None and np.isinf(beyond.images.value)


def test_other_outcomes_explain_the_first(answer: Answer) -> None:
    dice, distance = answer.secondary
    assert (dice.outcome.name, distance.outcome.name) == ("Dice", "HD95 in pixels")
    assert dice.found == answer.own.primary.found
    assert distance.found is not None and distance.found.verdict == "gain shown"
    assert distance.found.gain.estimate.value < 0
    assert len(distance.scores) == 6


def test_the_order_of_the_cells_changes_no_digit(cells: list[Cell], answer: Answer, tmp_path: Path) -> None:
    mixed = [cells[i] for i in np.random.default_rng(0).permutation(len(cells))]
    assert answer_json(answered(STUDY, mixed, tmp_path)) == answer_json(answer)


@pytest.mark.parametrize(("gain", "word"), [(0.0, "No gain shown"), (-0.06, "Harm shown")])
def test_no_gain_and_harm_are_told(gain: float, word: str, tmp_path: Path) -> None:
    study = replace(STUDY, sizes=(8.0,), generator_seeds=1)
    found = answered(study, simulate(study, {"pretrain-then-finetune": gain}), tmp_path)
    assert found.sentence.startswith(f"{word}: with 8 real images")
    assert ("below" in found.sentence) == (found.own.primary.found.gain.estimate.value < 0)
    assert found.own.primary.any_generator is None


def test_one_seed_shows_nothing(tmp_path: Path) -> None:
    study = replace(STUDY, sizes=(8.0,), seeds=1)
    found = answered(study, simulate(study, GAINS), tmp_path)
    assert found.own.primary.found.verdict == "not told yet"
    assert found.sentence.startswith("Not told yet")
    assert found.sentence.endswith("1 seed, 2 generators); one seed tells nothing of other trainings.")


def test_few_subjects_tell_nothing_but_that(tmp_path: Path) -> None:
    study = replace(STUDY, sizes=(8.0,))
    found = answered(study, simulate(study, GAINS, subjects=4), tmp_path)
    assert "Not told yet" in found.sentence and "test subjects" in found.sentence
    assert all(row.found.reason for table in found.own.tables for row in table.rows)
    assert found.who is None


def test_a_study_is_answered_as_far_as_it_goes(cells: list[Cell], tmp_path: Path) -> None:
    controls = [cell for cell in cells if "gan" not in cell.arm and cell.fraction == 0.2]
    found = answered(STUDY, controls, tmp_path)
    assert (found.present, found.wanted) == (12, 48)
    assert found.sentence == (
        f"Not told yet: with 8 real images, {PRIMARY} (gan) cannot be compared: it has no cell there yet."
    )
    alone = answered(STUDY, some(cells, f"{PRIMARY} (gan)"), tmp_path)
    assert "its controls have no cell there yet" in alone.sentence
    half = [*some(cells, f"{PRIMARY} (gan)"), *some(cells, "augmented-real")]
    told = "above augmented-real, the best of those 1 of its 2 controls that are there, in Dice"
    assert told in answered(STUDY, half, tmp_path).sentence
    assert (alone.own.tables, alone.own.without_real, alone.who) == ((), (), None)


def test_an_arm_that_does_not_fit_leaves_the_others(cells: list[Cell], tmp_path: Path) -> None:
    """A run with another seed only cannot be paired: its row says so, and Holm does not count it."""
    lone = [c for c in some(cells, "augmented-real") if c.seed == 0]
    kept = [c for c in cells if c not in some(cells, "augmented-real") and c.fraction == 0.2]
    ten = replace(STUDY, seeds=10)
    found = answered(ten, [*kept, *(replace(c, seed=9) for c in lone)], tmp_path)
    rows = {row.arm.name: row for row in found.own.tables[0].rows}
    assert "share no seed" in rows["augmented-real"].found.reason
    others = [row for name, row in rows.items() if name != "augmented-real"]
    assert [row.adjusted for row in others] == list(holm([row.found.gain.p for row in others]))


def test_cells_of_another_study_are_refused(cells: list[Cell], tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="are of the study 'trial'; give those of 'other'"):
        answered(replace(STUDY, name="other"), cells, tmp_path)
    with pytest.raises(DiptychError, match="have none of the task 'lungs'"):
        answered(STUDY, [], tmp_path)


def test_shares_and_counts_are_the_same_sizes(cells: list[Cell]) -> None:
    """Folds are cut by subject: a size is met by the nearest fraction."""
    uneven = [replace(c, fraction=0.23, images=9 * bool(c.images)) if c.fraction == 0.2 else c for c in cells]
    found = placed(replace(STUDY, sizes=(0.2, 16.0)), uneven)
    assert found.sizes == {0.23: 0.2, 0.4: 16.0}
    assert found.images(0.2) == 9
    assert found.counts == (48, 48)
    assert [place.size for place in found.places] == [0.2, 16.0]


def test_other_places_stand_apart(cells: list[Cell], tmp_path: Path) -> None:
    there = simulate(STUDY, {**GAINS, "pretrain-then-finetune": -0.1}, task="lungs on adults")
    found = answered(STUDY, [*there, *cells], tmp_path)
    (adults,) = found.elsewhere
    assert (found.own.task, adults.task) == ("lungs", "lungs on adults")
    assert (found.own.primary.found.verdict, adults.primary.found.verdict) == ("gain shown", "harm shown")
    assert found.sentence.startswith("Gain shown")
    assert found.present == found.wanted


def test_teeth_are_averaged_over_classes() -> None:
    scores = {"dice": {"all": (0.1,) * 6, "11": (0.9,) * 6, "48": (None,) * 4 + (0.5, 0.5)}}
    cell = replace(simulate(replace(STUDY, sizes=(8.0,)), {}, subjects=6)[0], scores=scores)
    (found,) = outcomes([cell])
    assert (found.name, found.over, found.classes) == ("Dice", "mean of 2 teeth", ("11", "48"))
    ones = np.ones((1, 6))
    assert found.measure.of(cell, ones) == class_mean("dice").of(cell, ones) == pytest.approx([0.7])


def finding_cells(gain: float, arm: str) -> list[Cell]:
    """Three runs on 40 subjects; `rare` is had by two of them."""
    chance = np.random.default_rng(3)
    truth = {"implant": np.arange(40) % 3 == 0, "rare": np.arange(40) < 2}
    cells = []
    for seed in range(3):
        noise = {name: chance.random(40) for name in truth}
        shares = {name: np.clip(0.1 + gain * truth[name] + 0.5 * noise[name], 0, 1) for name in truth}
        cells.append(
            Cell(
                study="trial",
                task="dental-findings",
                arm=arm,
                fraction=0.2,
                ratio=0.0,
                learner="densenet",
                generator_seed=None,
                seed=seed,
                images=8,
                subjects=tuple(map(str, range(40))),
                probabilities={name: tuple(column) for name, column in shares.items()},
                truth={name: tuple(map(float, column)) for name, column in truth.items()},
            )
        )
    return cells


def test_findings_are_ranked_where_there_are_enough_of_both(tmp_path: Path) -> None:
    study = replace(
        STUDY,
        task="dental-findings",
        learners=("densenet",),
        sizes=(8.0,),
        arms=(StudyArm(strategy="real-only"), StudyArm(strategy="augmented-real")),
        primary=Primary(arm="augmented-real", family="", against=("real-only",)),
        families=(),
    )
    first, second = finding_cells(0.35, "augmented-real"), finding_cells(0.1, "real-only")
    found = answered(study, [*first, *second], tmp_path)
    assert [row.outcome.name for row in found.secondary] == ["AUROC", "AUPRC", "F1", "Brier score"]
    assert (found.own.outcome.over, found.own.outcome.classes) == ("implant", ("implant",))
    direct = difference(resample(paired_grid(first, second, auroc(["implant"]))))
    assert found.own.primary.found.gain == direct
    assert found.own.primary.found.verdict == "gain shown"
    assert found.who is not None
    rare, implant = found.who.classes
    assert "not estimable" in rare.gain.estimate.notes[0] and rare.delong is None
    assert implant.gain == direct
    assert implant.delong == paired_areas(first, second, "implant").p
    (row,) = found.own.tables[0].rows
    assert (row.signed_rank, row.delta, row.share) == (None, None, None)


def test_classes_and_groups_of_the_registered_comparison(cells: list[Cell], tmp_path: Path) -> None:
    sex = {f"s{i:02}": "F" if i < 20 else "M" for i in range(24)}
    alike = dict.fromkeys(sex, "child")
    found = answered(STUDY, cells, tmp_path, {"sex": sex, "age_group": alike, "view": {"stranger": "AP"}})
    assert found.who is not None
    (lung,) = found.who.classes
    assert (lung.name, lung.verdict, lung.adjusted) == ("right lung", "gain shown", lung.gain.p)
    assert list(found.who.groups) == ["sex"]
    groups = found.who.groups["sex"].values
    assert groups["F"].n == 20 and groups["F"].low > 0
    assert "not estimable: 4 subjects" in groups["M"].notes[0]


def test_generators_with_what_is_known_of_them(cells: list[Cell], tmp_path: Path) -> None:
    pool = tmp_path / "pools" / "gan-8-0"
    with CohortWriter(pool, body="chest") as writer:
        writer.add(draw("chest", seed=1, size=(32, 48)))
    cost = Cost(maker="gan", samples=(4, 4), seconds=(2.0, 6.0), peak_mib=0.0, parameters=1, machine="m")
    write_cost(pool, cost)
    pool.with_name("gan-8-0.json").write_text(json.dumps({"copies": "0.050 (0.010, 0.120)"}))
    pool.with_name("gan-8-1.json").write_text("[[[")
    found = answered(STUDY, cells, tmp_path)
    family, first, second, *larger = found.makers
    assert (first.resolution, first.seconds, first.copies) == ((32, 48), 1.0, 0.05)
    assert (second.resolution, second.copies_told) == (None, "")
    assert np.isnan(second.seconds) and np.isnan(second.copies)
    assert (family.seed, family.copies, family.found) == (None, 0.05, found.own.primary.found)
    assert [maker.images for maker in larger] == [16] * 3
    ours = [c for c in some(cells, f"{PRIMARY} (gan)") if c.generator_seed == 1]
    theirs = some(cells, "phantom-pretrain-then-finetune")
    assert second.found == compare(ours, theirs, outcomes(ours)[0])


def test_what_a_gate_accepted_stands_beside_the_copy_rate(cells: list[Cell], tmp_path: Path) -> None:
    passed = {
        "thresholds": {},
        "real_images": 8,
        "tried": 64,
        "fell_short": [{}] * 23,
        "short_by_reason": {"agreement": 14, "nearest": 9},
    }
    for name, text in (("gan-8-0", json.dumps(passed)), ("gan-8-1", "[[["), ("gan-16-0", "{}")):
        (tmp_path / "pools" / name).mkdir(parents=True)
        (tmp_path / "pools" / name / "gate.json").write_text(text)
    found = answered(STUDY, cells, tmp_path)
    family, first, second, *larger = found.makers
    assert (first.gate_told, first.accepted) == ("41 of 64: agreement 14, nearest 9", 41 / 64)
    assert (family.gate_told, family.accepted) == (first.gate_told, first.accepted)
    assert second.gate_told == "" and np.isnan(second.accepted)
    why = ("turned away by agreement 14, nearest 9",)
    table = maker_table(found.makers[:3], "its control", found.own.outcome)
    at = table.head.index("Gate accepts")
    shown = [Shown("at least 41 of 64", why), Shown("41 of 64", why), Shown("no gate")]
    assert [row[at] for row in table.rows] == shown
    assert "Gate accepts" not in maker_table(larger, "its control", found.own.outcome).head


def test_arms_that_were_taken_out_are_named(cells: list[Cell]) -> None:
    def told(arms: tuple[StudyArm, ...]) -> list[str]:
        found = answered(replace(STUDY, arms=arms), cells, Path("nowhere"))
        return [line for line in limits(found) if "no longer has" in line]

    assert not told(STUDY.arms)
    gone = [STUDY.arm("duplicate-real"), STUDY.arm("synthetic-only")]
    (line,) = told(tuple(arm for arm in STUDY.arms if arm not in gone))
    count = sum(cell.arm in ("duplicate-real", "synthetic-only (gan)") for cell in cells)
    assert line.startswith(
        f"{count} cells of arms, sizes, seeds or learners that the study no longer has: "
        "duplicate-real, 1 : 1; synthetic-only (gan), 2 : 1."
    )


def test_an_arm_that_added_nothing_is_named(cells: list[Cell]) -> None:
    study = replace(STUDY, arms=(*STUDY.arms, StudyArm(strategy="class-balancing")))

    def told(added: str) -> list[str]:
        wears = {"arm": "class-balancing (gan)", "ratio": 0.0, "extra": {"added": added}}
        like = some(cells, "synthetic-only (gan)")
        more = [replace(c, images=8 if c.fraction == 0.2 else 16, **wears) for c in like]
        found = answered(study, [*cells, *more], Path("nowhere"))
        return [line for line in limits(found) if "added none" in line]

    assert told("4") == []
    assert told("0")[0].startswith("With 8 real images class-balancing (gan) added none: ")


def test_a_better_control_that_nobody_registered_is_told(answer: Answer, cells: list[Cell]) -> None:
    assert "Note:" not in answer.sentence
    easy = replace(STUDY, primary=replace(STUDY.primary, against=("duplicate-real",)))
    found = answered(easy, cells, Path("nowhere"))
    best = np.mean([c.scores["dice"]["all"] for c in some(cells, "phantom-pretrain-then-finetune")])
    assert (
        f" Note: phantom-pretrain-then-finetune, which was not registered, scores {best:.3f}"
        in found.sentence
    )


def test_a_folder_that_has_more_gives_a_smaller_study_its_own_answer(cells: list[Cell]) -> None:
    """Sizes, seeds and generators that others ran beside it change no digit, and are told."""
    small = replace(STUDY, sizes=(8.0,), seeds=2, generator_seeds=1)
    mine = [c for c in cells if c.fraction == 0.2 and c.seed < 2 and (c.generator_seed or 0) < 1]
    among, alone = (answered(small, found, Path("nowhere")) for found in (cells, mine))
    assert among.sentence == alone.sentence and among.own.tables == alone.own.tables
    assert among.placed.counts == alone.placed.counts == (len(mine), len(mine))
    (line,) = [line for line in limits(among) if "no longer has" in line]
    assert line.startswith(f"{len(cells) - len(mine)} cells of arms, sizes, seeds or learners")


def test_who_was_trained_on_and_who_chose_the_checkpoints_is_told(cells: list[Cell]) -> None:
    def told(cells: list[Cell]) -> str:
        return "\n".join(limits(answered(STUDY, cells, Path("nowhere"))))

    assert "checkpoint" not in told(cells) and "training images of" not in told(cells)

    def knowing(cell: Cell) -> Cell:
        few = "1" if cell.fraction == 0.2 else "5"
        val = {"validation_images": "29", "validation_subjects": "20"}
        return replace(cell, extra={**cell.extra, **val, "subjects": few})

    page = told([cells[0], *map(knowing, cells[1:])])
    assert "8 real training images of 1 subject: nothing can be said of others.\n" in page
    assert "16 real training images of 5 subjects.\n" in page
    assert page.count("The checkpoint of every arm") == 1
    assert "by 29 real validation images of 20 subjects. Arms without a real training image had" in page


def test_semi_synthetic_images_are_called_so(cells: list[Cell]) -> None:
    def told(cells: list[Cell]) -> bool:
        return any("semi-synthetic" in line for line in limits(answered(STUDY, cells, Path("nowhere"))))

    assert not told(cells)
    assert told([replace(cell, extra={**cell.extra, "rows": "semi-synthetic"}) for cell in cells])


def test_a_generator_that_copies_is_named(cells: list[Cell]) -> None:
    def told(rate: str) -> list[str]:
        own = [replace(cell, extra={"copies": rate} if "(" in cell.arm else {}) for cell in cells]
        return [line for line in limits(answered(STUDY, own, Path("nowhere"))) if "drew copies" in line]

    assert not told("0.042 (0.004, 0.140)")
    lines = told("0.958 (0.860, 1.000)")
    assert len(lines) == len(STUDY.sizes)
    assert all("a generator of gan drew" in x and "0.958 (0.860, 1.000) of what it drew" in x for x in lines)


def test_a_gated_arm_that_had_fewer_rows_says_so(cells: list[Cell]) -> None:
    gated = replace(STUDY.arm("synthetic-only"), gated=True)
    study = replace(STUDY, arms=(*STUDY.arms, gated))
    name, own = f"{gated.name} (gan)", some(cells, "synthetic-only (gan)")
    short = [replace(cell, arm=name, extra={"added": str(20 + cell.seed), "wanted": "64"}) for cell in own]
    found = answered(study, [*cells, *short], Path("nowhere"))
    told = [line for line in limits(found) if "that it wanted" in line]
    assert told and "had as few as 20 of the 64 synthetic rows" in told[0]
    rows = [row for row in found.own.without_real if row.arm.arm.gated]
    assert rows and all(20 <= row.images < 26 for row in rows)
    assert not [line for line in limits(answered(STUDY, cells, Path("nowhere"))) if "gate" in line]


def test_several_ratios_of_one_arm_are_told_apart() -> None:
    ratios = (StudyArm(strategy="duplicate-real"), StudyArm(strategy="duplicate-real", ratio=3.0))
    labels = [one.label for one in placed(replace(STUDY, arms=(*STUDY.arms[:1], *ratios)), ()).contenders]
    assert labels == ["real-only", "duplicate-real, 1 : 1", "duplicate-real, 3 : 1"]


def test_verdicts_follow_the_interval_and_the_direction(answer: Answer) -> None:
    gain = answer.own.primary.found.gain.estimate
    assert verdict(gain, "higher", 2) == "gain shown" and verdict(gain, "lower", 2) == "harm shown"
    assert verdict(replace(gain, low=-0.1), "higher", 2) == "no gain shown"
    assert verdict(replace(gain, low=np.nan), "higher", 2) == verdict(gain, "higher", 1) == "not told yet"
