from __future__ import annotations

import torch

from diptych.models.var.copula import GridCopula


def generators(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def scores(copula: GridCopula, count: int) -> torch.Tensor:
    """Normal scores (count, codes) of that many draws."""
    return torch.special.ndtri(copula.uniforms(generators(*range(count))).flatten(1))


def banded(codes: int) -> torch.Tensor:
    """A covariance of two factors: one that all codes share, one that pulls the halves apart."""
    sides = torch.where(torch.arange(codes) < codes // 2, 1.0, -1.0)
    factors = torch.stack([torch.full((codes,), 0.6), 0.5 * sides], 1)
    covariance = factors @ factors.T
    covariance.diagonal().copy_(torch.linspace(0.7, 1.0, codes))
    return covariance


def test_a_fresh_copula_draws_independent_uniforms() -> None:
    copula = GridCopula(cells=4, channels=3, rank=2)
    uniforms = copula.uniforms(generators(*range(4000)))
    assert uniforms.shape == (4000, 4, 3)
    assert abs(float(uniforms.mean()) - 0.5) < 0.01
    correlation = torch.corrcoef(uniforms.flatten(1).T)
    assert float((correlation - torch.eye(12)).abs().max()) < 0.07


def test_what_is_drawn_has_the_covariance_that_was_fitted() -> None:
    copula, wanted = GridCopula(cells=4, channels=3, rank=2), banded(12)
    copula.fit(wanted)
    assert float((torch.cov(scores(copula, 6000).T) - wanted).abs().max()) < 0.07


def test_variances_are_kept_where_the_factors_are_too_few() -> None:
    copula, wanted = GridCopula(cells=4, channels=3, rank=1), banded(12)
    copula.fit(wanted)
    drawn = copula.weight.pow(2).sum(1) + copula.own.pow(2)
    torch.testing.assert_close(drawn, wanted.diagonal())


def test_a_row_depends_on_its_own_generator_only() -> None:
    copula = GridCopula(cells=4, channels=3, rank=2)
    copula.fit(banded(12))
    together = copula.uniforms(generators(5, 6, 7))
    assert torch.equal(together[1], copula.uniforms(generators(6))[0])
