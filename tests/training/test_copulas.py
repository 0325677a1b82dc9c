from __future__ import annotations

from dataclasses import replace

import torch

from diptych.models.pair import Pair
from diptych.models.var.copula import GridCopula
from diptych.recipes import recipe
from diptych.training.copulas import Moments, fit_copulas, normal_scores
from diptych.training.stages import StageConfig
from diptych.training.streaming import Latents

CODES = 6


def sliced(normals: torch.Tensor, chances: torch.Tensor) -> torch.Tensor:
    """The codes (B, 1, C) that normals (B, C) fall into when levels have these chances (B, 1, C, levels)."""
    edges = chances.cumsum(-1)
    return (edges[..., :-1] < torch.special.ndtr(normals)[:, None, :, None]).sum(-1)


def told_chances(count: int) -> torch.Tensor:
    """Chances that differ from row to row, as a stream's do."""
    return (torch.randn(count, 1, CODES, 5) * 0.7).softmax(-1)


def related(spread: float = 1.0) -> torch.Tensor:
    """A covariance whose neighbours go together."""
    near = torch.arange(CODES)
    return spread * 0.6 ** (near[:, None] - near[None]).abs().float()


def estimated(covariance: torch.Tensor, count: int = 8000) -> torch.Tensor:
    torch.manual_seed(0)
    normals = torch.randn(count, CODES) @ torch.linalg.cholesky(covariance).T
    chances = told_chances(count)
    moments = Moments(CODES, count)
    moments.add(*normal_scores(chances, sliced(normals, chances)))
    return moments.covariance()


def test_the_covariance_behind_sliced_normals_is_found() -> None:
    wanted = related()
    assert float((estimated(wanted) - wanted).abs().max()) < 0.06


def test_unrelated_codes_stay_unrelated() -> None:
    found = estimated(torch.eye(CODES))
    assert float((found - torch.eye(CODES)).abs().max()) < 0.05


def test_chances_that_are_too_broad_show_as_variances_below_one() -> None:
    found = estimated(related(0.6))
    assert 0.5 < float(found.diagonal().mean()) < 0.75


def test_few_pairs_are_shrunk_towards_independence() -> None:
    torch.manual_seed(0)
    moments = Moments(CODES, different=12)
    moments.add(torch.randn(12, CODES), torch.ones(12, CODES))
    raw = moments.products / 12
    apart = ~torch.eye(CODES, dtype=torch.bool)
    assert float(moments.covariance()[apart].abs().sum()) < 0.7 * float(raw[apart].abs().sum())


def tiny() -> Pair:
    torch.manual_seed(1)
    model = recipe("chest_nano").model
    warm = (1.0, 1.0)
    sampler = replace(model.sampler, mask_temperatures=warm, image_temperatures=warm)
    small = replace(model, size=(32, 32), scales=((1, 1), (2, 2)), width=32, depth=2, sampler=sampler)
    return small.build()


def test_fitting_reads_real_pairs_and_leaves_every_weight_alone() -> None:
    model = tiny()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    common = torch.randn(64, 16, 1, 1)
    latents = Latents(
        common.expand(-1, -1, 2, 2) + 0.1 * torch.randn(64, 16, 2, 2),
        torch.randn(64, 12, 2, 2),
        torch.zeros(64, len(model.config.sites), len(model.config.kinds)),
        torch.zeros(64, dtype=torch.long),
    )
    steps = list(fit_copulas(model, latents, StageConfig(task="copula", steps=6, batch=32), seed=0))
    assert len(steps) == 6
    changed = {n for n, value in model.state_dict().items() if not torch.equal(value, before[n])}
    assert changed and all("copula" in name for name in changed)
    grid: GridCopula = model.image_copula[1]
    assert float(grid.weight.abs().max()) > 0
