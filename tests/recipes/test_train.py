from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError
from diptych.models.diffusion.flow import FlowConfig
from diptych.models.families import ModelConfig
from diptych.models.gan.gan import GanConfig
from diptych.phantoms import draw_many
from diptych.recipes import RECIPES, recipe
from diptych.recipes import train as training
from diptych.recipes.train import TrainRequest, train
from diptych.records.cohort import Cohort, CohortWriter
from diptych.records.labels import Label, LabelSpace
from diptych.training import checkpoint
from diptych.training.loop import address
from diptych.training.packing import pack, unpack
from diptych.training.stages import Recipe


def tiny(name: str) -> Recipe:
    """A recipe with all its stages, each two steps long, at a quarter of the size."""
    whole = recipe(name)
    wide = 2 if whole.model.body == "panoramic" else 1
    stages, adapt = (
        tuple(replace(s, steps=2, batch=4) for s in part) for part in (whole.stages, whole.adapt)
    )
    few = {"stages": stages, "adapt": adapt, "phantoms": 6, "adapt_phantoms": 2, "variants": 1}
    return replace(whole, model=small(whole.model, wide), **few)


def small(model: ModelConfig, wide: int) -> ModelConfig:
    """A model of 32 rows, of any family; a grown one has twice as many."""
    if isinstance(model, FlowConfig):
        return replace(model, size=(32, 32 * wide), widths=(16, 16, 32), steps=2, micro_batch=4)
    if isinstance(model, GanConfig):
        narrow, high = (16, 16, 16, 16), 64 if model.grown else 32
        return replace(
            model, size=(high, high * wide), widths=narrow, critic_widths=narrow, style=8, micro_batch=4
        )
    return replace(
        model,
        size=(32, 32 * wide),
        scales=((1, wide), (2, 2 * wide)),
        sampler=replace(model.sampler, mask_temperatures=(1.0, 1.0), image_temperatures=(1.0, 1.0)),
        width=32,
        depth=2,
        micro_batch=4,
    )


@pytest.fixture(autouse=True)
def small_recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "recipe_of", tiny)


def cohort(folder: Path, body: str) -> Path:
    with CohortWriter(folder, body=body) as writer:
        for sample in draw_many(body, 6, 0):
            writer.add(sample)
    return folder


@pytest.mark.parametrize("name", RECIPES)
def test_every_stage_runs_and_the_checkpoint_loads(name: str, tmp_path: Path) -> None:
    body = recipe(name).model.body
    data = cohort(tmp_path / "data", body)
    out = train(TrainRequest(recipe=name, cohort=data, out=tmp_path / "out"))
    loaded = checkpoint.load(str(out))
    assert loaded.model.config == tiny(name).model
    assert [stage["task"] for stage in loaded.about["stages"]] == [s.task for s in recipe(name).stages]
    assert loaded.about["data"]["images"] == 6
    card = (out / "card.md").read_text()
    assert "phantoms" in card and body in card
    tuned = train(TrainRequest(recipe=name, cohort=data, out=tmp_path / "tuned", init=str(out)))
    assert checkpoint.load(str(tuned)).about["init"] == f"out {loaded.hash}"


def test_a_grown_generator_goes_on_from_a_trained_one(tmp_path: Path) -> None:
    data = cohort(tmp_path / "data", "panoramic")
    small = train(TrainRequest(recipe="panoramic_gan_256", cohort=data, out=tmp_path / "small"))
    request = TrainRequest(
        recipe="panoramic_gan_512", cohort=data, out=tmp_path / "large", init=str(small), only=()
    )
    before, grown = checkpoint.load(str(small)).model, checkpoint.load(str(train(request))).model
    assert isinstance(grown.config, GanConfig) and grown.config.grown
    learned = {n: w for n, w in before.packaged().items() if n.startswith("generator.")}
    core = {n.replace("generator.", "generator.core."): w for n, w in learned.items()}
    gaps = [float((grown.packaged()[name] - weight).abs().max()) for name, weight in core.items()]
    assert 0 < max(gaps) < 0.1, "it learned on, from where the small one stood"


