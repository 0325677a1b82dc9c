from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.models.diffusion.flow import Flow, FlowConfig
from diptych.phantoms import draw_many
from diptych.recipes import recipe
from diptych.training import loop, state
from diptych.training.augment import AugmentConfig
from diptych.training.examples import gather
from diptych.training.flowing import learn_flow
from diptych.training.lawful import check_model
from diptych.training.loop import Ledger, run_stage
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material

GRID = SlotGrid.of("chest")
SIZE = (32, 32)
STAGE = StageConfig(task="flow", steps=4, batch=4, real=0.5)


@pytest.fixture(scope="module")
def material() -> Material:
    """Twelve phantoms, half of which stand for real images."""
    real = gather(draw_many("chest", 6, 0), ("lungs",), SIZE, GRID)
    phantoms = gather(draw_many("chest", 6, 9), ("lungs",), SIZE, GRID, phantom=True)
    return Material(real, phantoms, GRID, AugmentConfig())


def small() -> Flow:
    config = recipe("chest_flow_nano").model
    assert isinstance(config, FlowConfig)
    torch.manual_seed(0)
    return replace(config, size=SIZE, widths=(16, 16, 32), steps=8, micro_batch=4).build()


def missed(model: Flow, material: Material) -> float:
    """The loss of sixteen fixed batches."""
    work, total = learn_flow(model, material, replace(STAGE, batch=8)), 0.0
    with torch.no_grad():
        for seed in range(16):
            torch.manual_seed(seed)
            total += float(work.loss(seed)[0]) / 16
    return total


def test_the_flow_learns_phantoms_in_a_minute(material: Material, tmp_path: Path) -> None:
    model = small()
    before = missed(model, material)
    stage = replace(STAGE, steps=60, batch=8, rate=5e-3, ema=0.9)
    run_stage("flow", stage, learn_flow(model, material, stage), Ledger(), seed=0, folder=tmp_path)
    assert missed(model.eval(), material) < 0.5 * before


def test_every_part_learns_from_one_step(material: Material) -> None:
    model = small()
    # Last layers start at zero, and let nothing through to those before them.
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    work = learn_flow(model, material, replace(STAGE, batch=8))
    work.loss(3)[0].backward()  # type: ignore[no-untyped-call]
    silent = [name for name, p in model.named_parameters() if p.grad is None or not bool(p.grad.any())]
    assert silent == []


def test_a_killed_run_goes_on_to_the_same_weights(
    material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAVE_EVERY_SECONDS", -1.0)

    def go_on(ledger: Ledger, folder: Path, dies_at: int = 0) -> dict[str, torch.Tensor]:
        model = small()
        work = learn_flow(model, material, STAGE)

        def mortal(seed: int) -> tuple[torch.Tensor, dict[str, float]]:
            if dies_at and ledger.step == dies_at:
                raise KeyboardInterrupt
            return work.loss(seed)

        run_stage("flow", STAGE, replace(work, loss=mortal), ledger, seed=0, folder=folder)
        return model.state_dict()

    whole = go_on(Ledger(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        go_on(Ledger(), tmp_path / "killed", dies_at=2)
    _, where = state.read(tmp_path / "killed")
    pieced = go_on(Ledger(**where), tmp_path / "killed")  # type: ignore[arg-type]
    for name, value in whole.items():
        assert torch.equal(value, pieced[name]), name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("layer", "teeth"),
        ("size", (40, 64)),
        ("size", (64, 4096)),
        ("sites", ("left",)),
        ("kinds", ()),
        ("widths", (32, 64)),
        ("widths", (30, 64, 96)),
        ("widths", (32, 64, 80)),
        ("steps", 0),
        ("guidance", float("nan")),
        ("micro_batch", 100_000),
    ],
)
def test_what_no_checkpoint_has_is_refused_before_anything_is_built(field: str, value: object) -> None:
    config = recipe("chest_flow_nano").model
    check_model(config, "config.json, field model")
    with pytest.raises(DiptychError, match=f"model.{field}: is not what diptych writes"):
        check_model(replace(config, **{field: value}), "config.json, field model")
