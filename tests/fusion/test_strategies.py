"""Every registered strategy: what all of them must keep."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from diptych.base.errors import DiptychError
from diptych.cli.fusing import Fuse
from diptych.fusion import STRATEGIES, Arm, Plan
from diptych.fusion.fused import assemble
from diptych.fusion.plan import Origin, Phase
from diptych.fusion.planning import make_plan
from diptych.records import Cohort
from diptych.records.splits import subject_of

from .conftest import MODEL, cohort, phantoms, record

Given = dict[Origin, Cohort]
every = pytest.mark.parametrize("name", sorted(STRATEGIES))
RATIO = [name for name in sorted(STRATEGIES) if "ratio" in STRATEGIES.card(name).reads]


def counts(plan: Plan) -> Counter[str]:
    return Counter(row.source for _, row in plan.training())


@every
def test_training_and_held_out_rows_are_apart(name: str, given: Given) -> None:
    fused = assemble(make_plan(Arm(strategy=name), given), given)
    held = [r for r in fused.cohort.records if r.split != "train"]
    assert [r.id for r in held] == [r.id for r in given["real"].records if r.split != "train"]
    assert all(r in given["real"].records for r in held)
    train = [r for r in fused.cohort.records if r.split == "train"]
    assert train and not {subject_of(r) for r in train} & {subject_of(r) for r in held}


@every
def test_the_same_seed_takes_the_same_rows_in_whatever_order_they_stand(name: str, given: Given) -> None:
    arm = Arm(strategy=name, seed=5, fraction=0.7)
    turned = {origin: replace(part, rows=part.rows[::-1]) for origin, part in given.items()}
    once, again, other = (make_plan(arm, cohorts) for cohorts in (given, given, turned))
    assert once == again
    assert Counter(row for _, row in once.training()) == Counter(row for _, row in other.training())


@every
def test_every_row_has_a_name_and_a_reason(name: str, given: Given) -> None:
    plan = make_plan(Arm(strategy=name), given)
    rows = [*plan.held, *(row for _, row in plan.training())]
    assert len({row.name.lower() for row in rows}) == len(rows)
    assert all(row.why for row in rows)
    assert all(row.name == row.id for row in plan.held)


@every
def test_the_help_names_it(name: str) -> None:
    assert f" {name}: " in (Fuse.__doc__ or "")
    assert STRATEGIES.card(name).summary


@every
def test_a_leak_is_refused_by_name(name: str, given: Given) -> None:
    leaky = cohort([*given["real"].records, record("again", subject="s-t1")])
    with pytest.raises(DiptychError, match=r"subject 's-t1': is in train \(again\) and in test"):
        make_plan(Arm(strategy=name), {**given, "real": leaky})
    told = replace(MODEL, generator="perturbed s-v0")
    for planted in (record("bad", subject="s-v0", provenance=MODEL), record("bad", provenance=told)):
        pool = cohort([*given["synthetic"].records, planted])
        with pytest.raises(DiptychError, match="row bad: names 's-v0', which is held out for val"):
            make_plan(Arm(strategy=name), {**given, "synthetic": pool})


@every
def test_what_it_needs_is_asked_for(name: str, given: Given) -> None:
    needs = STRATEGIES.card(name).needs
    for need in needs:
        with pytest.raises(DiptychError, match=f"--{need}: is needed for {name}"):
            make_plan(Arm(strategy=name), {"real": given["real"]})
    alone = {
        origin: part for origin, part in given.items() if origin in ("real", *(n.rstrip("s") for n in needs))
    }
    assert make_plan(Arm(strategy=name), alone) == make_plan(Arm(strategy=name), given)


@every
def test_strong_augmentation_can_lie_under_any_arm(name: str, given: Given) -> None:
    plan = make_plan(Arm(strategy=name, augment="strong"), given)
    assert {phase.augment for phase in plan.phases} == {"strong"}


@pytest.mark.parametrize("name", RATIO)
@pytest.mark.parametrize(("ratio", "more"), [(0.5, 3), (1.0, 6), (2.0, 12)])
def test_arms_of_one_ratio_have_one_count(name: str, ratio: float, more: int, given: Given) -> None:
    plan = make_plan(Arm(strategy=name, ratio=ratio), given)
    total = sum(counts(plan).values())
    assert total == (more if name.endswith("-only") else 6 + more)


def test_duplicates_keep_every_row_and_its_subject(given: Given) -> None:
    nameless = cohort([replace(r, subject="") for r in given["real"].records])
    fused = assemble(
        make_plan(Arm(strategy="duplicate-real", ratio=3), {"real": nameless}), {"real": nameless}
    )
    train = [r for r in fused.cohort.records if r.split == "train"]
    assert len(train) == 24 and len({r.id for r in train}) == 24
    assert {subject_of(r) for r in train} == {subject_of(r) for r in nameless.records if r.split == "train"}


def test_augmented_real_marks_its_phase(given: Given) -> None:
    plain, strong = (make_plan(Arm(strategy=s), given) for s in ("real-only", "augmented-real"))
    assert plain.phases[0].augment == "light"
    assert strong.phases == (replace(plain.phases[0], augment="strong"),)


def test_shuffled_pairs_wear_each_others_labels(given: Given) -> None:
    plan = make_plan(Arm(strategy="shuffled-pairs", ratio=2), given)
    rows = [row for _, row in plan.training() if row.source == "synthetic"]
    assert all(row.labels != row.id for row in rows)
    assert {row.labels for row in rows} == {row.id for row in rows} and len(rows) == 12
    fused = {r.id: r for r in assemble(plan, given).cohort.records}
    pool = {r.id: r for r in given["synthetic"].records}
    assert all(fused[row.name].findings == pool[row.labels].findings for row in rows)
    assert all(fused[row.name].subject == pool[row.id].subject for row in rows)


@pytest.mark.parametrize("first", ["synthetic", "phantom"])
def test_pretraining_ends_on_real_rows(first: str, given: Given) -> None:
    name = "pretrain-then-finetune" if first == "synthetic" else "phantom-pretrain-then-finetune"
    before, after = make_plan(Arm(strategy=name), given).phases
    assert {row.source for row in before.rows} == {first}
    assert {row.source for row in after.rows} == {"real"}
    assert before.steps + after.steps == 1 and after.rate < before.rate


def test_a_curriculum_falls_to_real_rows(given: Given) -> None:
    (phase,) = make_plan(Arm(strategy="curriculum", ratio=2), given).phases
    shares = [phase.share_at(step / 10) for step in range(11)]
    assert shares[0] == pytest.approx(2 / 3) and shares[-1] == pytest.approx(0)
    assert shares == sorted(shares, reverse=True)  # type: ignore[type-var]
    assert Phase(name="train", rows=()).share_at(0.5) is None


def test_a_smaller_ratio_lies_inside_a_larger(given: Given) -> None:
    arms = [Arm(strategy="synthetic-only", ratio=ratio, seed=2) for ratio in (0.5, 1, 1.5)]
    small, middle, large = ({row.id for _, row in make_plan(arm, given).training()} for arm in arms)
    assert small < middle < large


def test_a_smaller_fraction_lies_inside_a_larger(given: Given) -> None:
    many = cohort([record(f"r{i}") for i in range(40)] + [record("t", split="test")])
    arms = [Arm(strategy="real-only", fraction=fraction, seed=2) for fraction in (0.1, 0.25, 1)]
    small, middle, large = ({row.id for _, row in make_plan(arm, {"real": many}).training()} for arm in arms)
    assert small < middle < large and (len(small), len(middle)) == (4, 10)


def test_nothing_and_all_of_nothing(given: Given) -> None:
    assert counts(make_plan(Arm(strategy="matched-distribution", ratio=0), given)) == {"real": 6}
    for name in ("synthetic-only", "phantom-only", "pretrain-then-finetune"):
        with pytest.raises(DiptychError, match=r"the phase \w+ would have no rows"):
            make_plan(Arm(strategy=name, ratio=0), given)
    with pytest.raises(DiptychError, match=r"--ratio 0\.01: is less than half a row for 6 real rows"):
        make_plan(Arm(strategy="matched-distribution", ratio=0.01), given)
    with pytest.raises(DiptychError, match="--phantoms: has 3 of the 6 rows"):
        make_plan(Arm(strategy="phantom-only"), {**given, "phantom": phantoms(3)})


def test_ids_that_clash_are_numbered(given: Given) -> None:
    same = cohort([record(r.id, provenance=MODEL, subject="") for r in given["real"].records])
    plan = make_plan(Arm(strategy="pretrain-then-finetune"), {"real": given["real"], "synthetic": same})
    fused = assemble(plan, {"real": given["real"], "synthetic": same})
    assert len(fused.cohort) == 16
    assert {r.id for r in fused.held("val").records} == {"v0", "v1"}
