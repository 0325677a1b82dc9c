from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from diptych.base.errors import DiptychError
from diptych.models.pair import Pair, PairConfig
from diptych.models.tokenizer.critic import PairCritic
from diptych.phantoms import draw_many
from diptych.recipes import recipe
from diptych.training import state
from diptych.training.augment import AugmentConfig
from diptych.training.examples import gather
from diptych.training.loop import Ledger, run_stage
from diptych.training.polishing import _Easel, _latent, _painter, learn_polish
from diptych.training.slotgrid import SlotGrid
from diptych.training.stages import StageConfig
from diptych.training.tasks import Material

GRID = SlotGrid.of("chest")
SIZE = (64, 64)
STAGE = StageConfig(task="polish", steps=2, batch=4, real=1.0, slips=0.0, redrawn=0.5)


@pytest.fixture(scope="module")
def material() -> Material:
    real = gather(draw_many("chest", 6, 0), ("lungs",), SIZE, GRID)
    return Material(
        real, replace(real, **{n: getattr(real, n)[:0] for n in vars(real)}), GRID, AugmentConfig()
    )


@pytest.fixture
def pair() -> Pair:
    config = recipe("chest_nano").model
    assert isinstance(config, PairConfig)
    torch.manual_seed(0)
    sampler = replace(config.sampler, mask_temperatures=(1,) * 3, image_temperatures=(1,) * 3)
    small = replace(config, size=SIZE, scales=((1, 1), (2, 2), (4, 4)), sampler=sampler, width=32, depth=2)
    return small.build().eval()


def test_the_last_rows_are_redrawn_and_the_first_are_not(pair: Pair, material: Material) -> None:
    batch = material.batch(4, 1.0, np.random.default_rng(0), sharp=True)
    latent, own = _latent(pair, GRID, batch, STAGE)
    whole, all_own = _latent(pair, GRID, batch, replace(STAGE, redrawn=0.0))
    assert (own, all_own) == (2, 4)
    torch.testing.assert_close(latent[:2], whole[:2])
    assert not torch.isclose(latent[2:], whole[2:]).all((1, 2, 3)).any()


def test_redrawn_rows_are_held_to_no_image(pair: Pair, material: Material) -> None:
    """Likeness of a batch of four with two redrawn is that of the two others, whatever the two show."""
    critic = PairCritic(pair.mask_tokenizer.planes.count)
    easel = _Easel(
        *(torch.rand(4, 1, *SIZE) for _ in range(2)),
        torch.rand(4, pair.mask_tokenizer.planes.count, *SIZE),
        2,
    )
    other = torch.cat([easel.image[:2], 1 - easel.image[2:]])
    held, moved = _painter(critic, easel), _painter(critic, replace(easel, image=other))
    for name in ("coarse", "near", "features"):
        torch.testing.assert_close(held[name], moved[name])
    assert not torch.isclose(_painter(critic, replace(easel, image=other, own=4))["coarse"], held["coarse"])


def test_a_polish_with_redrawn_rows_moves_the_decoder_only(
    pair: Pair, material: Material, tmp_path: Path
) -> None:
    before = {name: p.detach().clone() for name, p in pair.named_parameters()}
    run_stage("polish", STAGE, learn_polish(pair, material, STAGE), Ledger(), seed=0, folder=tmp_path)
    after = dict(pair.named_parameters())
    moved = {name for name, p in before.items() if not torch.equal(p, after[name])}
    assert moved
    assert all(name.startswith("image_tokenizer.decoder.") for name in moved)


def test_a_second_polish_goes_on_with_the_critic_and_packages_leave_it_out(
    pair: Pair, material: Material
) -> None:
    first = learn_polish(pair, material, STAGE).learners["critic"]
    assert learn_polish(pair, material, STAGE).learners["critic"] is first
    assert any(name.startswith("critic.") for name in pair.state_dict())
    other = pair.config.build()
    other.take_over(pair)
    assert other.critic is None
    for name, value in pair.packaged().items():
        assert not name.startswith("critic.")
        torch.testing.assert_close(other.state_dict()[name], value)


def test_a_state_without_the_critic_is_refused_in_one_line(pair: Pair, tmp_path: Path) -> None:
    state.save_between(tmp_path, Ledger(), pair)
    pair.add_critic()
    with pytest.raises(DiptychError, match="another model .*; train again without --resume"):
        state.load_between(tmp_path, pair)
