from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.models.gan.gan import Gan, GanConfig
from diptych.models.gan.labels import LayerConfig
from diptych.phantoms import draw_many
from diptych.training import loop, state
from diptych.training.adversaries import Pace, learn_gan
from diptych.training.augment import AugmentConfig
from diptych.training.easel import put_up, set_table
from diptych.training.examples import UNDRAWN, Examples, gather
from diptych.training.loop import Ledger, run_stage
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import StageConfig
from diptych.training.styling import learn_styles
from diptych.training.tasks import Material

GRID = SlotGrid.of("panoramic")
SIZE = (32, 64)
LAYERS = ("teeth", "anatomy", "findings")
STAGE = StageConfig(task="gan", steps=20, batch=4, real=0.5)


@pytest.fixture(scope="module")
def material() -> Material:
    """Six images with teeth only, as real ones have, and six phantoms with every layer."""
    whole = gather(draw_many("panoramic", 6, 0), LAYERS, SIZE, GRID)
    real = Examples(
        whole.images, whole.masks, whole.slots, whole.phantom, np.full_like(whole.others, UNDRAWN)
    )
    phantoms = gather(draw_many("panoramic", 6, 9), LAYERS, SIZE, GRID, phantom=True)
    return Material(real, phantoms, GRID, AugmentConfig(flip=True))


def small() -> Gan:
    torch.manual_seed(0)
    kinds = tuple(range(1, 9))
    layers = (LayerConfig(name="teeth"), *(LayerConfig(name=name, kinds=kinds) for name in LAYERS[1:]))
    narrow = (16, 16, 16, 16)
    config = GanConfig(
        body="panoramic",
        size=SIZE,
        layers=layers,
        slots=GRID.space.names,
        style=8,
        ground=(2, 2, 4),
        widths=narrow,
        critic_widths=narrow,
    )
    return config.build()


def test_a_layer_that_nobody_drew_stays_so_when_an_image_is_bent(material: Material) -> None:
    batch = material.batch(6, 1.0, np.random.default_rng(0))
    assert bool((batch.others == UNDRAWN).all())
    drawn = material.batch(6, 0.0, np.random.default_rng(0))
    assert not bool((drawn.others == UNDRAWN).any())


def test_both_sides_learn_from_one_step(material: Material) -> None:
    model = small()
    work = learn_gan(model, material, STAGE)
    torch.manual_seed(1)
    loss, figures = work.loss(1)
    loss.backward()  # type: ignore[no-untyped-call]
    assert np.isfinite(list(figures.values())).all()
    for name in ("generator", "encoder", "critic"):
        learner = work.learners[name]
        assert any(p.grad is not None and bool(p.grad.any()) for p in learner.parameters()), name


