"""The flow of Gaussian data is known: X_t = t m + sqrt((1 - t)^2 + t^2 s^2) X_0."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from diptych.models.diffusion.rectified import NEAREST, between, euler, miss, times, velocity

MIDDLE, SPREAD = 2.0, 0.5


def expected(x: Tensor, t: Tensor) -> Tensor:
    """E[X_1 | X_t = x] of normal data."""
    share = t[:, None]
    gain = share * SPREAD**2 / ((1 - share) ** 2 + share**2 * SPREAD**2)
    return MIDDLE + gain * (x - share * MIDDLE)


def field(x: Tensor, t: Tensor) -> Tensor:
    return velocity(expected(x, t), x, t)


def test_the_target_is_the_straight_way_from_noise_to_data() -> None:
    torch.manual_seed(0)
    x0, x1, t = torch.randn(5, 3), torch.randn(5, 3), torch.linspace(0, 0.9, 5)
    x = between(x0, x1, t)
    torch.testing.assert_close(velocity(x1, x, t), x1 - x0)
    torch.testing.assert_close(between(x0, x1, torch.zeros(5)), x0)
    torch.testing.assert_close(between(x0, x1, torch.ones(5)), x1)


def test_a_miss_is_the_error_of_the_velocity() -> None:
    x0, x1, guess = torch.randn(4, 2), torch.randn(4, 2), torch.randn(4, 2)
    t = torch.tensor([0.0, 0.3, 0.6, 1 - NEAREST])
    x = between(x0, x1, t)
    torch.testing.assert_close(miss(guess, x1, t), velocity(guess, x, t) - (x1 - x0), atol=1e-4, rtol=1e-4)
    assert miss(guess, x1, torch.ones(4)).isfinite().all()


def test_the_expected_data_has_the_least_miss() -> None:
    torch.manual_seed(1)
    x0, x1 = torch.randn(200_000, 1), MIDDLE + SPREAD * torch.randn(200_000, 1)
    t = times(len(x0))
    best = expected(between(x0, x1, t), t)
    least = miss(best, x1, t).pow(2).mean()
    for change in (0.1, -0.1):
        assert miss(best + change * (1 - t[:, None]), x1, t).pow(2).mean() > least + 0.005


def test_euler_follows_the_known_flow_and_halves_its_error() -> None:
    torch.manual_seed(2)
    x0 = torch.randn(2000, 1)
    wanted = MIDDLE + SPREAD * x0
    errors = [float((euler(field, x0, steps) - wanted).abs().mean()) for steps in (20, 40, 80, 160)]
    assert errors[-1] < 0.01
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(2, rel=0.15), "a method of first order"


def test_halfway_the_flow_is_where_it_should_be() -> None:
    x0 = torch.tensor([[1.0], [-2.0]])
    x, steps = x0, 400
    for step in range(steps // 2):
        x = x + field(x, torch.full((2,), step / steps)) / steps
    torch.testing.assert_close(x, 0.5 * MIDDLE + (0.25 + 0.25 * SPREAD**2) ** 0.5 * x0, atol=5e-3, rtol=0)


def test_the_last_step_lands_on_what_is_expected() -> None:
    """Whatever noise is left goes with it, for any number of steps."""
    for steps in (1, 7, 50):
        end = euler(lambda x, t: velocity(torch.full_like(x, 3.0), x, t), torch.randn(4, 2), steps)
        torch.testing.assert_close(end, torch.full((4, 2), 3.0))


def test_times_are_logit_normal() -> None:
    torch.manual_seed(3)
    t = times(100_000)
    assert float(t.logit().mean()) == pytest.approx(-0.8, abs=0.02)
    assert float(t.logit().std()) == pytest.approx(0.8, abs=0.02)
    assert float(t.min()) > 0 and float(t.max()) < 1
