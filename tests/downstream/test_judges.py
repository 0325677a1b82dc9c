"""Both judges on pictures so easy that a few seconds of training must do."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.downstream.arrays import Cases, Pairs
from diptych.downstream.classifier import Classifier, ClassifierConfig, fit_classifier
from diptych.downstream.fit import FitConfig, FitResult, fit
from diptych.downstream.recipes import (
    findings_classifier,
    layer_segmenter,
    lungs_segmenter,
    teeth_segmenter,
    twin_codes,
)
from diptych.downstream.segmenter import Segmenter, SegmenterConfig, fit_segmenter
from diptych.downstream.store import load_classifier, load_judge, load_segmenter, save_judge
from diptych.records.labels import LABELS

SHAPES = SegmenterConfig(body="chest", layer="lungs", codes=(1, 2), size=(32, 32), widths=(8, 12, 16))
FIT = FitConfig(steps=60, batch=8, rate=1e-2, average=0.9, check_every=20, precision="float32")


def lungs(n: int, seed: int) -> Pairs:
    """Two dark blobs on grey, the left one in the image being code 1."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[:32, :32]
    masks = np.zeros((n, 32, 32), np.uint8)
    for mask, (y, x) in zip(masks, chance.uniform(-2, 2, (n, 2)), strict=True):
        for code, middle in ((1, 9), (2, 22)):
            mask[(rows - 16 - y) ** 2 / 4 + (columns - middle - x) ** 2 < 25] = code
    images = np.clip(150 - 90 * (masks > 0) + chance.normal(0, 12, masks.shape), 0, 255).astype(np.uint8)
    return Pairs(images=images, masks=masks, subjects=tuple(f"s{i}" for i in range(n)))


@pytest.fixture(scope="module")
def trained() -> tuple[Segmenter, FitResult]:
    return fit_segmenter(lungs(40, 0), lungs(8, 1), SHAPES, FIT)


def test_segmenter_learns(trained: tuple[Segmenter, FitResult]) -> None:
    judge, result = trained
    assert result.score > 0.9
    assert [step for step, _ in result.history] == [20, 40, 60]
    test = lungs(6, 2)
    seen = judge(test.images)
    assert seen.dtype == np.uint8
    assert (seen == test.masks).mean() > 0.95


def test_masks_do_not_depend_on_company(trained: tuple[Segmenter, FitResult]) -> None:
    judge, images = trained[0], lungs(11, 3).images
    together = judge(images)
    alone = np.concatenate([judge(image[None]) for image in images])
    np.testing.assert_array_equal(together, alone)


