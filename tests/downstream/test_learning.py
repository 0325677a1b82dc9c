"""Learners on phantoms: they learn, the same seed gives the same weights, and leaks are refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import diptych.downstream as room
from diptych.base.errors import DiptychError, Problems
from diptych.downstream import LEARNERS, Examples, LearnConfig, Learned, Stretch, learn, load_examples
from diptych.downstream.augment import LIGHT
from diptych.downstream.classifier import ClassifierConfig, classification_loss
from diptych.downstream.encoder_config import EncoderConfig
from diptych.downstream.fit import FitConfig, Pace, fit
from diptych.downstream.learners import FROZEN, INPUTS, Wanted, network
from diptych.downstream.learning import RANGES

from .shapes import MODEL, chests, cohort, phantom, with_findings

SIZE = (32, 32)
QUICK = LearnConfig(size=SIZE, steps=4, check_every=2)


@pytest.fixture(scope="module")
def lungs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Examples]:
    rows = chests(tmp_path_factory.mktemp("lungs") / "a", 12, 4, 6)
    return {split: load_examples(rows.select(split=split), "lungs", SIZE) for split in rows.splits}


@pytest.fixture(scope="module")
def learned(lungs: dict[str, Examples]) -> Learned:
    config = LearnConfig(size=SIZE, steps=60, check_every=20)
    return learn([Stretch(rows=lungs["train"])], lungs["val"], "lungs", "unet", config)


def test_lungs_are_learned(learned: Learned, lungs: dict[str, Examples]) -> None:
    scores = room.test(learned, lungs["test"])
    assert np.mean(scores.scores["dice"]["all"]) > 0.85
    assert [step for step, _ in learned.result.history] == [20, 40, 60]
    assert learned.rows == 12 and learned.seconds > 0 and learned.notes == ()


def weights(lungs: dict[str, Examples], config: LearnConfig, **how: object) -> torch.Tensor:
    stretch = Stretch(rows=lungs["train"], **how)
    judge = learn([stretch], lungs["val"], "lungs", "unet", config).judge
    return torch.cat([value.flatten().float() for value in judge.net.state_dict().values()])


def test_the_seed_decides_and_nothing_else(lungs: dict[str, Examples]) -> None:
    first = weights(lungs, QUICK)
    torch.manual_seed(7)
    assert torch.equal(first, weights(lungs, QUICK))
    assert not torch.equal(first, weights(lungs, replace(QUICK, seed=1)))
    assert not torch.equal(first, weights(lungs, QUICK, augment="strong"))
    assert not torch.equal(first, weights(lungs, QUICK, rate=0.1))


def test_a_densenet_learns_and_hangs_on_the_seed_alone(tmp_path: Path) -> None:
    """Ill chests are bright: anything must see it. Dropout is by chance too."""
    rows = []
    for seed in range(24):
        sample = with_findings(
            phantom("chest", seed, split="val" if seed > 17 else "train"), ["pneumonia"] * (seed % 2)
        )
        rows.append(
            replace(sample, image=np.clip(sample.image // 2 + 100 * (seed % 2), 0, 255).astype(np.uint8))
        )
        rows[-1].image[:8] = 0
    found = cohort(tmp_path / "a", rows)
    train, val = (load_examples(found.select(split=s), "pneumonia", SIZE) for s in ("train", "val"))
    config = LearnConfig(size=SIZE, steps=24, check_every=12)
    first, again = (learn([Stretch(rows=train)], val, "pneumonia", "densenet", config) for _ in range(2))
    assert first.result.score > 0.85
    for name, value in first.judge.net.state_dict().items():
        assert torch.equal(value, again.judge.net.state_dict()[name]), name
    scores = room.test(first, val)
    assert sorted(scores.truth["pneumonia"]) == [0, 0, 0, 1, 1, 1]
    assert all(0 <= share <= 1 for share in scores.probabilities["pneumonia"])


@pytest.mark.parametrize("name", [name for name in LEARNERS if name != FROZEN])
def test_every_learner_keeps_its_promise(name: str) -> None:
    (kind,) = LEARNERS.card(name).kinds
    net = network(name, Wanted(kind=kind, outputs=5)).eval()
    with torch.inference_mode():
        if kind == "segmentation":
            assert net(torch.zeros(2, INPUTS, 32, 64)).shape == (2, 5, 32, 64)
        else:
            assert net(torch.zeros(2, 1, 32, 64)).shape == (2, 5)
    other = "classification" if kind == "segmentation" else "segmentation"
    with pytest.raises(DiptychError, match=f"learns no {other}"):
        network(name, Wanted(kind=other, outputs=5))
    encoder = EncoderConfig(kind="onnx", path="x", sha256="")
    with pytest.raises(DiptychError, match="takes no encoder"):
        network(name, Wanted(kind=kind, outputs=5, encoder=encoder))


def test_without_monai_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "monai.networks.nets", None)
    with pytest.raises(DiptychError, match=r"pip install 'diptych\[downstream\]'"):
        network("unet", Wanted(kind="segmentation", outputs=2))


def test_labels_that_nobody_knows_teach_nothing() -> None:
    judge = ClassifierConfig(body="chest", findings=("a", "b"), size=SIZE, widths=(8, 8)).build()
    images = torch.randint(0, 255, (4, *SIZE), dtype=torch.uint8)
    target = torch.tensor([[torch.nan, 1.0]] * 4)
    classification_loss(judge, images, target, LIGHT, torch.Generator().manual_seed(0)).backward()
    weight = judge.net.head[1].weight.grad
    assert torch.equal(weight[0], torch.zeros(8)) and weight[1].abs().sum() > 0


def test_patience_and_rate_follow_the_stretches() -> None:
    """Nothing gets better, but the training does not end before the last stretch has had its looks."""
    net, steps = torch.nn.Linear(1, 1), []

    def loss(chance: torch.Generator) -> torch.Tensor:
        steps.append(1)
        return net(torch.ones(1, 1)).square().mean()

    config = FitConfig(steps=40, check_every=2, patience=3, precision="float32")
    pace = Pace(settle=20, factor=lambda step: 0.0 if step <= 20 else 1.0)
    before = net.weight.clone()
    result = fit(net, loss, lambda _: 0.0, config, "test", pace)
    assert result.history[-1][0] == 26 and len(steps) == 26
    assert torch.allclose(net.weight, before.half().float())


def test_what_must_not_be_trained_on(lungs: dict[str, Examples], tmp_path: Path) -> None:
    train, val = lungs["train"], lungs["val"]
    with pytest.raises(DiptychError, match="4 subjects are in training and validation"):
        learn([Stretch(rows=val)], val, "lungs", "unet", QUICK)
    renamed = replace(val, ids=tuple("abcd"), subjects=tuple("wxyz"))
    with pytest.raises(DiptychError, match="4 training images are its own, pixel by pixel, such as "):
        learn([Stretch(rows=renamed)], val, "lungs", "unet", QUICK)
    drawn = load_examples(cohort(tmp_path / "m", [phantom("chest", 90, provenance=MODEL)]), "lungs", SIZE)
    with pytest.raises(DiptychError, match="1 of 1 validation rows are not real"):
        learn([Stretch(rows=train)], drawn, "lungs", "unet", QUICK)
    with pytest.raises(DiptychError, match="learns no segmentation.*unet"):
        learn([Stretch(rows=train)], val, "lungs", "densenet", QUICK)
    with pytest.raises(DiptychError, match="was loaded for the task lungs at 32 x 32"):
        learn([Stretch(rows=train)], val, "lungs", "unet", replace(QUICK, size=None))
    empty = replace(train, truth=np.zeros_like(train.truth))
    with pytest.raises(DiptychError, match="none of 12 rows shows right lung or left lung"):
        learn([Stretch(rows=empty)], val, "lungs", "unet", QUICK)


def test_a_class_without_rows_is_noted(lungs: dict[str, Examples]) -> None:
    half = replace(lungs["train"], truth=np.where(lungs["train"].truth == 2, 0, lungs["train"].truth))
    learned = learn([Stretch(rows=half)], lungs["val"], "lungs", "unet", QUICK)
    assert learned.notes == ("none of 12 training rows shows left lung",)


def test_numbers_out_of_range_are_all_told() -> None:
    config = LearnConfig(size=(40, 64), steps=0, batch=0, rate=2.0, patience=0, check_every=0, seed=-1)
    with pytest.raises(DiptychError) as caught:
        learn([], None, "lungs", "unet", config)  # type: ignore[arg-type]
    flags = {problem.where for problem in caught.value.problems}
    assert flags == {"--size", "--steps", "--batch", "--rate", "--patience", "--check-every", "--seed"}


@pytest.mark.parametrize("beyond", [0, 1])
def test_the_ends_of_the_ranges_are_lawful_and_one_beyond_is_not(beyond: int) -> None:
    problems = Problems()
    most = {name: ends[1] + beyond for name, ends in RANGES.items()}
    LearnConfig(size=(32, 2048 + 16 * beyond), **most).check(problems)
    assert bool(problems) == bool(beyond)
    if beyond:
        with pytest.raises(DiptychError) as caught:
            problems.raise_any()
        assert len(caught.value.problems) == len(RANGES) + 1


def test_the_largest_seed_trains(lungs: dict[str, Examples]) -> None:
    config = replace(QUICK, seed=RANGES["seed"][1])
    assert learn([Stretch(rows=lungs["train"])], lungs["val"], "lungs", "unet", config).rows == 12
