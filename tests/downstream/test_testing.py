"""Scores of answers that are known, image by image and subject by subject, and their way to disk."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import diptych.downstream as room
from diptych.base.errors import DiptychError
from diptych.downstream import Examples, LearnConfig, Learned, Scores, Stretch, learn, load_examples
from diptych.downstream.checkpoint import open_learned, save_learned
from diptych.downstream.classifier import Classifier
from diptych.downstream.examples import NOT_KNOWN
from diptych.downstream.fit import FitResult
from diptych.downstream.lessons import prepare
from diptych.downstream.segmenter import Segmenter, SegmenterConfig
from diptych.downstream.store import load_classifier, load_judge, load_segmenter
from diptych.downstream.stretches import lay
from diptych.downstream.summary import estimates, lines
from diptych.metrics.auc import auc
from diptych.records.labels import LABELS
from diptych.studies import Cell

from .shapes import chests, cohort, phantom, with_findings

SIZE = (32, 32)


class Told(Segmenter):
    """A judge that gives the masks it was told."""

    def __init__(self, masks: NDArray[np.uint8], layer: str, codes: tuple[int, ...]) -> None:
        config = SegmenterConfig(body="chest", layer=layer, codes=codes, size=SIZE)
        super().__init__(config, config.build().net)
        self.masks = masks

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
        """What it was told."""
        return self.masks


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    """Three images, the first two of one subject."""
    folder = tmp_path_factory.mktemp("rows")
    samples = [phantom("chest", i, subject=name) for i, name in enumerate(["ann", "ann", "bob"])]
    found = load_examples(cohort(folder / "a", samples), "lungs", SIZE)
    masks = np.zeros((3, *SIZE), np.int16)
    masks[:, 8:24, 4:12], masks[:, 8:24, 20:28] = 1, 2
    return replace(found, truth=masks)


def scored(rows: Examples, answer: NDArray[np.generic]) -> Scores:
    learned = Learned(
        judge=Told(answer.astype(np.uint8), rows.task.layer, LABELS["chest", rows.task.layer].codes),
        task=rows.task,
        learner="told",
        config=LearnConfig(size=SIZE),
        result=FitResult(score=0.0, step=0, history=()),
        rows=0,
        seconds=0.0,
    )
    return room.test(learned, rows)


def test_the_truth_scores_best(rows: Examples) -> None:
    found = scored(rows, rows.truth)
    assert (found.subjects, found.images) == (("ann", "bob"), 3)
    for metric, best in (("dice", 1.0), ("iou", 1.0), ("nsd", 1.0), ("hd95", 0.0)):
        assert found.scores[metric] == dict.fromkeys(("right lung", "left lung", "all"), (best, best))


def test_subjects_are_means_of_their_images(rows: Examples) -> None:
    answer = rows.truth.copy()
    answer[0, :16][answer[0, :16] == 1] = 0
    dice = scored(rows, answer).scores["dice"]
    assert dice["right lung"] == (pytest.approx((2 / 3 + 1) / 2), 1.0)
    assert dice["left lung"] == (1.0, 1.0)
    assert dice["all"] == (pytest.approx((5 / 6 + 1) / 2), 1.0)


def test_two_pixels_are_near_and_three_are_not(rows: Examples) -> None:
    for shift, near in ((2, True), (3, False)):
        nsd = scored(rows, np.roll(rows.truth, shift, axis=2)).scores["nsd"]["all"]
        assert (nsd[0] == 1.0) is near


def test_classes_that_are_absent(rows: Examples) -> None:
    """In neither: does not count. Invented or overlooked: 0, at the diagonal of the image."""
    truth, answer = rows.truth.copy(), rows.truth.copy()
    truth[2][truth[2] == 2] = 0
    answer[0][answer[0] == 1] = 0
    found = scored(replace(rows, truth=truth), answer)
    assert found.scores["dice"]["right lung"] == (0.5, 1.0)
    assert found.scores["dice"]["left lung"] == (1.0, 0.0)
    assert found.scores["dice"]["all"] == (0.75, 0.5)
    assert found.scores["hd95"]["left lung"] == (0.0, math.hypot(*SIZE))
    answer[2][answer[2] == 2] = 0
    again = scored(replace(rows, truth=truth), answer)
    assert again.scores["dice"]["left lung"] == (1.0, None)
    assert again.scores["dice"]["all"][1] == 1.0


OPACITY, TUBE = (LABELS["chest", "findings"].named(name).code for name in ("opacity", "tubing"))


@pytest.fixture(scope="module")
def lesions(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    """Two images, the first of which shows an opacity; nobody labelled the tubes of either."""
    folder = tmp_path_factory.mktemp("lesions")
    found = load_examples(cohort(folder / "a", [phantom("chest", i) for i in range(2)]), "findings", SIZE)
    masks = np.zeros((2, *SIZE), np.int16)
    masks[0, 8:12, 4:8] = OPACITY
    return replace(found, truth=masks)


def with_tubes(rows: Examples) -> NDArray[np.int16]:
    """The truth, and a tube in each image."""
    answer = rows.truth.copy()
    answer[:, 20:24, 4:8] = TUBE
    return answer


def test_a_finding_that_no_row_labels_is_not_invented(lesions: Examples) -> None:
    found = scored(lesions, with_tubes(lesions))
    for metric, best in (("dice", 1.0), ("iou", 1.0), ("nsd", 1.0), ("hd95", 0.0)):
        assert found.scores[metric]["all"] == (best, None)
        assert found.scores[metric]["tubing"] == (None, None)
    labelled = lesions.truth.copy()
    labelled[1, 20:24, 4:8] = TUBE
    again = scored(replace(lesions, truth=labelled), with_tubes(lesions))
    assert again.scores["dice"]["all"] == (0.5, 1.0)


def test_a_lung_that_no_row_shows_is_invented(rows: Examples) -> None:
    truth = np.where(rows.truth == 2, 0, rows.truth)
    assert scored(replace(rows, truth=truth), rows.truth).scores["dice"]["all"] == (0.5, 0.5)


class Sees(torch.nn.Module):
    """A network that is sure of the codes that it was told."""

    def __init__(self, answer: NDArray[np.int16], codes: tuple[int, ...]) -> None:
        super().__init__()
        self.sure = torch.from_numpy(np.stack([answer == code for code in (0, *codes)], 1).astype(np.float32))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The same planes for any images."""
        planes = torch.zeros(len(x), *self.sure.shape[1:])
        planes[: len(self.sure)] = self.sure
        return planes, planes[:, :0]


