from __future__ import annotations

import pytest
import torch

from diptych.training.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(16, 48), (48, 16), (32, 32)])
def test_singular_values_come_close_to_one(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
    # Five quintic iterations aim at speed, not at exactness: 0.7 to 1.2 is what Jordan et al. report.
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_directions_are_kept() -> None:
    torch.manual_seed(0)
    matrix = torch.randn(16, 48)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    turned = u.T @ orthogonal(matrix) @ v.T
    assert (turned - torch.diag(torch.diag(turned))).abs().max() < 1e-3


def test_it_finds_the_matrix_of_a_linear_map() -> None:
    torch.manual_seed(0)
    wanted = torch.randn(8, 8)
    weight = torch.nn.Parameter(torch.zeros(8, 8))
    optimiser = Muon([weight], lr=0.1, weight_decay=0.0)
    x = torch.randn(256, 8)
    for step in range(300):
        optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / 300)
        optimiser.zero_grad()
        (x @ (weight - wanted)).pow(2).mean().backward()
        optimiser.step()
    assert torch.allclose(weight, wanted, atol=0.05)