def test_the_critic_hears_its_own_loss_only(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small()
    work = learn_gan(model, material, STAGE)
    torch.manual_seed(1)
    work.loss(3)[0].backward()  # type: ignore[no-untyped-call]
    assert model.critic is not None
    whole = [None if p.grad is None else p.grad.clone() for p in model.critic.parameters()]
    model.zero_grad(set_to_none=True)
    for weight in ("COARSE", "LIKENESS", "FEATURES", "MATCHING"):
        monkeypatch.setattr(f"diptych.training.adversaries.{weight}", 0.0)
    again = learn_gan(model, material, STAGE)
    torch.manual_seed(1)
    again.loss(3)[0].backward()  # type: ignore[no-untyped-call]
    for before, parameter in zip(whole, model.critic.parameters(), strict=True):
        if before is None or parameter.grad is None:
            assert before is None and parameter.grad is None
        else:
            torch.testing.assert_close(before, parameter.grad)


def test_the_table_begins_with_mean_grey_levels(material: Material) -> None:
    model = small()
    set_table(model, material)
    batch = material.batch(6, 0.0, np.random.default_rng(5))
    maps = torch.cat([batch.mask.unsqueeze(1), batch.others], 1)
    planes = model.planes.encode(maps)
    claims = model.claims(batch.slots, batch.phantom)
    grain = torch.zeros(6, 1, *SIZE)
    with torch.no_grad():
        painted = model.generator(planes, claims, torch.zeros(6, 8 + 16), grain)
    tooth = (batch.mask > 0).unsqueeze(1)
    gap = painted[tooth].mean() - batch.image[tooth].mean()
    assert abs(float(gap)) < 0.1


def test_styles_come_to_tell_images_apart_without_a_critic(material: Material, tmp_path: Path) -> None:
    model = small()
    stage = StageConfig(task="styles", steps=60, batch=6, rate=1e-2, real=0.5, decay=0.0)
    work = learn_styles(model, material, stage)
    assert "critic" not in work.learners

    def over_batches() -> dict[str, float]:
        torch.manual_seed(0)
        seen = [work.loss(seed)[1] for seed in range(7, 13)]
        return {name: float(np.mean([figures[name] for figures in seen])) for name in seen[0]}

    first = over_batches()
    run_stage("styles", stage, work, Ledger(), seed=0, folder=tmp_path)
    last = over_batches()
    assert last["coarse"] < 0.9 * first["coarse"] and last["findings"] < 0.9 * first["findings"]
    assert last["told"] > 1 > first["told"]
    assert not torch.equal(model.prior.mean, torch.zeros_like(model.prior.mean))


def test_phantoms_are_held_to_their_own_images_as_real_ones_are(material: Material) -> None:
    """A batch is shuffled: what is not in its first half is never painted in its image's own style."""
    first_halves = [material.batch(8, 0.5, np.random.default_rng(seed)).phantom[:4] for seed in range(20)]
    share = float(torch.cat(first_halves).float().mean())
    assert 0.3 < share < 0.7


def test_findings_are_held_to_the_image_where_they_were_shown(material: Material) -> None:
    model = small()
    batch = material.batch(6, 0.0, np.random.default_rng(2))
    everything = put_up(model, batch, own=6, withheld=0.0)
    findings = batch.others[:, [x.name for x in model.config.layers[1:]].index("findings")]
    assert torch.equal(everything.marked, (findings > 0) & (findings != UNDRAWN)) and everything.marked.any()
    gap = (everything.painted - everything.image)[:, 0].abs()[everything.marked].mean()
    assert float(everything.gap_of_findings().detach()) == pytest.approx(float(gap.detach()), rel=1e-5)
    nothing = put_up(model, batch, own=6, withheld=1.0)
    assert float(nothing.gap_of_findings()) == 0


def test_layers_are_withheld_but_never_the_first(material: Material) -> None:
    model = small()
    model.add_critic()
    batch = material.batch(6, 0.0, np.random.default_rng(2))
    everything = put_up(model, batch, own=3, withheld=0.0)
    assert torch.equal(everything.asked, everything.classes)
    assert everything.own == 3 and everything.claims[:, :-1].any()
    nothing = put_up(model, batch, own=3, withheld=1.0)
    teeth = model.planes.render(torch.cat([batch.mask[:, None], torch.full_like(batch.others, UNDRAWN)], 1))
    assert torch.equal(nothing.asked, teeth)
    assert not nothing.claims[:, :-1].any()


def test_disguises_follow_a_critic_that_is_too_sure() -> None:
    pace = Pace()
    for _ in range(30):
        pace.step(torch.ones(4))
    assert float(pace.strength) > 0.2
    for _ in range(60):
        pace.step(torch.tensor([1.0, -1.0, 1.0, -1.0]))
    assert float(pace.strength) == 0.0
    assert float(pace.steps) == 90


def test_a_killed_run_goes_on_with_both_optimisers_averages_and_disguises(
    material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY_SECONDS", -1.0)
    stage = StageConfig(task="gan", steps=4, batch=4, real=0.5)

    def go_on(model: Gan, ledger: Ledger, folder: Path, dies_at: int = 0) -> dict[str, torch.Tensor]:
        work = learn_gan(model, material, stage)

        def mortal(seed: int) -> tuple[torch.Tensor, dict[str, float]]:
            if dies_at and ledger.step == dies_at:
                raise KeyboardInterrupt
            return work.loss(seed)

        run_stage("gan", stage, replace(work, loss=mortal), ledger, seed=0, folder=folder)
        return {**model.state_dict(), **work.learners["pace"].state_dict()}

    def fresh() -> Gan:
        model = small()
        model.add_critic()
        return model

    whole = go_on(fresh(), Ledger(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        go_on(fresh(), Ledger(), tmp_path / "killed", dies_at=2)
    _, where = state.read(tmp_path / "killed")
    pieced = go_on(fresh(), Ledger(**where), tmp_path / "killed")  # type: ignore[arg-type]
    assert float(whole["strength"]) > 0
    for name, value in whole.items():
        assert torch.equal(value, pieced[name]), name