def test_a_training_is_stopped_by_what_a_test_counts(lesions: Examples) -> None:
    course = lay([Stretch(rows=lesions)], 1)
    lesson = prepare("unet", [lesions], lesions, course, batch=1, seed=0, encoder=None)
    assert lesson.score(Sees(with_tubes(lesions), lesions.classes.codes)) == 1.0


def test_scores_are_what_a_cell_takes(rows: Examples) -> None:
    found = scored(rows, np.roll(rows.truth, 2, axis=1))
    cell = Cell(
        study="s",
        task="lungs",
        arm="real-only",
        fraction=1.0,
        ratio=0.0,
        learner="unet",
        generator_seed=None,
        seed=0,
        images=3,
        subjects=found.subjects,
        scores=found.scores,
    )
    assert cell.scores["dice"]["all"] == found.scores["dice"]["all"]


def test_what_cannot_be_tested_on(rows: Examples) -> None:
    with pytest.raises(DiptychError, match="the layer 'lungs' of 2 of 3 rows is estimated, not drawn"):
        scored(replace(rows, estimated=np.array([True, False, True])), rows.truth)
    with pytest.raises(DiptychError, match="1 of 3 rows are not real"):
        scored(replace(rows, real=np.array([True, False, True])), rows.truth)
    with pytest.raises(DiptychError, match="other labels"):
        scored(replace(rows, classes=replace(rows.classes, codes=(1, 2, 3))), rows.truth)


class Sure(Classifier):
    """A judge that gives the probabilities it was told."""

    def __init__(self, like: Classifier, shares: NDArray[np.float32]) -> None:
        super().__init__(like.config, like.net)
        self.shares = shares

    def __call__(self, images: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
        """What it was told."""
        return self.shares


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Learned, Examples]:
    """A densenet of two steps, and five images of four subjects."""
    folder = tmp_path_factory.mktemp("ill")
    train = cohort(
        folder / "a", (with_findings(phantom("chest", i), ["pneumonia"] * (i % 2)) for i in range(4))
    )
    names = ["ann", "ann", "bob", "cid", "dee"]
    tests = [phantom("chest", 10 + i, subject=name) for i, name in enumerate(names)]
    known = [["pneumonia"], [], [], ["pneumonia"], []]
    labelled = [with_findings(sample, found) for sample, found in zip(tests, known, strict=True)]
    labelled[4] = with_findings(tests[4], [], findings="unknown")
    part = load_examples(cohort(folder / "b", labelled[:4]), "pneumonia", SIZE)
    config = LearnConfig(size=SIZE, steps=2, check_every=1)
    rows = load_examples(train, "pneumonia", SIZE)
    return learn([Stretch(rows=rows)], part, "pneumonia", "densenet", config), part


