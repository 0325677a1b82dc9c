from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from diptych.models.tokenizer.quantizer import LEVELS, THRESHOLDS, ZERO_LEVEL, ResidualQuantizer, slip

SCALES = ((1, 2), (2, 4), (4, 8))


@pytest.fixture
def quantizer() -> ResidualQuantizer:
    torch.manual_seed(0)
    return ResidualQuantizer(6, SCALES).eval()


def test_levels_are_the_lloyd_max_points_of_a_unit_gaussian() -> None:
    x = torch.randn(1_000_000, generator=torch.Generator().manual_seed(0))
    cells = torch.bucketize(x, torch.tensor(THRESHOLDS))
    for cell, level in enumerate(LEVELS):
        assert float(x[cells == cell].mean()) == pytest.approx(level, abs=0.01)
    middles = [(a + b) / 2 for a, b in pairwise(LEVELS)]
    assert middles == pytest.approx(THRESHOLDS, abs=1e-3)


def test_an_empty_latent_has_only_zero_levels(quantizer: ResidualQuantizer) -> None:
    # The convolutions after a grid have a bias; without it nothing is added to nothing.
    for layer in quantizer.smooth:
        torch.nn.init.zeros_(layer.bias)
    walk = quantizer.walk(torch.zeros(2, 6, 4, 8))
    assert all((codes == ZERO_LEVEL).all() for codes in walk.codes)
    assert (walk.total == 0).all()


def test_lifting_the_codes_rebuilds_the_total(quantizer: ResidualQuantizer) -> None:
    walk = quantizer.walk(torch.randn(3, 6, 4, 8))
    rebuilt = sum(quantizer.lift(k, codes) for k, codes in enumerate(walk.codes))
    assert torch.allclose(rebuilt, walk.total, atol=1e-6)
    assert [tuple(c.shape[-2:]) for c in walk.codes] == list(SCALES)


def test_history_of_a_grid_holds_the_grids_before_it_only(quantizer: ResidualQuantizer) -> None:
    walk = quantizer.walk(torch.randn(2, 6, 4, 8))
    assert (walk.before[0] == 0).all()
    assert torch.allclose(walk.before[2], walk.before[1] + quantizer.lift(1, walk.codes[1]), atol=1e-6)


def test_slips_are_repaired_by_later_grids(quantizer: ResidualQuantizer) -> None:
    torch.manual_seed(1)
    latent = torch.randn(64, 6, 4, 8)
    slipped = quantizer.walk(latent, torch.tensor([0.5, 0.0, 0.0]).expand(64, 3))
    assert not torch.equal(slipped.before[1], quantizer.walk(latent).before[1])
    # Without repair the slip of the first grid would stay in the total unchanged.
    damage = (slipped.before[1] - quantizer.walk(latent).before[1]).pow(2).mean()
    left = (slipped.total - quantizer.walk(latent).total).pow(2).mean()
    assert left < damage


def test_slip_moves_by_one_level_and_stays_in_range() -> None:
    torch.manual_seed(0)
    codes = torch.randint(0, 5, (8, 3, 4, 8))
    moved = slip(codes, torch.full((8,), 0.4))
    assert (moved - codes).abs().max() == 1
    assert moved.min() >= 0
    assert moved.max() <= 4
    share = (moved != codes).float().mean()
    assert 0.25 < share < 0.4
    assert torch.equal(slip(codes, torch.zeros(8)), codes)


def test_spread_follows_the_residuals_in_training_only(quantizer: ResidualQuantizer) -> None:
    before = quantizer.spread.clone()
    quantizer.walk(5 * torch.randn(16, 6, 4, 8))
    assert torch.equal(quantizer.spread, before)
    quantizer.train()
    for _ in range(200):
        quantizer.walk(5 * torch.randn(16, 6, 4, 8))
    assert quantizer.spread[0].mean() > 1.5 * before[0].mean() or quantizer.spread[-1].mean() > 1.5