def test_another_family_cannot_be_tuned(tmp_path: Path) -> None:
    data = cohort(tmp_path / "data", "panoramic")
    request = TrainRequest(
        recipe="panoramic_gan_256", cohort=data, out=tmp_path / "out", init="panoramic-nano"
    )
    with pytest.raises(DiptychError, match="another family"):
        train(request)
    assert not (tmp_path / "out").exists()


def test_a_missing_extra_is_named_before_phantoms_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = cohort(tmp_path / "data", "chest")
    monkeypatch.setitem(sys.modules, "einops", None)
    monkeypatch.delattr(training, "draw_many")
    with pytest.raises(DiptychError, match=r"pip install 'diptych\[diffusion\]'"):
        train(TrainRequest(recipe="chest_flow_nano", cohort=data, out=tmp_path / "out"))


def test_phantoms_are_told_from_the_look_that_is_to_be_learned(tmp_path: Path) -> None:
    data = Cohort.open(cohort(tmp_path / "data", "chest"))
    for adapting in (False, True):
        material = training.make_material(tiny("chest_nano"), data, adapting=adapting)
        assert material.phantoms.phantom.all()
        # These are phantoms too, but they stand for a user's images.
        assert not material.real.phantom.any()


def test_one_stage_alone_leaves_the_rest_as_it_was(tmp_path: Path) -> None:
    data = cohort(tmp_path / "data", "chest")
    request = TrainRequest(recipe="chest_nano", cohort=data, out=tmp_path / "a", only=("mask_tokenizer",))
    model = checkpoint.load(str(train(request))).model
    torch.manual_seed(address(0, "weights"))
    fresh = tiny("chest_nano").model.build()
    kept, weights = unpack(pack(fresh.state_dict())), model.state_dict()
    same = torch.equal(weights["streams.image.head.weight"], kept["streams.image.head.weight"])
    name = "mask_tokenizer.encoder.layers.1.weight"
    moved = not torch.equal(weights[name], kept[name])
    assert same and moved


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_comes_back_from_json(name: str) -> None:
    whole = recipe(name)
    assert decode(Recipe, encode(whole)) == whole


def own_codes(folder: Path, code: int) -> Path:
    """Phantoms whose layer of findings has a code called cyst."""
    cyst = LabelSpace("findings", (Label(code, "cyst", (9, 9, 9)),))
    with CohortWriter(folder, body="panoramic", spaces={"findings": cyst}) as writer:
        for sample in draw_many("panoramic", 6, 0):
            findings = np.where(sample.masks["findings"] > 0, code, 0).astype(np.uint8)
            writer.add(replace(sample, masks={**sample.masks, "findings": findings}))
    return folder


def test_codes_that_mean_something_else_are_not_learned(tmp_path: Path) -> None:
    data = own_codes(tmp_path / "data", 3)
    with pytest.raises(DiptychError, match="code 3 is 'cyst', and panoramic_gan_nano learns "):
        train(TrainRequest(recipe="panoramic_gan_nano", cohort=data, out=tmp_path / "a"))
    assert not (tmp_path / "a").exists()


def test_codes_that_no_generator_has_a_place_for_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = own_codes(tmp_path / "data", 40)
    train(TrainRequest(recipe="panoramic_gan_nano", cohort=data, out=tmp_path / "a", only=("styles",)))
    assert "panoramic_gan_nano has no place for cyst (findings 40)" in capsys.readouterr().err


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    data = cohort(tmp_path / "data", "chest")
    with pytest.raises(DiptychError, match="panoramic"):
        train(TrainRequest(recipe="panoramic_nano", cohort=data, out=tmp_path / "a"))
    with pytest.raises(DiptychError, match="unknown stage"):
        train(TrainRequest(recipe="chest_nano", cohort=data, out=tmp_path / "a", only=("dance",)))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "keep.txt").write_text("mine")
    with pytest.raises(DiptychError, match="not empty"):
        train(TrainRequest(recipe="chest_nano", cohort=data, out=tmp_path / "full"))
    assert (tmp_path / "full" / "keep.txt").read_text() == "mine"
    with pytest.raises(DiptychError, match="choose from"):
        recipe("chest_giant")