def test_probabilities_and_truth(classified: tuple[Learned, Examples]) -> None:
    learned, part = classified
    assert isinstance(learned.judge, Classifier)
    shares = np.array([[0.9], [0.5], [0.2], [0.6]], np.float32)
    sure = replace(learned, judge=Sure(learned.judge, shares))
    found = room.test(sure, part)
    assert found.subjects == ("ann", "bob", "cid")
    assert found.probabilities["pneumonia"] == pytest.approx((0.7, 0.2, 0.6))
    assert found.truth["pneumonia"] == (1.0, 0.0, 1.0)
    assert found.scores["brier"]["all"] == pytest.approx(((0.01 + 0.25) / 2, 0.04, 0.16))
    truth = part.truth.copy()
    truth[2] = NOT_KNOWN
    unsure = room.test(sure, replace(part, truth=truth))
    assert unsure.truth["pneumonia"] == (1.0, None, 1.0)
    assert unsure.probabilities["pneumonia"][1] is None and unsure.scores["brier"]["all"][1] is None
    assert "auroc" in estimates(found) and not estimates(unsure)["auroc"]


def test_intervals_and_areas() -> None:
    chance = np.random.default_rng(0)
    truth = chance.integers(0, 2, 60)
    shares = np.round(np.clip(0.3 * truth + chance.uniform(0, 0.7, 60), 0, 1), 1)
    scores = Scores(
        subjects=tuple(f"s{i:02}" for i in range(60)),
        images=60,
        scores={"brier": {"a": tuple((shares - truth) ** 2), "all": tuple((shares - truth) ** 2)}},
        probabilities={"a": tuple(shares), "b": tuple(shares)},
        truth={"a": tuple(map(float, truth)), "b": (0.0,) * 60},
    )
    found = estimates(scores)
    assert found["auroc"]["a"].value == pytest.approx(auc(shares, truth == 1).value)
    assert found["auroc"]["all"].value == found["auroc"]["a"].value and "b" not in found["auroc"]
    assert found["brier"]["a"].value == pytest.approx(np.mean((shares - truth) ** 2))
    for part in found.values():
        assert all(one.low < one.value < one.high and one.n == 60 for one in part.values())
    table = lines(found)
    assert table[0].split() == ["Brier", "AUROC", "n"] and table[1].startswith("all")


def test_a_learner_comes_back_bit_for_bit_and_judges(tmp_path: Path) -> None:
    rows = chests(tmp_path / "a", 4, 2, 2)
    config = LearnConfig(size=SIZE, steps=3, check_every=1)
    stretch = Stretch(rows=rows.select(split="train"))
    learned = learn([stretch], rows.select(split="val"), "lungs", "segresnet", config)
    folder = tmp_path / "out"
    save_learned(learned, folder, [rows])
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "config.json", "weights.safetensors"]
    back = open_learned(folder)
    assert (back.config, back.result, back.learner) == (learned.config, learned.result, "segresnet")
    part = rows.select(split="test")
    assert room.test(back, part) == room.test(learned, part)
    judge = load_segmenter(folder)
    images = np.stack([sample.image for sample in part])
    assert judge(images).shape == images.shape
    assert "8 real images" in (folder / "card.md").read_text()
    about = json.loads((folder / "config.json").read_text())["about"]
    assert about["cohorts"] == [rows.fingerprint()]
    with pytest.raises(DiptychError, match="not empty"):
        save_learned(learned, folder)
    data = bytearray((folder / "weights.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "weights.safetensors").write_bytes(data)
    with pytest.raises(DiptychError, match="is not the file that config.json names"):
        load_judge(folder)


def test_a_classifier_comes_back(classified: tuple[Learned, Examples], tmp_path: Path) -> None:
    learned, part = classified
    save_learned(learned, tmp_path / "out")
    assert room.test(open_learned(tmp_path / "out"), part) == room.test(learned, part)
    assert load_classifier(tmp_path / "out").config.findings == ("pneumonia",)


def test_presence_is_no_judge_of_findings(tmp_path: Path) -> None:
    rows = cohort(
        tmp_path / "a", (phantom("panoramic", i, split="val" if i > 1 else "train") for i in range(3))
    )
    config = LearnConfig(size=(32, 64), steps=1)
    parts = (rows.select(split=split) for split in ("train", "val"))
    train, val = parts
    save_learned(learn([Stretch(rows=train)], val, "presence", "densenet", config), tmp_path / "out")
    with pytest.raises(DiptychError, match="tells '18', which is no finding"):
        load_classifier(tmp_path / "out")


def test_judges_of_old_are_no_learners() -> None:
    folder = Path(str(files("diptych"))) / "weights" / "judges" / "lungs"
    assert torch.is_tensor(next(load_judge(folder).net.parameters()))
    with pytest.raises(DiptychError, match="names no task"):
        open_learned(folder)
