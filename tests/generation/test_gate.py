"""The quality gate on generators that draw noise: what it does is real, what it thinks of noise is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.downstream.classifier import ClassifierConfig
from diptych.downstream.fit import FitConfig
from diptych.downstream.segmenter import SegmenterConfig, folds
from diptych.downstream.store import load_segmenter, read_about, save_judge
from diptych.generation import generate, rounds
from diptych.generation.drawn import Drawn
from diptych.generation.gate import GateRequest, judges
from diptych.generation.gate.gate import config_of, open_gate
from diptych.generation.gate.nearness import Nearness
from diptych.generation.gate.scoring import confidence, label_scores
from diptych.phantoms import draw_many, write_cohort
from diptych.records import FDI, Cohort, CohortWriter, Finding, GateConfig
from diptych.training import checkpoint

PROMPTS = ("Panoramic radiograph, tooth 18 missing.", "Panoramic radiograph, full set of 32 teeth.")
OPEN = GateConfig(agreement=0, worst=0, confidence=0, unseen=0, extra=0, nearest=0)
TEETH = SegmenterConfig(
    body="panoramic", layer="teeth", codes=FDI, size=(32, 64), widths=(8, 8), head="digits"
)


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten phantoms, two of them of another split."""
    folder = tmp_path_factory.mktemp("cohorts") / "mine"
    with CohortWriter(folder, body="panoramic") as writer:
        for i, sample in enumerate(draw_many("panoramic", 10, 50, (64, 128))):
            record = replace(sample.record, split="val" if i > 7 else "train")
            writer.add(replace(sample, record=record))
    return folder


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judge that never learned anything."""
    folder = tmp_path_factory.mktemp("judges") / "teeth"
    save_judge(TEETH.build(3), folder)
    return folder


@pytest.fixture(scope="module")
def scored(
    tiny_checkpoint: Path, mine: Path, judge: Path, tmp_path_factory: pytest.TempPathFactory
) -> Cohort:
    """Six samples, all kept."""
    request = GateRequest(train=mine, judge=judge, only_score=True)
    return make(tiny_checkpoint, tmp_path_factory.mktemp("out") / "scored", request, 6)


def make(drawer: Path, out: Path, gate: GateRequest | None, count: int, **more: Any) -> Cohort:
    return generate(checkpoint=str(drawer), prompts=PROMPTS, count=count, seed=20, out=out, gate=gate, **more)


def told(cohort: Cohort) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((cohort.path / "gate.json").read_text())
    return read


def test_every_row_has_its_scores_and_pixels_are_as_without_a_gate(
    scored: Cohort, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    plain = make(tiny_checkpoint, tmp_path / "plain", None, 6)
    for record in scored.records:
        assert record.gate is not None and record.gate.nearest is not None
        assert record.gate.confidence is None
        mask = scored.load(record).masks["teeth"]
        assert {label.code for label in record.gate.labels} == set(np.unique(mask).tolist()) - {0}
        assert np.array_equal(scored.load(record).image, plain.load(record.id).image)
    found = told(scored)
    assert (found["tried"], found["accepted"], found["only_score"]) == (6, 6, True)
    assert found["train_images"] == 8 and found["judge"]["origin"] == "given"
    assert "gate.json" in scored.note and not (plain.path / "gate.json").exists()


def near_config(scored: Cohort) -> GateConfig:
    """About half of the samples are nearer than this."""
    return replace(OPEN, nearest=float(np.median([r.gate.nearest for r in scored.records if r.gate])))


def test_what_falls_short_is_drawn_again_and_counted(
    scored: Cohort, tiny_checkpoint: Path, mine: Path, judge: Path, tmp_path: Path, capsys: Any
) -> None:
    request = GateRequest(train=mine, judge=judge, config=near_config(scored))
    cohort = make(tiny_checkpoint, tmp_path / "a", request, 4, batch_size=3)
    found = told(cohort)
    assert len(cohort) == found["accepted"] == 4
    assert found["tried"] > 4 and found["short_by_reason"] == {"nearest": found["tried"] - 4}
    refused = {short["seed"] for short in found["fell_short"]}
    kept = {record.provenance.seed for record in cohort.records}
    assert refused | kept == set(range(20, 20 + found["tried"])) and not refused & kept
    assert [r.text for r in cohort.records].count(PROMPTS[0]) == 2, "every prompt has its share"
    assert f"4 accepted of {found['tried']}" in capsys.readouterr().err
    whole = make(tiny_checkpoint, tmp_path / "b", request, 4, batch_size=8)
    for file in ("metadata.jsonl", "gate.json"):
        assert (cohort.path / file).read_bytes() == (whole.path / file).read_bytes()
    last = cohort.load(3)
    made = last.record.provenance
    alone = generate(
        checkpoint=str(tiny_checkpoint), prompts=[made.request], count=1, seed=made.seed, out=tmp_path / "c"
    )
    assert np.array_equal(alone.load(0).image, last.image), "a sample can be made again alone"


def test_where_nothing_passes_nothing_is_written(
    tiny_checkpoint: Path, mine: Path, judge: Path, tmp_path: Path
) -> None:
    request = GateRequest(train=mine, judge=judge, config=replace(OPEN, nearest=99.0))
    with pytest.raises(DiptychError, match="0 accepted of 5, 5 rejected: nearest 5"):
        make(tiny_checkpoint, tmp_path / "a", request, 1)
    assert not (tmp_path / "a").exists()


def test_too_few_are_kept_and_said(
    scored: Cohort,
    tiny_checkpoint: Path,
    mine: Path,
    judge: Path,
    tmp_path: Path,
    monkeypatch: Any,
    capsys: Any,
) -> None:
    monkeypatch.setattr(rounds, "MOST", 1)
    request = GateRequest(train=mine, judge=judge, config=near_config(scored))
    cohort = make(tiny_checkpoint, tmp_path / "a", request, 4)
    assert 0 < len(cohort) < 4
    assert f"holds {len(cohort)} of 4 samples" in capsys.readouterr().err


def test_label_maps_pass_the_same_gate(tiny_painter: Path, mine: Path, judge: Path, tmp_path: Path) -> None:
    request = GateRequest(train=mine, judge=judge, only_score=True)
    out = tmp_path / "a"
    cohort = generate(
        checkpoint=str(tiny_painter), prompts=["32 teeth, 36 missing"], count=2, seed=1, out=out, gate=request
    )
    for record in cohort.records:
        assert record.gate is not None
        assert len(record.gate.labels) == 31


def test_a_judge_is_trained_inside_the_training_rows_and_kept(
    tiny_checkpoint: Path, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = (TEETH, FitConfig(steps=2, batch=2, check_every=2, precision="float32"))
    monkeypatch.setattr(judges, "layer_segmenter", lambda body, layer: recipe)
    cohort = make(tiny_checkpoint, tmp_path / "a", GateRequest(train=mine, only_score=True), 1)
    kept = tmp_path / "a-judge"
    assert told(cohort)["judge"]["origin"] == "trained here"
    own = Cohort.open(mine)
    assert read_about(kept)["cohort"] == own.fingerprint()
    held = folds(own, "teeth", 0)[1]
    assert told(cohort)["real_images"] == len(held) == 1
    assert all(record.split == "train" for record in held.records)
    assert load_segmenter(kept).config == TEETH
    monkeypatch.delattr(judges, "train_segmenter")
    again = make(tiny_checkpoint, tmp_path / "b", GateRequest(train=mine, judge=kept, only_score=True), 1)
    assert told(again)["judge"]["same_cohort"]
    write_cohort("panoramic", count=3, seed=0, out=tmp_path / "other", size=(64, 128))
    (tmp_path / "c-judge").symlink_to(kept)
    with pytest.raises(DiptychError, match="did not learn from"):
        make(tiny_checkpoint, tmp_path / "c", GateRequest(train=tmp_path / "other"), 1)


def test_the_packaged_judge_is_not_taken_for_other_rows(mine: Path, tmp_path: Path) -> None:
    packaged = judges.PACKAGED / "judges" / "teeth"
    own = str(read_about(packaged)["cohort"])
    _, facts = judges.segmenter_for(Cohort.open(mine), own, "teeth", None, tmp_path / "spare")
    assert (facts.origin, facts.same_cohort) == ("packaged", True)
    assert not (tmp_path / "spare").exists()


def test_a_checkpoint_says_how_strict_its_gate_is(tiny_checkpoint: Path) -> None:
    loaded = checkpoint.load(str(tiny_checkpoint))
    assert config_of(loaded) == GateConfig()
    strict = replace(loaded, about={**loaded.about, "gate": {"agreement": 0.3}})
    assert config_of(strict) == GateConfig(agreement=0.3)
    with pytest.raises(DiptychError, match=r"field gate.agreement"):
        config_of(replace(loaded, about={"gate": {"agreement": "much"}}))
    assert config_of(checkpoint.load("panoramic-nano")).agreement > 0.05


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("body", "holds chest radiographs"),
        ("split", "has no rows of split train; it has val"),
        ("layer", "has no masks of teeth"),
    ],
)
def test_a_cohort_that_does_not_fit_is_refused(
    change: str, words: str, tiny_checkpoint: Path, judge: Path, tmp_path: Path
) -> None:
    body = "chest" if change == "body" else "panoramic"
    with CohortWriter(tmp_path / "bad", body=body) as writer:  # type: ignore[arg-type]
        for sample in draw_many(body, 2, 0, (32, 64)):  # type: ignore[arg-type]
            record = replace(sample.record, split="val" if change == "split" else "train")
            masks = {k: v for k, v in sample.masks.items() if change != "layer" or k != "teeth"}
            writer.add(replace(sample, record=record, masks=masks))
    with pytest.raises(DiptychError, match=words) as caught:
        make(tiny_checkpoint, tmp_path / "a", GateRequest(train=tmp_path / "bad", judge=judge), 1)
    assert len(caught.value.problems) == 1
    assert not (tmp_path / "a").exists()


def test_judges_that_do_not_fit_are_refused_together(
    tiny_checkpoint: Path, mine: Path, tmp_path: Path
) -> None:
    chest = ClassifierConfig(body="chest", findings=("pneumonia",), size=(32, 32), widths=(4, 4))
    save_judge(chest.build(), tmp_path / "chest")
    save_judge(replace(TEETH, layer="findings").build(), tmp_path / "findings")
    request = GateRequest(train=mine, judge=tmp_path / "findings", classifier=tmp_path / "chest")
    with pytest.raises(DiptychError, match="(?s)judges findings.*judges chest radiographs"):
        make(tiny_checkpoint, tmp_path / "a", request, 1)
    with pytest.raises(DiptychError, match="is a classifier"):
        make(tiny_checkpoint, tmp_path / "a", replace(request, judge=tmp_path / "chest", classifier=None), 1)


def test_a_classifier_gives_a_confidence(
    tiny_checkpoint: Path, mine: Path, judge: Path, tmp_path: Path
) -> None:
    config = ClassifierConfig(body="panoramic", findings=("implant", "crown"), size=(32, 64), widths=(4, 4))
    save_judge(config.build(), tmp_path / "implants")
    request = GateRequest(train=mine, judge=judge, classifier=tmp_path / "implants", only_score=True)
    cohort = make(tiny_checkpoint, tmp_path / "a", request, 2)
    assert all(record.gate and 0 < record.gate.confidence < 1 for record in cohort.records)  # type: ignore[operator]
    chances = {"implant": 0.9, "crown": 0.2}
    assert confidence(chances, [Finding("implant", "36")]) == pytest.approx(0.8)
    assert confidence(chances, []) == pytest.approx(0.1)


def test_labels_that_only_one_mask_has() -> None:
    own, seen = np.zeros((2, 4, 4), np.uint8)
    own[:2, :2], own[3, 3] = 11, 12
    seen[:1, :2], seen[3, 0] = 11, 13
    dice = {label.code: label.dice for label in label_scores(own, seen, (11, 12, 13))}
    assert dice == {11: pytest.approx(2 * 2 / 6, abs=1e-4), 12: 0.0}


def test_copies_are_near_and_others_are_not() -> None:
    chance = np.random.default_rng(0)
    coarse = chance.integers(0, 255, (30, 16, 32)).astype(np.uint8)
    known = coarse.repeat(8, 1).repeat(8, 2)
    twins = np.concatenate([known, known[:2]])
    names = tuple(f"s{i}" for i in range(len(twins)))
    near = Nearness(twins, names)
    assert 1 < near.threshold < 1.41, "the two pictures that are there twice say nothing"
    assert near(known[3]) < 0.01
    assert near(np.roll(known[3], 3, axis=1)[:, ::-1]) < 0.9
    other = chance.integers(0, 255, (16, 32)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    assert near(other) > 0.95
    with pytest.raises(DiptychError, match="one subject"):
        Nearness(known, ("same",) * len(known))
    with pytest.raises(DiptychError, match="all the same picture"):
        Nearness(known[:1].repeat(4, 0), tuple("abcd"))


def test_a_gate_of_the_packaged_judge_knows_a_wrong_mask(tmp_path: Path, mine: Path) -> None:
    packaged = judges.PACKAGED / "judges" / "teeth"
    write_cohort("panoramic", count=8, seed=70, out=tmp_path / "c")
    loaded = checkpoint.load("panoramic-nano")
    gate = open_gate(GateRequest(train=tmp_path / "c", judge=packaged), loaded, tmp_path / "x")
    cohort = make(Path("panoramic-nano"), tmp_path / "a", None, 2)
    first, second = (cohort.load(i) for i in range(2))
    swapped = [first, replace(first, masks=second.masks)]
    drawn = [
        Drawn(seed=0, image=s.image, masks=s.masks, text="", findings=(), groups={})  # type: ignore[arg-type]
        for s in swapped
    ]
    (_, right), (_, wrong) = gate.scorer(drawn)
    assert right.agreement is not None and wrong.agreement is not None
    assert right.agreement > wrong.agreement + 0.1
