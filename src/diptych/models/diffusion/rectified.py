"""Rectified flow: straight paths from noise to data, and the ordinary differential equation along them.

In the symbols of Liu et al. 2022, arXiv:2209.03003: X_0 is standard normal, X_1 is data, X_t = (1 - t) X_0
+ t X_1, and v(x, t) = E[X_1 - X_0 | X_t = x] carries the one into the other. The network says E[X_1 | X_t]
instead, of which v is a linear function: data lie on few dimensions and noise on all of them, so that a
network that is narrower than its input can say the one and not the other (Li & He 2025, arXiv:2511.13720).

Written here rather than taken from MONAI's `RFlowScheduler`: that rounds the times of sampling to half
precision and whole numbers, and knows no network that says E[X_1 | X_t].
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

NEAREST = 0.05
"""Least 1 - t that a miss is divided by: so close to the data nothing is left to be learned."""
MEAN, SPREAD = -0.8, 0.8
"""Of the logit of t in training: mostly the noisy half, where it is decided what will be seen."""


def between(x0: Tensor, x1: Tensor, t: Tensor) -> Tensor:
    """X_t for t (B,) in [0, 1]."""
    share = _wide(t, x0)
    return (1 - share) * x0 + share * x1


def velocity(expected: Tensor, x: Tensor, t: Tensor) -> Tensor:
    """v(x, t) of the expected data E[X_1 | X_t = x], for t (B,) in [0, 1)."""
    return (expected - x) / _wide(1 - t, x)


def miss(expected: Tensor, x1: Tensor, t: Tensor) -> Tensor:
    """How far the velocity of `expected` is from X_1 - X_0: the flow's loss is the mean of its square."""
    return (expected - x1) / _wide(1 - t, x1).clamp_min(NEAREST)


def times(count: int) -> Tensor:
    """Times (count,) of a training step, logit-normal (Esser et al. 2024, arXiv:2403.03206, section 3.1)."""
    return (MEAN + SPREAD * torch.randn(count)).sigmoid()


def euler(field: Callable[[Tensor, Tensor], Tensor], x: Tensor, steps: int) -> Tensor:
    """X_1 of dX = v(X, t) dt from X_0 = `x` (B, ...) by `steps` equal steps; `field(x, t)` is v, t (B,)."""
    for step in range(steps):
        t = torch.full((len(x),), step / steps)
        x = x + field(x, t) / steps
    return x


def _wide(t: Tensor, like: Tensor) -> Tensor:
    return t.reshape(-1, *[1] * (like.ndim - 1))