class Drawn(torch.nn.Module):
    """A network that answers code 1 where an image is bright."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        bright = (x > 2).float()
        return torch.cat([1 - bright, bright], dim=1), x[:, :0, ::2, ::2]


@pytest.mark.parametrize(("layer", "kept"), [("findings", 4), ("anatomy", 4), ("lungs", 0)])
def test_a_small_lesion_is_an_answer_and_a_crumb_of_lung_is_none(layer: str, kept: int) -> None:
    """Four of 64 x 128 pixels, the size of half of the caries."""
    image = np.zeros((1, 64, 128), np.uint8)
    image[0, 30:32, 40:42] = 255
    config = SegmenterConfig(body="chest", layer=layer, codes=(1,), size=(64, 128))
    seen = Segmenter(config, Drawn())(image)
    assert seen.sum() == kept
    assert not kept or (seen == (image > 0)).all()


def test_any_size_and_depth(trained: tuple[Segmenter, FitResult]) -> None:
    judge, images = trained[0], lungs(2, 3).images
    large = images.repeat(3, 1).repeat(2, 2)
    assert judge(large).shape == large.shape
    deep = images.astype(np.uint16) * 257
    np.testing.assert_array_equal(judge(deep), judge(images))


def test_same_seed_same_weights(trained: tuple[Segmenter, FitResult]) -> None:
    again, _ = fit_segmenter(lungs(40, 0), lungs(8, 1), SHAPES, FIT)
    for name, value in trained[0].net.state_dict().items():
        assert torch.equal(value, again.net.state_dict()[name]), name


def test_segmenter_comes_back_bit_for_bit(trained: tuple[Segmenter, FitResult], tmp_path: Path) -> None:
    save_judge(trained[0], tmp_path / "judge", {"score": trained[1].score})
    back = load_segmenter(tmp_path / "judge")
    assert back.config == SHAPES
    for name, value in trained[0].net.state_dict().items():
        assert torch.equal(value, back.net.state_dict()[name]), name
    with pytest.raises(DiptychError, match="segmenter"):
        load_classifier(tmp_path / "judge")


def test_damaged_folders(trained: tuple[Segmenter, FitResult], tmp_path: Path) -> None:
    folder = tmp_path / "judge"
    with pytest.raises(DiptychError, match="missing"):
        load_judge(folder)
    save_judge(trained[0], folder)
    config = json.loads((folder / "config.json").read_text())
    weights = (folder / "weights.safetensors").read_bytes()
    (folder / "weights.safetensors").write_bytes(weights[:-10])
    with pytest.raises(DiptychError, match="weights"):
        load_judge(folder)
    (folder / "weights.safetensors").write_bytes(weights)
    config["config"]["widths"] = [8, 12]
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(DiptychError, match="does not fit"):
        load_judge(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(DiptychError, match="cannot be read"):
        load_judge(folder)
    (folder / "config.json").write_text(json.dumps(config | {"kind": "oracle"}))
    with pytest.raises(DiptychError, match="oracle"):
        load_judge(folder)


def bright(n: int, seed: int) -> Cases:
    """Cases have a bright square somewhere, the others have none."""
    chance = np.random.default_rng(seed)
    images = chance.normal(100, 10, (n, 32, 32))
    present = np.arange(n) % 2 == 0
    for row in np.flatnonzero(present):
        y, x = chance.integers(4, 20, 2)
        images[row, y : y + 8, x : x + 8] += 60
    whole = np.clip(images, 0, 255).astype(np.uint8)
    return Cases(images=whole, present=present[:, None], subjects=tuple(f"s{i}" for i in range(n)))


def test_classifier_learns_and_comes_back(tmp_path: Path) -> None:
    config = ClassifierConfig(body="chest", findings=("opacity",), size=(32, 32), widths=(8, 16))
    judge, result = fit_classifier(bright(40, 0), bright(20, 1), config, replace(FIT, steps=40))
    assert result.score > 0.9
    save_judge(judge, tmp_path / "judge")
    back = load_judge(tmp_path / "judge")
    assert isinstance(back, Classifier)
    test = bright(5, 2).images
    np.testing.assert_array_equal(back(test), judge(test))
    with pytest.raises(DiptychError, match="all or none"):
        even = bright(20, 1)
        fit_classifier(replace(even, present=even.present | True), even, config, FIT)


def test_patience_ends_training_and_the_best_is_kept() -> None:
    net = torch.nn.Linear(2, 1)
    scores = iter([0.1, 0.5, 0.3, 0.5, 0.4])
    kept: list[torch.Tensor] = []

    def score(judged: torch.nn.Module) -> float:
        kept.append(judged.state_dict()["weight"].clone())
        return next(scores)

    def loss(chance: torch.Generator) -> torch.Tensor:
        return net(torch.rand(4, 2, generator=chance)).square().mean()

    result = fit(net, loss, score, replace(FIT, steps=200, check_every=5, patience=2), "test")
    assert result.history == ((5, 0.1), (10, 0.5), (15, 0.3), (20, 0.5))
    assert (result.step, result.score) == (10, 0.4)
    assert torch.equal(net.weight, kept[1].half().float())


def test_a_loss_that_breaks_is_reported() -> None:
    net = torch.nn.Linear(2, 1)
    with pytest.raises(DiptychError, match="not finite"):
        fit(net, lambda _: net(torch.full((1, 2), torch.nan)).mean(), lambda _: 0.0, FIT, "test")


def test_validation_rows_that_give_no_score_are_told_in_one_line() -> None:
    net = torch.nn.Linear(2, 1)
    with pytest.raises(DiptychError) as caught:
        fit(net, lambda _: net(torch.ones(4, 2)).square().mean(), lambda _: math.nan, FIT, "findings unet")
    (problem,) = caught.value.problems
    assert str(problem) == (
        "validation rows of findings unet: gave no score at any of 3 checks: "
        "they show nothing that is to be learned; hold out rows that do"
    )


def test_recipes_build_at_shipping_size() -> None:
    for config, _ in (teeth_segmenter(), lungs_segmenter(), findings_classifier("chest", ("pneumonia",))):
        numbers = sum(value.numel() for value in config.build().net.state_dict().values())
        assert 2 * numbers <= 1.5e6


def test_twins() -> None:
    config, _ = teeth_segmenter()
    assert dict(zip(config.codes, config.twins, strict=True))[18] == 28
    assert dict(zip(config.codes, config.twins, strict=True))[31] == 41
    assert twin_codes(LABELS["panoramic", "anatomy"]) == (1, 2, 4, 3, 6, 5, 8, 7)
    assert not lungs_segmenter()[0].twins
    assert layer_segmenter("chest", "anatomy")[0].twins == ()
    with pytest.raises(DiptychError, match="choose from"):
        layer_segmenter("chest", "roof")
